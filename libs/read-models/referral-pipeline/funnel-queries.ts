import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { place } from '../../ledger/referral/lifecycle.js';
import { ReferralProgress } from '../../ledger/referral/referral.words.js';
import { all } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { ENDED, matching, oneParty } from './queries.js';

export type FunnelDimension = 'TARGET' | 'REFERRER' | 'SOURCE' | 'SERVICE_LINE' | 'URGENCY' | 'MOTIVE' | 'MONTH';

const KEYS: { readonly [Dimension in FunnelDimension]: RawBuilder<unknown> } = {
  TARGET: oneParty(sql`r.target_id`),
  REFERRER: oneParty(sql`r.referrer_id`),
  SOURCE: oneParty(sql`r.source_id`),
  SERVICE_LINE: sql`r.service_line`,
  URGENCY: sql`r.urgency`,
  MOTIVE: sql`r.motive`,
  MONTH: sql`to_char(r.made_at AT TIME ZONE 'UTC', 'YYYY-MM')`,
};

/** Of one cohort. Arrays have one number per step of the progress, in its order. */
export interface FunnelRow {
  readonly key: string | null;
  readonly made: number;
  readonly open: number;
  readonly reached: readonly number[];
  /** Open, and not there yet. */
  readonly censored: readonly number[];
  readonly noShow: number;
  readonly declined: number;
  readonly cancelled: number;
  readonly expired: number;
  readonly leaked: number;
  readonly redirected: number;
  /** Seen, and not gone elsewhere since. */
  readonly kept: number;
  /** Between reported steps; null when no referral has both. */
  readonly medianDaysSentToSeen: number | null;
  readonly medianDaysSeenToReported: number | null;
}

const PROGRESS = Object.values(ReferralProgress);
const count = (condition: RawBuilder<unknown>) => sql`(count(*) FILTER (WHERE ${condition}))::int`;
const perStep = (condition: (step: RawBuilder<unknown>) => RawBuilder<unknown>) =>
  sql`ARRAY[${sql.join(PROGRESS.map((step) => count(condition(sql.lit(place(step))))))}]`;
const medianDays = (from: string, to: string) => sql`
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ${sql.ref(to)} - ${sql.ref(from)}) / 86400)`;
const isOpen = sql`r.status <> ALL(${ENDED})`;

/** Cohorts of referrals by when they were made, the largest first; months in their order. */
export const funnel = (
  db: ReadDatabase,
  tenantId: string,
  window: { readonly from?: Instant | null; readonly to?: Instant | null },
  by: FunnelDimension | undefined,
  limit: number,
): Promise<FunnelRow[]> =>
  db.rows(sql<FunnelRow>`
    SELECT ${by ? KEYS[by] : sql`NULL::text`} AS key, count(*)::int AS made, ${count(isOpen)} AS open,
           ${perStep((step) => sql`r.reached >= ${step}`)} AS reached,
           ${perStep((step) => sql`r.reached < ${step} AND ${isOpen}`)} AS censored,
           ${count(sql`r.no_shows > 0`)} AS "noShow", ${count(sql`r.status = 'DECLINED'`)} AS declined,
           ${count(sql`r.status = 'CANCELLED'`)} AS cancelled, ${count(sql`r.status = 'EXPIRED'`)} AS expired,
           ${count(sql`r.status = 'LEAKED'`)} AS leaked, ${count(sql`r.status = 'REDIRECTED'`)} AS redirected,
           ${count(sql`r.reached >= ${sql.lit(place('SEEN'))} AND r.status <> 'LEAKED'`)} AS kept,
           ${medianDays('r.sent_at', 'r.seen_at')} AS "medianDaysSentToSeen",
           ${medianDays('r.seen_at', 'r.reported_at')} AS "medianDaysSeenToReported"
      FROM referral_pipeline.referrals r
     WHERE ${all([sql`r.tenant_id = ${tenantId}`, ...matching(tenantId, window)])}
     GROUP BY 1 ORDER BY ${by === 'MONTH' ? sql`key` : sql`made DESC, key`} LIMIT ${sql.lit(limit)}`);

/** How often a source was declared where another, or the same, is recorded. */
export interface ConfusionRow {
  /** The party that was meant, else the answer that was given. */
  readonly declared: string;
  readonly isParty: boolean;
  readonly recordedId: string;
  readonly count: number;
  readonly declaredTotal: number;
  readonly recordedTotal: number;
  readonly total: number;
  readonly agreeing: number;
}

/** Of referrals made in the window of which a source was declared: the last declaration counts. */
export const sourceConfusion = (
  db: ReadDatabase,
  tenantId: string,
  window: { readonly from?: Instant | null; readonly to?: Instant | null },
  limit: number,
): Promise<ConfusionRow[]> =>
  db.rows(sql<ConfusionRow>`
    SELECT declared, "isParty", recorded AS "recordedId", count(*)::int AS count,
           (sum(count(*)) OVER (PARTITION BY declared))::int AS "declaredTotal",
           (sum(count(*)) OVER (PARTITION BY recorded))::int AS "recordedTotal",
           (sum(count(*)) OVER ())::int AS total,
           (sum(count(*) FILTER (WHERE declared = recorded)) OVER ())::int AS agreeing
      FROM (SELECT DISTINCT ON (r.referral_id) ${oneParty(sql`r.source_id`)} AS recorded, (e.data ? 'partyId') AS "isParty",
                   coalesce(${oneParty(sql`e.data ->> 'partyId'`)}, e.data ->> 'answer') AS declared
              FROM referral_pipeline.referrals r
              JOIN referral_pipeline.entries e USING (tenant_id, referral_id)
             WHERE ${all([sql`r.tenant_id = ${tenantId}`, ...matching(tenantId, window)])}
               AND e.kind = 'DECLARATION' AND NOT e.retracted
             ORDER BY r.referral_id, e.occurred_at DESC, e.position DESC) latest
     GROUP BY declared, "isParty", recorded ORDER BY count DESC, declared, recorded LIMIT ${sql.lit(limit)}`);
