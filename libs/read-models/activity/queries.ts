import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { MEANINGS, type TrustActionKind } from '../../ledger/trust/trust.words.js';
import { atMoment, membersOf, partyGroup, topOf } from '../joined.js';
import { groupAsKnown } from '../merges.js';
import { all } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { entriesSeen, type Seen } from '../timeline/seen.js';
import { matching, stewards } from '../touch-frequency/stats-queries.js';
import { actions } from '../trust/queries.js';
import type { CountedAction, Opinion } from './activity.js';
import type { EndedCommitments, StewardTouches } from './scorecard.js';

type Meaning = CountedAction['meaning'];

/** What our own trust actions say: a lack of interest in the other, or in oneself. */
const meaningOf = (kind: TrustActionKind): Meaning | undefined => {
  const meaning = MEANINGS[kind];
  if (meaning?.sign === 1) return 'GIVE';
  return meaning?.dimension === 'SELF_ORIENTATION' ? 'ASK' : undefined;
};

const kindsThatMean = (wanted: Meaning): TrustActionKind[] =>
  (Object.keys(MEANINGS) as TrustActionKind[]).filter((kind) => meaningOf(kind) === wanted);

const GIVES = kindsThatMean('GIVE');
const ASKS = kindsThatMean('ASK');
const MEANING = sql`CASE WHEN t.action_kind = ANY(${GIVES}) THEN 'GIVE' ELSE 'ASK' END`;

/** Not of the other side of the relationship `d`, under whichever id it is named, or was known by. */
const isOurs = (tenantId: string, partyId: RawBuilder<unknown>, asKnown?: Instant): RawBuilder<unknown> =>
  asKnown
    ? sql`${partyId} NOT IN ${atMoment(OTHER_SIDE, asKnown)}`
    : sql`${topOf(tenantId, partyId)} <> ${topOf(tenantId, sql`d.b_id`)}`;

const OTHER_SIDE = groupAsKnown('directory', 'd.tenant_id', 'd.b_id');

/** Trust actions `t` that count, of our side of the relationship `d`. */
const ours = (tenantId: string, asKnown?: Instant): readonly RawBuilder<unknown>[] => [
  sql`NOT t.retracted`,
  sql`t.action_kind = ANY(${[...GIVES, ...ASKS]})`,
  isOurs(tenantId, sql`(t.facts ->> 'by')`, asKnown),
];
const TIE = sql`JOIN directory.relationships d ON d.tenant_id = t.tenant_id AND d.relationship_id = t.relationship_id`;

/** What our side did for trust in each relationship, or against it. */
export const actionsOf = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  seen: Seen,
): Promise<(CountedAction & { readonly owner: string })[]> =>
  db.rows(sql<CountedAction & { owner: string }>`
    SELECT m.owner, ${MEANING} AS meaning, (extract(epoch FROM t.occurred_at) * 1000)::float8 AS "atMs"
      FROM ${membersOf(tenantId, ids, seen.asKnown)} m
      JOIN ${actions(seen)} t ON t.tenant_id = ${tenantId} AND t.relationship_id = m.relationship_id ${TIE}
     WHERE ${all(ours(tenantId, seen.asKnown))}`);

/** What was thought of the touches of each relationship, as far as feedback says which one it is about. */
export const opinionsOf = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  seen: Seen,
): Promise<(Opinion & { readonly owner: string })[]> => {
  const entries = (table: RawBuilder<unknown>) => (seen.asKnown ? entriesSeen(table, seen) : table);
  return db.rows(sql<Opinion & { owner: string }>`
    SELECT m.owner, e.facts ->> 'function' AS function, (f.facts ->> 'sentimentBp')::int AS "sentimentBp",
           (extract(epoch FROM f.occurred_at) * 1000)::float8 AS "atMs"
      FROM ${membersOf(tenantId, ids, seen.asKnown)} m
      JOIN ${entries(sql`feedback.feedback`)} f ON f.tenant_id = ${tenantId} AND f.relationship_id = m.relationship_id
      JOIN ${entries(sql`timeline.entries`)} e ON e.tenant_id = f.tenant_id AND e.relationship_id = f.relationship_id
       AND e.kind = 'TOUCH' AND e.event_id = f.facts ->> 'aboutEventId'
     WHERE NOT f.retracted AND f.facts ? 'sentimentBp' AND NOT e.retracted
       AND e.facts ->> 'outcome' <> 'AUTOMATED'`);
};

/** Who was PRIMARY steward, in which stretch of time: from a moment to before another. */
export interface Stewardship {
  readonly stewardId: string;
  readonly from: Instant | null;
  readonly to: Instant | null;
}

/** Conditions on `t`, which has a relationship and a time, and on `s`, who carried it then. */
const within = (tenantId: string, { stewardId, from, to }: Stewardship): RawBuilder<unknown>[] => [
  // As an array, so that the planner begins with the ties that the steward ever carried: they are not very many.
  sql`t.relationship_id = ANY(ARRAY(
    SELECT relationship_id FROM touch_frequency.terms
     WHERE tenant_id = ${tenantId} AND kind = 'STEWARD' AND steward_id = ANY(${partyGroup(tenantId, stewardId)})))`,
  sql`s.steward_id = ANY(${partyGroup(tenantId, stewardId)})`,
  ...(from ? [sql`t.occurred_at >= ${from}`] : []),
  ...(to ? [sql`t.occurred_at < ${to}`] : []),
];

/** What somebody did as PRIMARY steward: by direction and intent, and in all. */
export const touchesOfSteward = (db: ReadDatabase, tenantId: string, asked: Stewardship): Promise<StewardTouches[]> =>
  db.rows(sql<StewardTouches>`
    SELECT t.direction, t.intent, count(*)::int AS touches, count(DISTINCT t.relationship_id)::int AS relationships,
           coalesce(sum(t.minutes), 0)::bigint AS minutes
      FROM touch_frequency.touches t ${stewards(tenantId)}
     WHERE ${all([matching(tenantId, {}), ...within(tenantId, asked)])}
     GROUP BY GROUPING SETS ((t.direction, t.intent), ())`);

export const actionsOfSteward = (db: ReadDatabase, tenantId: string, asked: Stewardship): Promise<CountedAction[]> =>
  db.rows(sql<CountedAction>`
    SELECT ${MEANING} AS meaning, (extract(epoch FROM t.occurred_at) * 1000)::float8 AS "atMs"
      FROM trust.actions t ${TIE} ${stewards(tenantId)}
     WHERE ${all([sql`t.tenant_id = ${tenantId}`, ...ours(tenantId), ...within(tenantId, asked)])}`);

/** Promises of our side that were kept or broken in the stretch of time. */
export const commitmentsOfSteward = (
  db: ReadDatabase,
  tenantId: string,
  asked: Stewardship,
): Promise<EndedCommitments[]> =>
  db.rows(sql<EndedCommitments>`
    SELECT t.ending, count(*)::int AS count
      FROM (SELECT c.tenant_id, c.relationship_id, c.owed_by, c.status AS ending,
                   (step ->> 'occurredAt')::timestamptz AS occurred_at
              FROM commitments.commitments c
             CROSS JOIN LATERAL jsonb_array_elements(c.steps) step
             WHERE c.tenant_id = ${tenantId} AND NOT c.retracted AND c.status IN ('KEPT', 'BROKEN')
               AND step ->> 'step' = c.status AND NOT (step ->> 'retracted')::boolean) t ${TIE} ${stewards(tenantId)}
     WHERE ${all([isOurs(tenantId, sql`t.owed_by`), ...within(tenantId, asked)])}
     GROUP BY t.ending`);
