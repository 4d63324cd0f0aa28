import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { TrustAssessmentFacts } from '../../ledger/trust/trust.js';
import { MEANINGS, type TrustActionKind, type TrustDimension } from '../../ledger/trust/trust.words.js';
import { atMoment, membersOf } from '../joined.js';
import { joinedAsKnown } from '../merges.js';
import type { ReadDatabase } from '../read-database.js';
import { ENTRY, shownAs, STANDING, type StoredEntry } from '../timeline/entry-lists.js';
import { trustAssessmentEntries } from './entries.js';

/** By what is told: what was so at a business time, as it is known now or was known at a ledger time. */
export interface Seen {
  readonly asOf: Instant;
  readonly asKnown?: Instant | undefined;
}

/** A table of `owner` and `relationship_id`: as `membersOf`, or as it was known at a moment. */
const members = (tenantId: string, ids: readonly string[], asKnown: Instant | undefined): RawBuilder<unknown> =>
  asKnown === undefined
    ? membersOf(tenantId, ids)
    : sql`(
  SELECT r.relationship_id AS owner, one.relationship_id
    FROM directory.relationships r CROSS JOIN LATERAL ${atMoment(JOINED, asKnown)} one
   WHERE r.tenant_id = ${tenantId} AND r.relationship_id = ANY(${ids}))`;

const JOINED = joinedAsKnown('directory', 'relationships');

/** Actions as they stand, or as they stood: facts keep what was corrected and retracted since. */
const actions = (asKnown: Instant | undefined): RawBuilder<unknown> =>
  asKnown === undefined
    ? sql`(SELECT tenant_id, relationship_id, occurred_at, asked, action_kind FROM trust.actions WHERE NOT retracted)`
    : sql`(
  SELECT tenant_id, relationship_id, occurred_at, asked, detail AS action_kind FROM facts.facts
   WHERE kind = 'TRUST_ACTION' AND known_from <= ${asKnown} AND (known_until IS NULL OR known_until > ${asKnown}))`;

export interface KindCount {
  readonly kind: TrustActionKind;
  readonly count: number;
  readonly asked: number;
}

/** Actions by relationship and kind, the most frequent kind first. */
export const actionsByKind = (
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  { asOf, asKnown }: Seen,
): Promise<(KindCount & { readonly owner: string })[]> =>
  db.rows(sql<KindCount & { owner: string }>`
    SELECT wanted.owner, t.action_kind AS kind, count(*)::int, count(*) FILTER (WHERE t.asked)::int AS asked
      FROM ${members(tenantId, relationshipIds, asKnown)} wanted
      JOIN ${actions(asKnown)} t ON t.tenant_id = ${tenantId} AND t.relationship_id = wanted.relationship_id
     WHERE t.occurred_at <= ${asOf}
     GROUP BY wanted.owner, t.action_kind ORDER BY count DESC, kind`);

export interface Tally {
  readonly raised: number;
  readonly lowered: number;
  readonly net: number;
}

/** Actions of one dimension. */
export function tallyOf(dimension: TrustDimension, kinds: readonly KindCount[]): Tally {
  let [raised, lowered] = [0, 0];
  for (const { kind, count } of kinds) {
    const meaning = MEANINGS[kind];
    if (meaning?.dimension !== dimension) continue;
    if (meaning.sign > 0) raised += count;
    else lowered += count;
  }
  return { raised, lowered, net: raised - lowered };
}

/** The last assessment of each relationship on each basis. */
export async function lastAssessments(
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  { asOf, asKnown }: Seen,
) {
  // An assessment is never corrected: what is known of it is that it was recorded, and that it was retracted.
  const stood = asKnown
    ? sql`e.recorded_at <= ${asKnown}
       AND (${STANDING} OR (e.amendments -> -1 ->> 'recordedAt')::timestamptz > ${asKnown})`
    : STANDING;
  const rows = await db.rows(sql<StoredEntry<TrustAssessmentFacts> & { readonly owner: string }>`
    SELECT DISTINCT ON (wanted.owner, e.basis) wanted.owner, ${ENTRY}
      FROM ${members(tenantId, relationshipIds, asKnown)} wanted
      JOIN trust.assessments e ON e.tenant_id = ${tenantId} AND e.relationship_id = wanted.relationship_id
     WHERE ${stood} AND e.occurred_at <= ${asOf}
     ORDER BY wanted.owner, e.basis DESC, e.occurred_at DESC, e.position DESC`);
  return rows.map((row) => shownAs(trustAssessmentEntries, row));
}
