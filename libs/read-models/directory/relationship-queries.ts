import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import type {
  EndingManner,
  RelationshipIntent,
  RelationshipKind,
  Stage,
  StewardRole,
} from '../../ledger/relationship/relationship.words.js';
import type { Channel } from '../../ledger/touch/touch.words.js';
import { OPEN } from '../on.js';
import { all, following, limitOf, ofTenant, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import type { TouchStatus } from '../touch-frequency/frequency.js';
import { hasStatus, overdueBefore, STANDING, type StandingRow } from '../touch-frequency/standing.js';

/** A relationship, and where its touches stand: lists sort and filter by both. */
export interface RelationshipRow extends StandingRow {
  readonly id: string;
  readonly aId: string;
  readonly bId: string;
  readonly kind: RelationshipKind;
  readonly intent: RelationshipIntent;
  readonly stage: Stage;
  readonly openedAt: Instant;
  readonly endedAt: Instant | null;
  readonly endingManner: EndingManner | null;
  readonly channelMixTarget: { readonly [C in Channel]?: number } | null;
  /** Of the opening. */
  readonly position: Position;
}

export interface StewardRow {
  readonly owner: string;
  readonly stewardId: string;
  readonly role: StewardRole;
  readonly since: Instant;
  readonly until: Instant | null;
  readonly warmIntro: boolean | null;
}

/** What a list is about: relationships `d`, and conditions on them and on their standings `f`. */
export interface Selection {
  readonly from: RawBuilder<unknown>;
  readonly where: readonly RawBuilder<unknown>[];
}

export interface RelationshipFilter {
  /** Steward now, PRIMARY or BACKUP. */
  readonly stewardId?: string | null;
  readonly partyId?: string | null;
  readonly kind?: RelationshipKind | null;
  readonly stage?: Stage | null;
  readonly status?: TouchStatus | null;
}

export function matching(tenantId: string, filter: RelationshipFilter, asOf: Instant): Selection {
  const { stewardId, partyId, kind, stage, status } = filter;
  const where: RawBuilder<unknown>[] = [];
  if (kind) where.push(sql`d.kind = ${kind}`);
  if (stage) where.push(sql`d.stage = ${stage}`);
  if (status) where.push(hasStatus(status, asOf));
  // As an array, so that the planner begins with the ties of the steward: nobody carries very many.
  if (stewardId) {
    where.push(sql`d.relationship_id = ANY(ARRAY(
      SELECT relationship_id FROM directory.stewards
       WHERE tenant_id = ${tenantId} AND steward_id = ${stewardId} AND until_position = ${sql.lit(OPEN)}))`);
  }
  return { from: partyId ? tiesOf(tenantId, sql`${partyId}`) : sql`directory.relationships`, where };
}

/** What was overdue before a moment: all of it, or what a steward carries as PRIMARY. */
export const overdue = (stewardId: string | null, before: Instant): Selection => ({
  from: sql`directory.relationships`,
  where: [...(stewardId === null ? [] : [sql`f.steward_id = ${stewardId}`]), overdueBefore(before)],
});

export const byOpening = (direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`d.tenant_id`,
  by: sql`d.opened_at`,
  position: sql`d.position`,
  direction,
});

const NEWEST = byOpening('DESC');

/** The relationships of a party. Each side has an index of its own that is merged in its order; an OR has none. */
const tiesOf = (tenantId: string, partyId: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  SELECT * FROM directory.relationships WHERE tenant_id = ${tenantId} AND a_id = ${partyId}
  UNION ALL
  SELECT * FROM directory.relationships WHERE tenant_id = ${tenantId} AND b_id = ${partyId})`;

const COLUMNS = sql`
  d.relationship_id AS id, d.a_id AS "aId", d.b_id AS "bId", d.kind, d.intent, d.stage, d.opened_at AS "openedAt",
  d.ended_at AS "endedAt", d.ending_manner AS "endingManner", d.channel_mix_target AS "channelMixTarget", d.position,
  ${STANDING}`;

/** A condition on `f` makes an inner join of it: then the planner may begin at either side. */
const STANDINGS = sql`
  LEFT JOIN touch_frequency.relationships f ON f.tenant_id = d.tenant_id AND f.relationship_id = d.relationship_id`;

export const relationshipsById = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<RelationshipRow[]> =>
  db.rows(sql<RelationshipRow>`
    SELECT ${COLUMNS} FROM directory.relationships d ${STANDINGS}
     WHERE d.tenant_id = ${tenantId} AND d.relationship_id = ANY(${ids})`);

export const relationshipPage = (
  db: ReadDatabase,
  tenantId: string,
  { from, where }: Selection,
  ordering: Ordering,
  page: PageRequest,
): Promise<RelationshipRow[]> =>
  db.rows(sql<RelationshipRow>`
    SELECT ${COLUMNS} FROM ${from} d ${STANDINGS}
     WHERE ${all([ofTenant(ordering, tenantId), ...where, ...following(ordering, page)])}
     ${orderBy(ordering)} ${limitOf(page)}`);

export async function countRelationships(
  db: ReadDatabase,
  tenantId: string,
  { from, where }: Selection,
  ordering: Ordering,
): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM ${from} d ${STANDINGS} WHERE ${all([ofTenant(ordering, tenantId), ...where])}`);
  return counted?.count ?? 0;
}

/** A page of the newest relationships of each of many parties, in one statement. */
export const relationshipPagesOf = (
  db: ReadDatabase,
  tenantId: string,
  partyIds: readonly string[],
  page: PageRequest,
): Promise<(RelationshipRow & { readonly owner: string })[]> =>
  db.rows(sql<RelationshipRow & { readonly owner: string }>`
    SELECT party.id AS owner, ${COLUMNS} FROM unnest(${partyIds}::text[]) AS party (id)
     CROSS JOIN LATERAL (
           SELECT * FROM ${tiesOf(tenantId, sql`party.id`)} d
            WHERE ${all([ofTenant(NEWEST, tenantId), ...following(NEWEST, page)])}
            ${orderBy(NEWEST)} ${limitOf(page)}) d
      ${STANDINGS} ${orderBy(NEWEST)}`);

export const countRelationshipsOf = (
  db: ReadDatabase,
  tenantId: string,
  partyIds: readonly string[],
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT party.id, count(*)::int FROM unnest(${partyIds}::text[]) AS party (id)
     CROSS JOIN LATERAL ${tiesOf(tenantId, sql`party.id`)} d
     GROUP BY party.id`);

/** Present and former stewards, in the order in which they came. */
export const stewardsOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<StewardRow[]> =>
  db.rows(sql<StewardRow>`
    SELECT relationship_id AS owner, steward_id AS "stewardId", role, since, until, warm_intro AS "warmIntro"
      FROM directory.stewards WHERE tenant_id = ${tenantId} AND relationship_id = ANY(${ids}) ORDER BY position`);
