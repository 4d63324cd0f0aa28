import { sql, type RawBuilder } from 'kysely';
import { topOf } from '../joined.js';
import { OPEN } from '../on.js';
import { stewards } from '../touch-frequency/stats-queries.js';

/** What is credited with an outcome. */
export type AttributionDimension = 'CHANNEL' | 'INTENT' | 'STEWARD' | 'CAMPAIGN' | 'SOURCE';

/**
 * Whose journey it is. Two questions: which touches earned a referral from its referrer, and which sources earned the
 * person who was referred.
 */
export const TRAVELLERS: { readonly [Dimension in AttributionDimension]: 'referrer_id' | 'subject_ref' } = {
  CHANNEL: 'referrer_id',
  INTENT: 'referrer_id',
  STEWARD: 'referrer_id',
  CAMPAIGN: 'referrer_id',
  SOURCE: 'subject_ref',
};

/** Key of a touch `t`, of the steward `s` who held the tie then. */
const ofTouch = (
  tenantId: string,
): { readonly [D in Exclude<AttributionDimension, 'SOURCE'>]: RawBuilder<unknown> } => ({
  CHANNEL: sql`t.channel`,
  INTENT: sql`t.intent`,
  STEWARD: topOf(tenantId, sql`s.steward_id`),
  CAMPAIGN: sql`t.campaign_id`,
});

/** Key of a response to a campaign `c`. */
const OF_RESPONSE: { readonly [Dimension in AttributionDimension]: RawBuilder<unknown> } = {
  CHANNEL: sql`CASE WHEN cardinality(c.channels) = 1 THEN c.channels[1] END`,
  INTENT: sql`NULL`,
  STEWARD: sql`NULL`,
  CAMPAIGN: sql`a.campaign_id`,
  SOURCE: sql`a.campaign_id`,
};

/**
 * A table of what belongs to the journeys in `ended`: `id` of the journey, `touch`, `at` and `key`. Neither automated nor
 * retracted ones, no gifts: what is no touch is in no table of touches.
 */
export function touchpointsOf(tenantId: string, by: AttributionDimension, lookbackDays: number): RawBuilder<unknown> {
  const contacts = by === 'SOURCE' ? referrals(tenantId, lookbackDays) : touches(tenantId, by, lookbackDays);
  return sql`(${contacts} UNION ALL ${responses(tenantId, by, lookbackDays)})`;
}

const within = (at: RawBuilder<unknown>, lookbackDays: number): RawBuilder<unknown> =>
  sql`(${at} <= o.ended_at AND ${at} > o.ended_at - ${lookbackDays} * interval '24 hours')`;

/** All that a traveller is known as. */
const known = (tenantId: string): RawBuilder<unknown> => sql`(
  SELECT o.traveller AS id UNION ALL
  SELECT m.absorbed_id FROM directory.merges m WHERE m.tenant_id = ${tenantId} AND m.root_id = o.traveller)`;

/**
 * A touch that stands in several relationships of the traveller is one. OFFSET keeps the look-ups by index: the planner,
 * who takes a traveller for many relationships, would else read all touches there are for every page (measured: 4 times
 * as long).
 */
const touches = (tenantId: string, by: Exclude<AttributionDimension, 'SOURCE'>, lookbackDays: number) => sql`
  SELECT * FROM (
         SELECT DISTINCT ON (o.id, t.touch_id) o.id, t.touch_id AS touch, t.occurred_at AS at, ${ofTouch(tenantId)[by]} AS key
           FROM ended o
          CROSS JOIN LATERAL ${known(tenantId)} p
          CROSS JOIN LATERAL (
                SELECT relationship_id FROM touch_frequency.ties WHERE tenant_id = ${tenantId} AND a_id = p.id UNION ALL
                SELECT relationship_id FROM touch_frequency.ties WHERE tenant_id = ${tenantId} AND b_id = p.id) tie
          CROSS JOIN LATERAL (
                SELECT t.* FROM touch_frequency.touches t
                 WHERE t.tenant_id = ${tenantId} AND t.relationship_id = tie.relationship_id
                   AND t.until_position = ${sql.lit(OPEN)} AND ${within(sql`t.occurred_at`, lookbackDays)} OFFSET 0) t
           ${by === 'STEWARD' ? stewards(tenantId) : sql``}
          ORDER BY o.id, t.touch_id, t.relationship_id) t`;

/** The referrals of a person, under who is credited with them; the one whose outcome it is always belongs to it. */
const referrals = (tenantId: string, lookbackDays: number) => sql`
  SELECT o.id, r.referral_id AS touch, least(r.made_at, o.ended_at) AS at, ${topOf(tenantId, sql`r.source_id`)} AS key
    FROM ended o
   CROSS JOIN LATERAL ${known(tenantId)} p
    JOIN referral_pipeline.referrals r ON r.tenant_id = ${tenantId} AND r.subject_ref = p.id
   WHERE NOT r.retracted AND (r.referral_id = o.referral_id OR ${within(sql`r.made_at`, lookbackDays)})`;

const responses = (tenantId: string, by: AttributionDimension, lookbackDays: number) => sql`
  SELECT o.id, a.response_id AS touch, a.occurred_at AS at, a.key
    FROM ended o
    JOIN (SELECT a.response_id, a.occurred_at, coalesce(m.root_id, a.party_id) AS party, ${OF_RESPONSE[by]} AS key
            FROM campaigns.responses a
            JOIN campaigns.campaigns c ON c.tenant_id = a.tenant_id AND c.campaign_id = a.campaign_id
            LEFT JOIN directory.merges m
              ON m.tenant_id = a.tenant_id AND m.absorbed_id = a.party_id AND m.root_id IS NOT NULL
           WHERE a.tenant_id = ${tenantId} AND NOT a.retracted AND a.kind <> 'AUTOMATED') a
      ON a.party = o.traveller AND ${within(sql`a.occurred_at`, lookbackDays)}`;
