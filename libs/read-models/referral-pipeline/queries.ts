import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { RecordedStep } from '../../ledger/referral/lifecycle.js';
import type {
  DeclineReason,
  ReferralMotive,
  ReferralStatus,
  ReferralUrgency,
  ValueKind,
} from '../../ledger/referral/referral.words.js';
import { membersOf, partyGroup, relationshipGroup } from '../joined.js';
import { OPEN } from '../on.js';
import { all, following, limitOf, ofTenant, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import type { Amendment } from '../timeline/entry.js';
import { LOOP_OPEN_STATUSES } from './projection.js';

export interface ReferralRow {
  readonly id: string;
  readonly eventId: string;
  readonly parentId: string | null;
  readonly depth: number;
  readonly referrerId: string;
  readonly subjectRef: string;
  readonly targetId: string;
  readonly serviceLine: string;
  readonly urgency: ReferralUrgency;
  readonly question: string | null;
  readonly motive: ReferralMotive;
  readonly motiveLabel: string | null;
  readonly inReturnFor: string | null;
  readonly relationshipId: string | null;
  readonly madeAt: Instant;
  readonly position: Position;
  readonly retracted: boolean;
  readonly amendments: readonly Amendment[];
  readonly status: ReferralStatus;
  readonly noShows: number;
  readonly lastStepAt: Instant | null;
  readonly closedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly ending: Ending | null;
  readonly sourceId: string;
}

/** What the event of an end says: which of it is there depends on the end. */
export interface Ending {
  readonly reason?: string;
  readonly declineReason?: DeclineReason;
  readonly declineReasonLabel?: string;
  readonly toPartyId?: string;
  readonly childReferralId?: string;
}

interface EntryOf<Kind extends string, Data> {
  readonly kind: Kind;
  readonly owner: string;
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly position: Position;
  readonly retracted: boolean;
  readonly amendments: readonly Amendment[];
  readonly data: Data;
}
export type StepRow = EntryOf<'STEP', { readonly reason?: string; readonly orderReason?: string }> & {
  readonly step: RecordedStep;
};
export type SourceRow = EntryOf<'SOURCE', { readonly from: string; readonly to: string; readonly reason: string }>;
export type DeclarationRow = EntryOf<
  'DECLARATION',
  { readonly point: string; readonly answer: string; readonly partyId?: string }
>;
export type ValueRow = EntryOf<
  'VALUE',
  { readonly amountMinor: number; readonly currency: string; readonly kind: ValueKind; readonly kindLabel?: string }
>;
export type EntryRow = StepRow | SourceRow | DeclarationRow | ValueRow;

/** Where nothing follows any more. */
export const ENDED: readonly ReferralStatus[] = ['DECLINED', 'CLOSED', 'CANCELLED', 'EXPIRED', 'LEAKED', 'REDIRECTED'];

/**
 * Where the loop is open: sent without an answer, or seen without the person and the referrer knowing how it goes on.
 * Literal, so that the index of just these is taken.
 */
const LOOP_OPEN = sql`r.status IN (${sql.raw(LOOP_OPEN_STATUSES.map((status) => `'${status}'`).join(', '))})`;

export interface ReferralFilter {
  readonly status?: readonly ReferralStatus[] | null;
  readonly referrerId?: string | null;
  readonly targetId?: string | null;
  readonly subjectRef?: string | null;
  readonly serviceLine?: string | null;
  readonly relationshipId?: string | null;
  readonly open?: boolean | null;
  /** Made at or after. */
  readonly from?: Instant | null;
  /** Made before. */
  readonly to?: Instant | null;
  readonly includeRetracted?: boolean | null;
}

const COLUMNS = sql`
  r.referral_id AS id, r.event_id AS "eventId", r.parent_id AS "parentId", r.depth, r.referrer_id AS "referrerId",
  r.subject_ref AS "subjectRef", r.target_id AS "targetId", r.service_line AS "serviceLine", r.urgency, r.question,
  r.motive, r.motive_label AS "motiveLabel", r.in_return_for AS "inReturnFor", r.relationship_id AS "relationshipId",
  r.made_at AS "madeAt", r.position, r.retracted, r.amendments, r.status, r.no_shows AS "noShows",
  r.last_step_at AS "lastStepAt", r.closed_at AS "closedAt", r.ended_at AS "endedAt", r.ending, r.source_id AS "sourceId"`;

const REFERRALS = sql`referral_pipeline.referrals r`;

const sorted = (by: RawBuilder<unknown>, direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`r.tenant_id`,
  by,
  position: sql`r.position`,
  direction,
});
export const byMaking = (direction: 'ASC' | 'DESC'): Ordering => sorted(sql`r.made_at`, direction);
/** What nothing was heard of since it was made is the longest waiting: it sorts by when it was made. */
export const byLastStep = (direction: 'ASC' | 'DESC'): Ordering =>
  sorted(sql`coalesce(r.last_step_at, r.made_at)`, direction);

export const referralsById = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<ReferralRow[]> =>
  db.rows(sql<ReferralRow>`
    SELECT ${COLUMNS} FROM ${REFERRALS} WHERE r.tenant_id = ${tenantId} AND r.referral_id = ANY(${ids})`);

export const referralPage = (
  db: ReadDatabase,
  tenantId: string,
  where: readonly RawBuilder<unknown>[],
  ordering: Ordering,
  page: PageRequest,
): Promise<ReferralRow[]> =>
  db.rows(sql<ReferralRow>`
    SELECT ${COLUMNS} FROM ${REFERRALS}
     WHERE ${all([ofTenant(ordering, tenantId), ...where, ...following(ordering, page)])}
     ${orderBy(ordering)} ${limitOf(page)}`);

export async function countReferrals(
  db: ReadDatabase,
  tenantId: string,
  where: readonly RawBuilder<unknown>[],
): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM ${REFERRALS} WHERE ${all([sql`r.tenant_id = ${tenantId}`, ...where])}`);
  return counted?.count ?? 0;
}

export function matching(tenantId: string, filter: ReferralFilter): RawBuilder<unknown>[] {
  const { status, referrerId, targetId, subjectRef, serviceLine, relationshipId, open, from, to } = filter;
  const where = filter.includeRetracted ? [] : [sql`NOT r.retracted`];
  if (status) where.push(sql`r.status = ANY(${status})`);
  if (referrerId) where.push(sql`r.referrer_id = ANY(${partyGroup(tenantId, referrerId)})`);
  if (targetId) where.push(sql`r.target_id = ANY(${partyGroup(tenantId, targetId)})`);
  if (subjectRef) where.push(sql`r.subject_ref = ANY(${partyGroup(tenantId, subjectRef)})`);
  if (serviceLine) where.push(sql`r.service_line = ${serviceLine}`);
  if (relationshipId) where.push(sql`r.relationship_id = ANY(${relationshipGroup(tenantId, relationshipId)})`);
  if (typeof open === 'boolean') where.push(open ? sql`r.status <> ALL(${ENDED})` : sql`r.status = ANY(${ENDED})`);
  if (from) where.push(sql`r.made_at >= ${from}`);
  if (to) where.push(sql`r.made_at < ${to}`);
  return where;
}

/** The party that one is merged into, else itself. */
export const oneParty = (id: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce((
  SELECT m.root_id FROM directory.merges m
   WHERE m.tenant_id = r.tenant_id AND m.absorbed_id = ${id} AND m.root_id IS NOT NULL), ${id})`;

/**
 * Open loops of one owner, or all: the PRIMARY steward of the relationship that the referral names carries it; without
 * one, the target owes the answer.
 */
export function openLoops(tenantId: string, ownerId: string | null | undefined): RawBuilder<unknown>[] {
  const where = [sql`NOT r.retracted`, LOOP_OPEN];
  if (!ownerId) return where;
  const owner = partyGroup(tenantId, ownerId);
  const steward = sql`s.tenant_id = ${tenantId} AND s.role = 'PRIMARY' AND s.until_position = ${sql.lit(OPEN)}`;
  const carried = sql`r.relationship_id IN (
    SELECT tie FROM directory.stewards s
     CROSS JOIN LATERAL unnest(${relationshipGroup(tenantId, sql`s.relationship_id`)}) AS tie
     WHERE ${steward} AND s.steward_id = ANY(${owner}))`;
  const alone = sql`NOT EXISTS (
    SELECT FROM directory.stewards s
     WHERE ${steward} AND s.relationship_id = ANY(${relationshipGroup(tenantId, sql`r.relationship_id`)}))`;
  return [...where, sql`(${carried} OR (r.target_id = ANY(${owner}) AND ${alone}))`];
}

/** The same page of the referrals of each of many relationships, in one statement. */
export const referralPagesOf = (
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  ordering: Ordering,
  page: PageRequest,
): Promise<(ReferralRow & { readonly owner: string })[]> =>
  db.rows(sql<ReferralRow & { readonly owner: string }>`
    SELECT r.* FROM (SELECT DISTINCT owner FROM ${membersOf(tenantId, relationshipIds)} members) wanted
     CROSS JOIN LATERAL (
           SELECT members.owner, ${COLUMNS}
             FROM ${membersOf(tenantId, relationshipIds)} members
             JOIN ${REFERRALS} ON r.relationship_id = members.relationship_id
            WHERE members.owner = wanted.owner AND NOT r.retracted
              AND ${all([ofTenant(ordering, tenantId), ...following(ordering, page)])}
            ${orderBy(ordering)} ${limitOf(page)}) r`);

export const countReferralsOf = (
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT members.owner AS id, count(*)::int FROM ${membersOf(tenantId, relationshipIds)} members
      JOIN ${REFERRALS} ON r.relationship_id = members.relationship_id
     WHERE r.tenant_id = ${tenantId} AND NOT r.retracted GROUP BY members.owner`);

/** All that was recorded of referrals after they were made, in the order of business time. */
export const entriesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<EntryRow[]> =>
  db.rows(sql<EntryRow>`
    SELECT kind, referral_id AS owner, event_id AS "eventId", step, occurred_at AS "occurredAt",
           recorded_at AS "recordedAt", position, retracted, amendments, data
      FROM referral_pipeline.entries
     WHERE tenant_id = ${tenantId} AND referral_id = ANY(${ids}) ORDER BY occurred_at, position`);

export const MOST_CHILDREN = 200;

/** The referrals that follow from each, the first ones. */
export const childrenOf = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<(ReferralRow & { readonly owner: string })[]> =>
  db.rows(sql<ReferralRow & { readonly owner: string }>`
    SELECT asked.id AS owner, r.* FROM unnest(${ids}::text[]) AS asked (id)
     CROSS JOIN LATERAL (
           SELECT ${COLUMNS} FROM ${REFERRALS}
            WHERE r.tenant_id = ${tenantId} AND r.parent_id = asked.id AND NOT r.retracted
            ORDER BY r.made_at, r.position LIMIT ${sql.lit(MOST_CHILDREN)}) r`);
