import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { OPEN } from '../on.js';
import { all } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { stewards } from '../touch-frequency/stats-queries.js';

export type LagDimension = 'STEWARD' | 'SOURCE' | 'KIND';

/** How long it takes from what is so to its record. Hours; null where nothing was recorded. */
export interface LagRow {
  readonly key: string | null;
  readonly count: number;
  readonly medianHours: number | null;
  readonly p90Hours: number | null;
  readonly p99Hours: number | null;
  /** Share recorded within 24 hours, in basis points. */
  readonly withinDayBp: number | null;
}

const KEYS: { readonly [Dimension in LagDimension]: RawBuilder<unknown> } = {
  STEWARD: sql`s.steward_id`,
  SOURCE: sql`t.actor`,
  KIND: sql`t.kind`,
};

/**
 * Entries and steps that stand, by when they were first recorded: a correction is no late record of what it corrects. What
 * is dated ahead of the ledger's clock, which differs from others, took no time.
 */
export const captureLag = (
  db: ReadDatabase,
  tenantId: string,
  { from, to }: { readonly from: Instant | null; readonly to: Instant | null },
  by: LagDimension | undefined,
  limit: number,
): Promise<LagRow[]> => {
  const same = sql`o.tenant_id = t.tenant_id AND o.relationship_id = t.relationship_id AND o.fact_id = t.fact_id`;
  const where = [
    sql`t.tenant_id = ${tenantId}`,
    sql`t.entry_id IS NOT NULL`,
    sql`NOT EXISTS (SELECT FROM facts.facts o WHERE ${same} AND o.position < t.position)`,
    sql`EXISTS (SELECT FROM facts.facts o WHERE ${same} AND o.until_position = ${sql.lit(OPEN)})`,
  ];
  if (from) where.push(sql`t.known_from >= ${from}`);
  if (to) where.push(sql`t.known_from < ${to}`);
  const at = (share: number) => sql`percentile_cont(${sql.lit(share)}) WITHIN GROUP (ORDER BY hours)`;
  return db.rows(sql<LagRow>`
    SELECT ${by ? sql`key` : sql`NULL`} AS key, count(*)::int AS count, ${at(0.5)} AS "medianHours", ${at(0.9)} AS "p90Hours", ${at(0.99)} AS "p99Hours",
           round(10000.0 * count(*) FILTER (WHERE hours <= 24) / nullif(count(*), 0))::int AS "withinDayBp"
      FROM (SELECT ${by ? KEYS[by] : sql`NULL::text`} AS key,
                   greatest(extract(epoch FROM t.known_from - t.occurred_at)::float8 / 3600, 0) AS hours
              FROM facts.facts t ${by === 'STEWARD' ? stewards(tenantId) : sql``} WHERE ${all(where)}) lags
     ${by ? sql`GROUP BY key ORDER BY count DESC, key LIMIT ${sql.lit(limit)}` : sql``}`);
};
