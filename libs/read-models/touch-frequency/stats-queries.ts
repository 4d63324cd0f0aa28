import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { RelationshipKind } from '../../ledger/relationship/relationship.words.js';
import type { Channel, Direction, TouchFunction, TouchIntent } from '../../ledger/touch/touch.words.js';
import { partyGroup, relationshipGroup, topOf } from '../joined.js';
import { OPEN } from '../on.js';
import { all } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';

export type StatsDimension =
  'CHANNEL' | 'DIRECTION' | 'INTENT' | 'FUNCTION' | 'PHASE' | 'CAMPAIGN' | 'STEWARD' | 'RELATIONSHIP_KIND';
export type Bucket = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

export interface StatsFilter {
  readonly stewardId?: string | null;
  readonly partyId?: string | null;
  readonly relationshipId?: string | null;
  readonly campaignId?: string | null;
  readonly kind?: RelationshipKind | null;
  readonly channels?: readonly Channel[] | null;
  readonly directions?: readonly Direction[] | null;
  readonly intents?: readonly TouchIntent[] | null;
  readonly functions?: readonly TouchFunction[] | null;
  /** Occurred at or after. */
  readonly from?: Instant | null;
  /** Occurred before. */
  readonly to?: Instant | null;
}

export interface StatsRow {
  readonly key: string | null;
  readonly bucket: Instant | null;
  readonly count: number;
  readonly relationships: number;
  readonly minutes: bigint;
}

const KEYS: { readonly [Dimension in Exclude<StatsDimension, 'STEWARD'>]: RawBuilder<unknown> } = {
  CHANNEL: sql`t.channel`,
  DIRECTION: sql`t.direction`,
  INTENT: sql`t.intent`,
  FUNCTION: sql`t.function`,
  PHASE: sql`t.phase`,
  CAMPAIGN: sql`t.campaign_id`,
  RELATIONSHIP_KIND: sql`d.kind`,
};

const keyOf = (dimension: StatsDimension, tenantId: string): RawBuilder<unknown> =>
  dimension === 'STEWARD' ? topOf(tenantId, sql`s.steward_id`) : KEYS[dimension];

const TIES = sql`JOIN directory.relationships d USING (tenant_id, relationship_id)`;

/** Who was primary steward when the touch happened. */
export const stewards = (tenantId: string): RawBuilder<unknown> => sql`
  LEFT JOIN (
       SELECT relationship_id, steward_id, starts_at,
              lead(starts_at, 1, 'infinity') OVER (PARTITION BY relationship_id ORDER BY starts_at, position) AS ends_at
         FROM touch_frequency.terms WHERE tenant_id = ${tenantId} AND kind = 'STEWARD') s
       ON s.relationship_id = t.relationship_id AND t.occurred_at >= s.starts_at AND t.occurred_at < s.ends_at`;

/** Counted touches by group and stretch of time, in the order of time, then the largest group first. */
export function touchStats(
  db: ReadDatabase,
  tenantId: string,
  filter: StatsFilter,
  groupBy: StatsDimension | undefined,
  bucket: Bucket | undefined,
  limit: number,
): Promise<StatsRow[]> {
  const asksTies = groupBy === 'RELATIONSHIP_KIND' || filter.kind || filter.partyId;
  const asksStewards = groupBy === 'STEWARD' || filter.stewardId;
  const key = groupBy ? keyOf(groupBy, tenantId) : sql`NULL::text`;
  const stretch = bucket ? sql`date_trunc(${sql.lit(bucket)}, t.occurred_at AT TIME ZONE 'UTC')` : sql`NULL::timestamp`;
  // By relationship first: twice as fast as count(DISTINCT), which sorts all touches.
  return db.rows(sql<StatsRow>`
    SELECT key, bucket AT TIME ZONE 'UTC' AS bucket, sum(touches)::int AS count, count(*)::int AS relationships,
           sum(minutes)::bigint AS minutes
      FROM (SELECT ${key} AS key, ${stretch} AS bucket, count(*) AS touches, coalesce(sum(t.minutes), 0) AS minutes
              FROM touch_frequency.touches t ${asksTies ? TIES : sql``} ${asksStewards ? stewards(tenantId) : sql``}
             WHERE ${matching(tenantId, filter)}
             GROUP BY 1, 2, t.relationship_id) grouped
     GROUP BY key, bucket ORDER BY bucket, count DESC, key LIMIT ${sql.lit(limit)}`);
}

/** Conditions on `t`, and on the joins that the filter asks for. */
export function matching(tenantId: string, filter: StatsFilter): RawBuilder<unknown> {
  const { stewardId, partyId, relationshipId, campaignId, kind, channels, directions, intents, functions, from, to } =
    filter;
  const conditions = [sql`t.tenant_id = ${tenantId}`, sql`t.until_position = ${sql.lit(OPEN)}`];
  if (from) conditions.push(sql`t.occurred_at >= ${from}`);
  if (to) conditions.push(sql`t.occurred_at < ${to}`);
  if (relationshipId) conditions.push(sql`t.relationship_id = ANY(${relationshipGroup(tenantId, relationshipId)})`);
  if (campaignId) conditions.push(sql`t.campaign_id = ${campaignId}`);
  if (kind) conditions.push(sql`d.kind = ${kind}`);
  if (partyId) {
    const parties = partyGroup(tenantId, partyId);
    conditions.push(sql`(d.a_id = ANY(${parties}) OR d.b_id = ANY(${parties}))`);
  }
  if (channels) conditions.push(sql`t.channel = ANY(${channels})`);
  if (directions) conditions.push(sql`t.direction = ANY(${directions})`);
  if (intents) conditions.push(sql`t.intent = ANY(${intents})`);
  if (functions) conditions.push(sql`t.function = ANY(${functions})`);
  if (stewardId) conditions.push(sql`s.steward_id = ANY(${partyGroup(tenantId, stewardId)})`);
  return all(conditions);
}
