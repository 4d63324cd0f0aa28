import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { partyGroup } from '../joined.js';
import { OPEN } from '../on.js';
import type { ReadDatabase } from '../read-database.js';
import { stewards } from '../touch-frequency/stats-queries.js';
import type { Carried, Contact, HandOvers } from './steward-bond.js';

export interface Bond {
  readonly partyId: string;
  readonly stewardId: string;
  readonly asOf: Instant;
}

/** Relationships that the party has, on either side: an array. */
const tiesOf = (tenantId: string, partyId: string): RawBuilder<unknown> => sql`ARRAY(
  SELECT relationship_id FROM touch_frequency.ties WHERE tenant_id = ${tenantId} AND a_id = ANY(${partyGroup(tenantId, partyId)})
   UNION
  SELECT relationship_id FROM touch_frequency.ties WHERE tenant_id = ${tenantId} AND b_id = ANY(${partyGroup(tenantId, partyId)}))`;

export const carriedBy = (db: ReadDatabase, tenantId: string, { partyId, stewardId, asOf }: Bond): Promise<Carried[]> =>
  db.rows(sql<Carried>`
    SELECT s.starts_at AS from, least(s.ends_at, d.ended_at, ${asOf}::timestamptz) AS to
      FROM (SELECT relationship_id, steward_id, starts_at,
                   lead(starts_at, 1, 'infinity') OVER (PARTITION BY relationship_id ORDER BY starts_at, position) AS ends_at
              FROM touch_frequency.terms
             WHERE tenant_id = ${tenantId} AND kind = 'STEWARD' AND relationship_id = ANY(${tiesOf(tenantId, partyId)})) s
      JOIN touch_frequency.ties d ON d.tenant_id = ${tenantId} AND d.relationship_id = s.relationship_id
     WHERE s.steward_id = ANY(${partyGroup(tenantId, stewardId)}) AND s.starts_at <= ${asOf}`);

/** A touch that stands in several relationships of the party counts once. */
export async function contactWith(
  db: ReadDatabase,
  tenantId: string,
  { partyId, stewardId, asOf }: Bond,
): Promise<Contact> {
  const [counted] = await db.rows(sql<Contact>`
    SELECT count(*) FILTER (WHERE own)::int AS own, count(*) FILTER (WHERE NOT own)::int AS others
      FROM (SELECT coalesce(bool_or(s.steward_id = ANY(${partyGroup(tenantId, stewardId)})), false) AS own
              FROM touch_frequency.touches t ${stewards(tenantId)}
             WHERE t.tenant_id = ${tenantId} AND t.until_position = ${sql.lit(OPEN)} AND t.occurred_at <= ${asOf}
               AND t.relationship_id = ANY(${tiesOf(tenantId, partyId)})
             GROUP BY t.touch_id) touches`);
  return counted!;
}

export async function handedOver(
  db: ReadDatabase,
  tenantId: string,
  { partyId, stewardId, asOf }: Bond,
): Promise<HandOvers> {
  const [counted] = await db.rows(sql<HandOvers>`
    SELECT count(*)::int AS "handOvers", count(*) FILTER (WHERE warm_intro)::int AS "warmHandOvers"
      FROM directory.stewards
     WHERE tenant_id = ${tenantId} AND warm_intro IS NOT NULL AND since <= ${asOf}
       AND steward_id = ANY(${partyGroup(tenantId, stewardId)}) AND relationship_id = ANY(${tiesOf(tenantId, partyId)})`);
  return counted!;
}
