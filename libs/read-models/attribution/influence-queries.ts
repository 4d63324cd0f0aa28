import { sql } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Edge } from '../../metrics/attribution/influence.js';
import { all } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { matching, oneParty } from '../referral-pipeline/queries.js';

export interface ReferralEdge extends Edge {
  readonly referrals: number;
}

/**
 * Who referred to whom up to a moment, under the ids that speak for parties that were merged. A referral weighs
 * 2^(-age/h); what is a thousand half-lives old weighs no less than that, so that nothing underflows.
 */
export const referralEdges = (
  db: ReadDatabase,
  tenantId: string,
  asOf: Instant,
  halfLifeDays: number,
): Promise<ReferralEdge[]> =>
  db.rows(sql<ReferralEdge>`
    SELECT "from", "to", count(*)::int AS referrals,
           sum(power(2, greatest(-1000, -extract(epoch FROM ${asOf}::timestamptz - made_at)::float8 / 86400
             / ${halfLifeDays}::float8))) AS weight
      FROM (SELECT ${oneParty(sql`r.referrer_id`)} AS "from", ${oneParty(sql`r.target_id`)} AS "to", r.made_at
              FROM referral_pipeline.referrals r
             WHERE ${all([sql`r.tenant_id = ${tenantId}`, sql`r.made_at <= ${asOf}`, ...matching(tenantId, {})])}) r
     GROUP BY "from", "to" ORDER BY "from", "to"`);
