import { sql, type RawBuilder } from 'kysely';
import type { TrustAssessmentFacts } from '../../ledger/trust/trust.js';
import { MEANINGS, type TrustActionKind, type TrustDimension } from '../../ledger/trust/trust.words.js';
import { membersOf } from '../joined.js';
import type { ReadDatabase } from '../read-database.js';
import { ENTRY, shownAs, STANDING, type StoredEntry } from '../timeline/entry-lists.js';
import { entriesSeen, type Seen } from '../timeline/seen.js';
import { trustAssessmentEntries } from './entries.js';

/** Actions as they stand, or stood. */
export const actions = (seen: Seen): RawBuilder<unknown> =>
  seen.asKnown === undefined
    ? sql`(SELECT * FROM trust.actions WHERE NOT retracted AND occurred_at <= ${seen.asOf})`
    : entriesSeen(
        sql`trust.actions`,
        seen,
        sql`told.facts ->> 'kind' AS action_kind, (told.facts ->> 'asked')::boolean AS asked`,
      );

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
      FROM ${membersOf(tenantId, relationshipIds, asKnown)} wanted
      JOIN ${actions({ asOf, asKnown })} t ON t.tenant_id = ${tenantId} AND t.relationship_id = wanted.relationship_id
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
  const table = sql`trust.assessments`;
  const rows = await db.rows(sql<StoredEntry<TrustAssessmentFacts> & { readonly owner: string }>`
    SELECT DISTINCT ON (wanted.owner, e.basis) wanted.owner, ${ENTRY}
      FROM ${membersOf(tenantId, relationshipIds, asKnown)} wanted
      JOIN ${asKnown ? entriesSeen(table, { asOf, asKnown }, sql`told.facts ->> 'basis' AS basis`) : table} e
        ON e.tenant_id = ${tenantId} AND e.relationship_id = wanted.relationship_id
     WHERE ${STANDING} AND e.occurred_at <= ${asOf}
     ORDER BY wanted.owner, e.basis DESC, e.occurred_at DESC, e.position DESC`);
  return rows.map((row) => shownAs(trustAssessmentEntries, row));
}
