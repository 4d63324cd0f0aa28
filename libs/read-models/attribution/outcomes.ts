import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { place } from '../../ledger/referral/lifecycle.js';
import { topOf } from '../joined.js';
import { all } from '../ordering.js';
import { TRAVELLERS, type AttributionDimension } from './touchpoints.js';

/** What is credited: referrals that were made, seen or closed, or each value that one of them brought. */
export type OutcomeKind = 'MADE' | 'SEEN' | 'CLOSED' | 'VALUE';

interface Asked {
  readonly outcome: OutcomeKind;
  readonly by: AttributionDimension;
  readonly to: Instant;
  readonly lookbackDays: number;
  readonly lost: boolean;
}

/**
 * A query of ends of journeys: `id`, `referral_id`, `traveller` (a party, or whatever else is referred), `ended_at`,
 * `made_at`, `accepted_at`, `won`, and of a VALUE its `worth`. Cheap columns only: most of its rows are passed over.
 */
export function outcomesIn(tenantId: string, asked: Asked): RawBuilder<unknown> {
  if (!asked.lost) return won(tenantId, asked);
  if (asked.outcome !== 'MADE') return sql`${won(tenantId, asked)} UNION ALL ${lost(tenantId, asked)}`;
  // A person who is referred travels by referrals only: no referral, no journey.
  return asked.by === 'SOURCE'
    ? won(tenantId, asked)
    : sql`${won(tenantId, asked)} UNION ALL ${neverReferred(tenantId, asked)}`;
}

/** When it came about: of a step that nobody reported, when the next one was. */
const REACHED_AT: { readonly [Outcome in Exclude<OutcomeKind, 'VALUE'>]: RawBuilder<unknown> } = {
  MADE: sql`r.made_at`,
  SEEN: sql`coalesce(r.seen_at, r.reported_at, r.acknowledged_at, r.closed_at)`,
  CLOSED: sql`r.closed_at`,
};

const REALISED = sql`
  FROM referral_pipeline.entries e
 WHERE e.tenant_id = r.tenant_id AND e.referral_id = r.referral_id AND e.kind = 'VALUE' AND NOT e.retracted`;

/** What a referral brought, as `USD:1200 EUR:300`; null: nothing. */
export const worthOf = (tenantId: string, referralId: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  SELECT string_agg(currency || ':' || amount_minor, ' ')
    FROM (SELECT e.currency, sum(e.amount_minor)::bigint AS amount_minor
            FROM referral_pipeline.entries e
           WHERE e.tenant_id = ${tenantId} AND e.referral_id = ${referralId} AND e.kind = 'VALUE' AND NOT e.retracted
           GROUP BY e.currency) summed)`;

const traveller = ({ by }: Asked): RawBuilder<unknown> => sql.raw(`r.${TRAVELLERS[by]}`);

function won(tenantId: string, asked: Asked): RawBuilder<unknown> {
  const { outcome } = asked;
  const columns = sql`r.referral_id, ${traveller(asked)} AS traveller`;
  const milestones = sql`r.made_at, r.accepted_at, true AS won`;
  const standing = sql`r.tenant_id = ${tenantId} AND NOT r.retracted`;
  if (outcome === 'VALUE') {
    return sql`
      SELECT e.event_id AS id, ${columns}, e.occurred_at AS ended_at, ${milestones},
             e.currency || ':' || e.amount_minor AS worth
        FROM referral_pipeline.referrals r
        JOIN referral_pipeline.entries e ON e.tenant_id = r.tenant_id AND e.referral_id = r.referral_id
       WHERE ${standing} AND e.kind = 'VALUE' AND NOT e.retracted`;
  }
  return sql`
    SELECT r.referral_id AS id, ${columns}, ${REACHED_AT[outcome]} AS ended_at, ${milestones}, NULL AS worth
      FROM referral_pipeline.referrals r
     WHERE ${all([standing, ...reached(outcome)])}`;
}

const reached = (outcome: 'MADE' | 'SEEN' | 'CLOSED'): RawBuilder<unknown>[] =>
  outcome === 'MADE' ? [] : [sql`r.reached >= ${sql.lit(place(outcome))}`];

/** Referrals that were declined, expired, leaked, or that had not got there after the lookback: a timeout. */
function lost(tenantId: string, asked: Asked): RawBuilder<unknown> {
  const { outcome, lookbackDays } = asked;
  const notReached =
    outcome === 'VALUE' || outcome === 'MADE'
      ? sql`NOT EXISTS (SELECT ${REALISED})`
      : sql`r.reached < ${sql.lit(place(outcome))}`;
  return sql`
    SELECT r.referral_id AS id, r.referral_id, ${traveller(asked)} AS traveller,
           CASE WHEN r.status IN ('DECLINED', 'EXPIRED', 'LEAKED') THEN r.ended_at
                ELSE r.made_at + ${lookbackDays} * interval '24 hours' END AS ended_at,
           r.made_at, r.accepted_at, false AS won, NULL AS worth
      FROM referral_pipeline.referrals r
     WHERE r.tenant_id = ${tenantId} AND NOT r.retracted AND r.status NOT IN ('CANCELLED', 'REDIRECTED')
       AND ${notReached}`;
}

/** Partners who were there to refer, and have made no referral in the lookback before the end of the window. */
function neverReferred(tenantId: string, { to, lookbackDays }: Asked): RawBuilder<unknown> {
  return sql`
    SELECT DISTINCT partner.id, NULL AS referral_id, partner.id AS traveller,
           ${to}::timestamptz - interval '1 millisecond' AS ended_at,
           NULL::timestamptz AS made_at, NULL::timestamptz AS accepted_at, false AS won, NULL AS worth
      FROM touch_frequency.ties t
     CROSS JOIN LATERAL (SELECT ${topOf(tenantId, sql`t.b_id`)} AS id OFFSET 0) partner
     WHERE t.tenant_id = ${tenantId} AND t.kind IN ('REFERRAL_PARTNER', 'PHYSICIAN_RELATIONS')
       AND NOT EXISTS (
           SELECT FROM referral_pipeline.referrals r
            WHERE r.tenant_id = t.tenant_id AND NOT r.retracted
              AND r.referrer_id IN (
                  SELECT partner.id UNION ALL
                  SELECT m.absorbed_id FROM directory.merges m WHERE m.tenant_id = t.tenant_id AND m.root_id = partner.id)
              AND r.made_at < ${to} AND r.made_at > ${to}::timestamptz - ${lookbackDays} * interval '24 hours')`;
}
