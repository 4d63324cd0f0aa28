import { sql, type RawBuilder } from 'kysely';
import { fromMillis, type Instant } from '../../event-sourcing/instant.js';
import type { FeedbackFacts } from '../../ledger/feedback/feedback.js';
import { isSettled } from '../../ledger/feedback/feedback-life.js';
import { FeedbackStatus, type FeedbackKind } from '../../ledger/feedback/feedback.words.js';
import { membersOf } from '../joined.js';
import { all, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import {
  byTime,
  ENTRY,
  shownAs,
  STANDING,
  type EntryList,
  type Owned,
  type StoredEntry,
} from '../timeline/entry-lists.js';
import { entriesSeen, type Seen } from '../timeline/seen.js';
import { feedbackEntries } from './entries.js';
import { WAITING } from './urgency.js';

export type StoredFeedback = StoredEntry<FeedbackFacts>;

export const shown = <Stored extends StoredFeedback>(row: Stored) => shownAs(feedbackEntries, row);

export type FeedbackRow = ReturnType<typeof shown<StoredFeedback>>;

const listOf = (ordering: Ordering, ...conditions: readonly RawBuilder<unknown>[]): EntryList => ({
  table: sql`feedback.feedback`,
  where: [STANDING, ...conditions],
  ordering,
});

/** Feedback that stands so, or all: the latest first. */
export const feedbackList = (status: readonly FeedbackStatus[] | null | undefined): EntryList =>
  listOf(byTime('DESC'), ...(status ? [sql`e.status = ANY(${status})`] : []));

const BY_URGENCY: Ordering = {
  tenant: sql`e.tenant_id`,
  by: sql`e.urgency`,
  position: sql`e.position`,
  direction: 'ASC',
  isNumber: true,
};

/** What nobody has dealt with yet, the worst and oldest first: of some kinds or all, or only what waits for an answer. */
export const openList = (kinds: readonly FeedbackKind[] | null | undefined, needsResponse: boolean): EntryList =>
  listOf(
    BY_URGENCY,
    sql`NOT e.settled`,
    ...(kinds ? [sql`e.feedback_kind = ANY(${kinds})`] : []),
    ...(needsResponse ? [sql`e.urgency < ${WAITING}::float8`] : []),
  );

/** Relationships with a grievance that nobody has resolved yet, under the ids that speak for them: a list for ANY. */
export const aggrieved = (tenantId: string): RawBuilder<unknown> => sql`ARRAY(
  SELECT coalesce(r.head_id, r.relationship_id)
    FROM feedback.feedback e JOIN directory.relationships r USING (tenant_id, relationship_id)
   WHERE tenant_id = ${tenantId} AND e.feedback_kind = 'GRIEVANCE' AND NOT e.settled AND ${STANDING})`;

/** All that was said in each of many relationships, as it stood at a moment. */
export const feedbackSaid = (
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  seen: Seen,
): Promise<(Owned & { readonly occurredAt: Instant; readonly facts: FeedbackFacts })[]> =>
  db.rows(sql<Owned & { occurredAt: Instant; facts: FeedbackFacts }>`
    SELECT wanted.owner, e.occurred_at AS "occurredAt", e.facts
      FROM ${membersOf(tenantId, relationshipIds, seen.asKnown)} wanted
      JOIN ${entriesSeen(sql`feedback.feedback`, seen)} e
        ON e.tenant_id = ${tenantId} AND e.relationship_id = wanted.relationship_id`);

/** Answers by the request that they answer. */
export async function answersTo(
  db: ReadDatabase,
  tenantId: string,
  requestIds: readonly string[],
): Promise<(FeedbackRow & { readonly requestId: string })[]> {
  const rows = await db.rows(sql<StoredFeedback & { readonly requestId: string }>`
    SELECT e.request_id AS "requestId", ${ENTRY} FROM feedback.feedback e
     WHERE e.tenant_id = ${tenantId} AND ${STANDING} AND e.request_id = ANY(${requestIds})`);
  return rows.map(shown);
}

export interface StatsFilter {
  /** Occurred at or after. */
  readonly from?: Instant | null;
  /** Occurred before. */
  readonly to?: Instant | null;
  readonly kinds?: readonly FeedbackKind[] | null;
  /** What was said by then, as it stood then. */
  readonly asOf?: Instant | null;
  readonly asKnown?: Instant | null;
}

/** Feedback as it stood at a moment: its last step by business time says whether it was dealt with. */
const feedbackSeen = (seen: Seen): RawBuilder<unknown> => {
  const steps = sql`jsonb_array_elements(told.steps) WITH ORDINALITY one (step, place)`;
  const at = sql`(step ->> 'occurredAt')::timestamptz`;
  const settled = sql`coalesce((SELECT step ->> 'step' FROM ${steps} ORDER BY ${at} DESC, place DESC LIMIT 1)
                               = ANY(${SETTLED}), false)`;
  const columns = sql`told.facts ->> 'kind' AS feedback_kind, (told.facts ->> 'score')::float8 AS score,
    (told.facts ->> 'sentimentBp')::int AS sentiment_bp, ${settled} AS settled,
    CASE WHEN ${settled} THEN (SELECT max(${at}) FROM ${steps} WHERE step ->> 'step' = 'RESOLVED') END AS resolved_at`;
  return entriesSeen(sql`feedback.feedback`, seen, columns);
};

const SETTLED = Object.values(FeedbackStatus).filter(isSettled);

export interface KindStats {
  readonly kind: FeedbackKind;
  readonly count: number;
  readonly open: number;
  readonly resolved: number;
  readonly medianDaysToResolve: number | null;
  readonly meanSentimentBp: number | null;
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** What was said in a stretch of time: first of all kinds together (`kind` null), then of each, the most frequent first. */
export const feedbackStats = (
  db: ReadDatabase,
  tenantId: string,
  { from, to, kinds, asOf, asKnown }: StatsFilter,
): Promise<(Omit<KindStats, 'kind'> & { readonly kind: FeedbackKind | null })[]> => {
  const wanted = [sql`e.tenant_id = ${tenantId}`, STANDING];
  if (from) wanted.push(sql`e.occurred_at >= ${from}`);
  if (to) wanted.push(sql`e.occurred_at < ${to}`);
  if (kinds) wanted.push(sql`e.feedback_kind = ANY(${kinds})`);
  const nps = sql`e.feedback_kind = 'NPS'`;
  const seen = { asOf: asOf ?? fromMillis(Date.now()), asKnown: asKnown ?? undefined };
  return db.rows(sql<KindStats>`
    SELECT e.feedback_kind AS kind, count(*)::int,
           count(*) FILTER (WHERE NOT e.settled)::int AS open,
           count(e.resolved_at)::int AS resolved,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM e.resolved_at - e.occurred_at)::float8 / 86400)
             AS "medianDaysToResolve",
           avg(e.sentiment_bp)::float8 AS "meanSentimentBp",
           count(*) FILTER (WHERE ${nps} AND e.score >= 9)::int AS promoters,
           count(*) FILTER (WHERE ${nps} AND e.score >= 7 AND e.score < 9)::int AS passives,
           count(*) FILTER (WHERE ${nps} AND e.score < 7)::int AS detractors
      FROM ${asOf || asKnown ? feedbackSeen(seen) : sql`feedback.feedback`} e WHERE ${all(wanted)}
     GROUP BY GROUPING SETS ((), (e.feedback_kind)) ORDER BY grouping(e.feedback_kind) DESC, count DESC, kind`);
};
