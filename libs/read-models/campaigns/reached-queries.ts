import { sql, type RawBuilder } from 'kysely';
import { topOf } from '../joined.js';
import { OPEN } from '../on.js';
import type { ReadDatabase } from '../read-database.js';
import type { Heard } from './results.js';

/** Withdrawn within this many days of a contact, a consent is withdrawn because of it. */
export const OPT_OUT_DAYS = 30;

/** Parties of the other side with whom a counted contact of a campaign came about, or who were left a message. */
const reached = (tenantId: string, ids: readonly string[]): RawBuilder<unknown> => sql`(
  SELECT t.campaign_id, t.relationship_id, t.channel, t.occurred_at, e.event_id,
         ${topOf(tenantId, sql`(participant ->> 'partyId')`)} AS party_id
    FROM touch_frequency.touches t
    JOIN timeline.entries e
      ON e.tenant_id = t.tenant_id AND e.entry_id = t.touch_id AND e.relationship_id = t.relationship_id
   CROSS JOIN LATERAL jsonb_array_elements(e.facts -> 'participants') participant
   WHERE t.tenant_id = ${tenantId} AND t.campaign_id = ANY(${ids}) AND t.campaign_id IS NOT NULL
     AND t.until_position = ${sql.lit(OPEN)} AND participant ->> 'side' = 'B'
     AND e.facts ->> 'outcome' IN ('CONNECTED', 'LEFT_MESSAGE'))`;

export const countReached = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT campaign_id AS id, count(DISTINCT party_id)::int AS count FROM ${reached(tenantId, ids)} r GROUP BY 1`);

/** Of the parties that were reached: who called a contact irrelevant, and who wanted no more of them. */
export const heardBack = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<(Heard & { readonly id: string })[]> =>
  db.rows(sql<Heard & { id: string }>`
    SELECT campaign_id AS id, count(DISTINCT party_id)::int AS reached,
           count(DISTINCT party_id) FILTER (WHERE irrelevant)::int AS irrelevant,
           count(DISTINCT party_id) FILTER (WHERE opted_out)::int AS "optedOut",
           count(DISTINCT party_id) FILTER (WHERE irrelevant OR opted_out)::int AS either
      FROM (SELECT r.campaign_id, r.party_id,
                   EXISTS (SELECT FROM feedback.feedback f
                            WHERE f.tenant_id = ${tenantId} AND f.relationship_id = r.relationship_id AND NOT f.retracted
                              AND f.feedback_kind = 'IRRELEVANT_OUTREACH' AND f.facts ->> 'aboutEventId' = r.event_id
                              AND ${topOf(tenantId, sql`(f.facts ->> 'by')`)} = r.party_id) AS irrelevant,
                   EXISTS (SELECT FROM directory.consents c
                            WHERE c.tenant_id = ${tenantId} AND NOT c.granted AND c.purpose = 'MARKETING'
                              AND c.channel IN ('ANY', r.channel) AND c.at >= r.occurred_at
                              AND c.at < r.occurred_at + make_interval(days => ${sql.lit(OPT_OUT_DAYS)})
                              AND (c.party_id = r.party_id OR c.party_id IN (
                                   SELECT m.absorbed_id FROM directory.merges m
                                    WHERE m.tenant_id = ${tenantId} AND m.root_id = r.party_id))) AS opted_out
              FROM ${reached(tenantId, ids)} r) r
     GROUP BY 1`);
