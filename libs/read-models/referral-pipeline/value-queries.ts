import { sql } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { all } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { oneParty } from './queries.js';

/** What the referrals of a source were worth, and how that adds up from the most valuable one on. */
export interface SourceValue {
  readonly partyId: string;
  readonly amountMinor: bigint;
  /** Of it and of all before it. */
  readonly cumulativeMinor: bigint;
  readonly totalMinor: bigint;
  readonly parties: number;
  /** Of the most valuable fifth of all sources, rounded up. */
  readonly topFifthMinor: bigint;
}

/** Value realised in a stretch of time in one currency by source, the most valuable source first. */
export const valueBySource = (
  db: ReadDatabase,
  tenantId: string,
  { from, to, currency }: { readonly from: Instant | null; readonly to: Instant | null; readonly currency: string },
  first: number,
): Promise<SourceValue[]> => {
  const where = [
    sql`e.tenant_id = ${tenantId}`,
    sql`e.kind = 'VALUE'`,
    sql`e.currency = ${currency}`,
    sql`NOT e.retracted`,
    sql`NOT r.retracted`,
    ...(from ? [sql`e.occurred_at >= ${from}`] : []),
    ...(to ? [sql`e.occurred_at < ${to}`] : []),
  ];
  return db.rows(sql<SourceValue>`
    SELECT *, (sum("amountMinor") FILTER (WHERE place <= ceil(parties / 5.0)) OVER ())::bigint AS "topFifthMinor"
      FROM (SELECT "partyId", "amountMinor", row_number() OVER w AS place, (sum("amountMinor") OVER w)::bigint AS "cumulativeMinor",
                   (sum("amountMinor") OVER ())::bigint AS "totalMinor", (count(*) OVER ())::int AS parties
              FROM (SELECT ${oneParty(sql`r.source_id`)} AS "partyId", sum(e.amount_minor)::bigint AS "amountMinor"
                      FROM referral_pipeline.entries e JOIN referral_pipeline.referrals r USING (tenant_id, referral_id)
                     WHERE ${all(where)} GROUP BY 1) sums
            WINDOW w AS (ORDER BY "amountMinor" DESC, "partyId" ROWS UNBOUNDED PRECEDING)) ranked
     ORDER BY place LIMIT ${sql.lit(first)}`);
};

/** Shares in basis points, rounded; null while nothing was worth anything. */
export function concentration(rows: readonly SourceValue[]) {
  const [head] = rows;
  const shareBp = (part: bigint): number | null =>
    head && head.totalMinor > 0n ? Math.round((10_000 * Number(part)) / Number(head.totalMinor)) : null;
  return {
    totalMinor: head?.totalMinor ?? 0n,
    parties: head?.parties ?? 0,
    topFifthBp: head ? shareBp(head.topFifthMinor) : null,
    rows: rows.map(({ partyId, amountMinor, cumulativeMinor }) => ({
      ...{ partyId, amountMinor },
      ...{ shareBp: shareBp(amountMinor), cumulativeBp: shareBp(cumulativeMinor) },
    })),
  };
}
