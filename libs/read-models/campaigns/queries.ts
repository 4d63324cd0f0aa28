import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { CampaignCostKind, CampaignResponseKind, CampaignState } from '../../ledger/campaign/campaign.words.js';
import type { Audience } from '../../ledger/campaign/campaign.js';
import type { Channel } from '../../ledger/touch/touch.words.js';
import { partyGroup, topOf } from '../joined.js';
import { OPEN } from '../on.js';
import { all, following, limitOf, ofTenant, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import type { Amendment } from '../timeline/entry.js';

export interface CampaignRow {
  readonly id: string;
  readonly position: Position;
  readonly plannedAt: Instant;
  readonly name: string;
  readonly audiences: readonly Audience[];
  readonly channels: readonly Channel[];
  readonly channelLabel: string | null;
  readonly windowFrom: Instant;
  readonly windowTo: Instant;
  readonly budgetMinor: bigint;
  readonly currency: string;
  readonly state: CampaignState;
  readonly stateSince: Instant;
}

/** In one currency: what was spent, and what of it came back. */
export interface SpentRow {
  readonly owner: string;
  readonly currency: string;
  readonly spentMinor: bigint;
  readonly refundedMinor: bigint;
}

export interface ResponseCountRow {
  readonly owner: string;
  readonly kind: CampaignResponseKind;
  readonly organic: boolean;
  readonly count: number;
}

export interface EntryRow {
  readonly owner: string;
  readonly id: string;
  readonly position: Position;
  readonly recordedAt: Instant;
  readonly eventId: string;
  readonly retracted: boolean;
  readonly amendments: readonly Amendment[];
}

export interface CostRow extends EntryRow {
  readonly refundOf: string | null;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly kind: CampaignCostKind | null;
  readonly kindLabel: string | null;
  readonly day: string;
}

export interface ResponseRow extends EntryRow {
  readonly partyId: string;
  readonly kind: CampaignResponseKind;
  readonly kindLabel: string | null;
  readonly organic: boolean;
  readonly occurredAt: Instant;
}

export interface CampaignFilter {
  readonly state?: CampaignState | null;
  readonly channel?: Channel | null;
  /** Some audience lists it. */
  readonly partyId?: string | null;
  /** Its window has not ended by then. */
  readonly from?: Instant | null;
  /** Its window begins before. */
  readonly to?: Instant | null;
}

const COLUMNS = sql`
  c.campaign_id AS id, c.position, c.planned_at AS "plannedAt", c.name, c.audiences, c.channels,
  c.channel_label AS "channelLabel", c.window_from AS "windowFrom", c.window_to AS "windowTo",
  c.budget_minor AS "budgetMinor", c.currency, c.state, c.state_since AS "stateSince"`;

export const campaignsById = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<CampaignRow[]> =>
  db.rows(sql<CampaignRow>`
    SELECT ${COLUMNS} FROM campaigns.campaigns c WHERE c.tenant_id = ${tenantId} AND c.campaign_id = ANY(${ids})`);

const NEWEST: Ordering = {
  tenant: sql`c.tenant_id`,
  by: sql`c.planned_at`,
  position: sql`c.position`,
  direction: 'DESC',
};

export const campaignPage = (
  db: ReadDatabase,
  tenantId: string,
  filter: CampaignFilter,
  page: PageRequest,
): Promise<CampaignRow[]> =>
  db.rows(sql<CampaignRow>`
    SELECT ${COLUMNS} FROM campaigns.campaigns c
     WHERE ${all([ofTenant(NEWEST, tenantId), ...matching(tenantId, filter), ...following(NEWEST, page)])}
     ${orderBy(NEWEST)} ${limitOf(page)}`);

export async function countCampaigns(db: ReadDatabase, tenantId: string, filter: CampaignFilter): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM campaigns.campaigns c WHERE ${all([ofTenant(NEWEST, tenantId), ...matching(tenantId, filter)])}`);
  return counted?.count ?? 0;
}

function matching(tenantId: string, { state, channel, partyId, from, to }: CampaignFilter): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (state) conditions.push(sql`c.state = ${state}`);
  if (channel) conditions.push(sql`${channel} = ANY(c.channels)`);
  if (partyId) {
    conditions.push(sql`EXISTS (
      SELECT FROM unnest(${partyGroup(tenantId, partyId)}) one (id)
       WHERE c.audiences @> jsonb_build_array(jsonb_build_object('partyIds', jsonb_build_array(one.id))))`);
  }
  if (from) conditions.push(sql`c.window_to > ${from}`);
  if (to) conditions.push(sql`c.window_from < ${to}`);
  return conditions;
}

export const spentOn = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<SpentRow[]> =>
  db.rows(sql<SpentRow>`
    SELECT campaign_id AS owner, currency,
           coalesce(sum(amount_minor) FILTER (WHERE refund_of IS NULL), 0)::bigint AS "spentMinor",
           coalesce(sum(amount_minor) FILTER (WHERE refund_of IS NOT NULL), 0)::bigint AS "refundedMinor"
      FROM campaigns.costs WHERE tenant_id = ${tenantId} AND campaign_id = ANY(${ids}) AND NOT retracted
     GROUP BY campaign_id, currency ORDER BY currency`);

export const responseCounts = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<ResponseCountRow[]> =>
  db.rows(sql<ResponseCountRow>`
    SELECT campaign_id AS owner, kind, organic, count(*)::int AS count
      FROM campaigns.responses WHERE tenant_id = ${tenantId} AND campaign_id = ANY(${ids}) AND NOT retracted
     GROUP BY campaign_id, kind, organic ORDER BY count DESC, kind`);

/** Parties whose responses count. */
export const countResponders = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT campaign_id AS id, count(DISTINCT ${topOf(tenantId, sql`party_id`)})::int AS count
      FROM campaigns.responses
     WHERE tenant_id = ${tenantId} AND campaign_id = ANY(${ids}) AND NOT retracted AND kind <> 'AUTOMATED'
     GROUP BY campaign_id`);

/** Contacts that count; one that belongs to several relationships is one. */
export const countTouches = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT campaign_id AS id, count(DISTINCT touch_id)::int AS count
      FROM touch_frequency.touches
     WHERE tenant_id = ${tenantId} AND campaign_id = ANY(${ids}) AND campaign_id IS NOT NULL
       AND until_position = ${sql.lit(OPEN)}
     GROUP BY campaign_id`);

const ENTRY = sql`
  e.campaign_id AS owner, e.position, e.recorded_at AS "recordedAt", e.event_id AS "eventId", e.retracted, e.amendments`;

/** A list of entries of a campaign: table, columns and order. */
export interface EntryList {
  readonly table: RawBuilder<unknown>;
  readonly columns: RawBuilder<unknown>;
  readonly ordering: Ordering;
}

const entries = (by: RawBuilder<unknown>): Ordering => ({
  tenant: sql`e.tenant_id`,
  by,
  position: sql`e.position`,
  direction: 'DESC',
});

export const COSTS: EntryList = {
  table: sql`campaigns.costs`,
  columns: sql`${ENTRY}, e.cost_id AS id, e.refund_of AS "refundOf", e.amount_minor AS "amountMinor", e.currency, e.kind,
    e.kind_label AS "kindLabel", e.on_day AS day`,
  ordering: entries(sql`e.recorded_at`),
};

export const RESPONSES: EntryList = {
  table: sql`campaigns.responses`,
  columns: sql`${ENTRY}, e.response_id AS id, e.party_id AS "partyId", e.kind, e.kind_label AS "kindLabel", e.organic,
    e.occurred_at AS "occurredAt"`,
  ordering: entries(sql`e.occurred_at`),
};

/** The same page of the entries of each of many campaigns, in one statement, the latest first. */
export const entryPages = <Row extends EntryRow>(
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  { table, columns, ordering }: EntryList,
  includeRetracted: boolean,
  page: PageRequest,
): Promise<Row[]> =>
  db.rows(sql<Row>`
    SELECT listed.* FROM unnest(${ids}::text[]) AS wanted (id)
     CROSS JOIN LATERAL (
           SELECT ${columns} FROM ${table} e
            WHERE ${all([ofTenant(ordering, tenantId), sql`e.campaign_id = wanted.id`, shown(includeRetracted), ...following(ordering, page)])}
            ${orderBy(ordering)} ${limitOf(page)}) listed`);

export const countEntries = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  { table }: EntryList,
  includeRetracted: boolean,
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT e.campaign_id AS id, count(*)::int AS count FROM ${table} e
     WHERE e.tenant_id = ${tenantId} AND e.campaign_id = ANY(${ids}) AND ${shown(includeRetracted)}
     GROUP BY e.campaign_id`);

const shown = (includeRetracted: boolean): RawBuilder<unknown> => (includeRetracted ? sql`true` : sql`NOT e.retracted`);
