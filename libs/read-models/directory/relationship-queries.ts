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
import { aggrieved } from '../feedback/queries.js';
import { membersOf, partyGroup } from '../joined.js';
import { OPEN } from '../on.js';
import { all, following, limitOf, ofTenant, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import type { TouchStatus } from '../touch-frequency/frequency.js';
import { fallsDue, hasStatus, overdueBefore, STANDING, type StandingRow } from '../touch-frequency/standing.js';

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
  /** It speaks for others. */
  readonly isJoined: boolean;
  /** Only of lists that look at it: the score, within two points. */
  readonly healthScore?: number;
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
  /** Scores `h`, where the list looks at them. */
  readonly scores?: RawBuilder<unknown>;
}

export interface RelationshipFilter {
  /** Steward now, PRIMARY or BACKUP. */
  readonly stewardId?: string | null;
  readonly partyId?: string | null;
  readonly kind?: RelationshipKind | null;
  readonly stage?: Stage | null;
  readonly status?: TouchStatus | null;
  /** Whether there is a grievance that nobody has resolved yet. */
  readonly openGrievance?: boolean | null;
}

/** `parties`: all that are one with the filter's party. */
export function matching(
  tenantId: string,
  filter: RelationshipFilter,
  asOf: Instant,
  parties: readonly string[] = filter.partyId ? [filter.partyId] : [],
): Selection {
  const { stewardId, kind, stage, status, openGrievance } = filter;
  const where: RawBuilder<unknown>[] = [];
  if (kind) where.push(sql`d.kind = ${kind}`);
  if (stage) where.push(sql`coalesce(l.stage, d.stage) = ${stage}`);
  if (status) where.push(hasStatus(status, asOf));
  if (openGrievance === true) where.push(sql`d.relationship_id = ANY(${aggrieved(tenantId)})`);
  if (openGrievance === false) where.push(sql`d.relationship_id <> ALL(${aggrieved(tenantId)})`);
  // As an array, so that the planner begins with the ties of the steward: nobody carries very many.
  if (stewardId) {
    const stewards = partyGroup(tenantId, stewardId);
    where.push(sql`d.relationship_id = ANY(ARRAY(
      SELECT relationship_id FROM directory.stewards
       WHERE tenant_id = ${tenantId} AND steward_id = ANY(${stewards}) AND until_position = ${sql.lit(OPEN)}
       UNION ALL
      SELECT r.head_id FROM directory.relationships r JOIN directory.stewards s USING (tenant_id, relationship_id)
       WHERE tenant_id = ${tenantId} AND r.head_id IS NOT NULL
         AND s.steward_id = ANY(${stewards}) AND s.until_position = ${sql.lit(OPEN)}))`);
  }
  const ties = parties.map((id) => sql`${id}`);
  return { from: ties.length > 0 ? tiesOf(tenantId, ties) : sql`directory.relationships`, where };
}

/** What was overdue before a moment: all of it, or what a steward carries as PRIMARY. */
export const overdue = (tenantId: string, stewardId: string | null, before: Instant): Selection =>
  carried(tenantId, stewardId, overdueBefore(before));

/** What falls due from one moment to before another: all of it, or what a steward carries as PRIMARY. */
export const dueWithin = (tenantId: string, stewardId: string | null, from: Instant, to: Instant): Selection =>
  carried(tenantId, stewardId, fallsDue(from, to));

const carried = (tenantId: string, stewardId: string | null, when: RawBuilder<unknown>): Selection => ({
  from: sql`directory.relationships`,
  where: [...(stewardId === null ? [] : [sql`f.steward_id = ANY(${partyGroup(tenantId, stewardId)})`]), when],
});

export const byOpening = (direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`d.tenant_id`,
  by: sql`d.opened_at`,
  position: sql`d.position`,
  direction,
});

const NEWEST = byOpening('DESC');

/**
 * The relationships of a party under all its ids. Each side of each has an index of its own that is merged in its order;
 * an OR has none. One between two that were merged is there once.
 */
const tiesOf = (tenantId: string, parties: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => {
  const side = (condition: RawBuilder<unknown>) =>
    sql`SELECT * FROM directory.relationships WHERE tenant_id = ${tenantId} AND ${condition}`;
  const others = sql`ALL(ARRAY[${sql.join(parties)}]::text[])`;
  const sides = parties.flatMap((id) => [side(sql`a_id = ${id}`), side(sql`b_id = ${id} AND a_id <> ${others}`)]);
  return sql`(${sql.join(sides, sql` UNION ALL `)})`;
};

// Of relationships that are one the earliest speaks for all, and the last one to end says how it stands.
const COLUMNS = sql`
  d.relationship_id AS id, d.a_id AS "aId", d.b_id AS "bId", d.kind, d.intent, coalesce(l.stage, d.stage) AS stage,
  d.opened_at AS "openedAt", CASE WHEN d.last_id IS NULL THEN d.ended_at ELSE l.ended_at END AS "endedAt",
  CASE WHEN d.last_id IS NULL THEN d.ending_manner ELSE l.ending_manner END AS "endingManner",
  d.channel_mix_target AS "channelMixTarget", d.position,
  d.last_id IS NOT NULL AS "isJoined", ${STANDING}`;

/** A condition on `f` makes an inner join of it: then the planner may begin at either side. */
const STANDINGS = sql`
  LEFT JOIN touch_frequency.relationships f ON f.tenant_id = d.tenant_id AND f.relationship_id = d.relationship_id
  LEFT JOIN directory.relationships l ON l.tenant_id = d.tenant_id AND l.relationship_id = d.last_id`;

const SPEAKS = sql`d.head_id IS NULL`;

const SCORE = sql`, h.score AS "healthScore"`;

const withScores = (from: RawBuilder<unknown>, scores: Selection['scores']): RawBuilder<unknown> =>
  scores ? sql`${scores} h JOIN ${from} d ON d.relationship_id = h.relationship_id` : sql`${from} d`;

/** By the ids that are asked for: of one that is part of another, that one. */
export const relationshipsById = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<(RelationshipRow & { readonly asked: string })[]> =>
  db.rows(sql<RelationshipRow & { readonly asked: string }>`
    SELECT own.relationship_id AS asked, ${COLUMNS} FROM directory.relationships own
      JOIN directory.relationships d
        ON d.tenant_id = own.tenant_id AND d.relationship_id = coalesce(own.head_id, own.relationship_id)
      ${STANDINGS}
     WHERE own.tenant_id = ${tenantId} AND own.relationship_id = ANY(${ids})`);

export const relationshipPage = (
  db: ReadDatabase,
  tenantId: string,
  { from, where, scores }: Selection,
  ordering: Ordering,
  page: PageRequest,
): Promise<RelationshipRow[]> =>
  db.rows(sql<RelationshipRow>`
    SELECT ${COLUMNS}${scores ? SCORE : sql``} FROM ${withScores(from, scores)} ${STANDINGS}
     WHERE ${all([ofTenant(ordering, tenantId), SPEAKS, ...where, ...following(ordering, page)])}
     ${orderBy(ordering)} ${limitOf(page)}`);

export async function countRelationships(
  db: ReadDatabase,
  tenantId: string,
  { from, where, scores }: Selection,
  ordering: Ordering,
): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM ${withScores(from, scores)} ${STANDINGS}
     WHERE ${all([ofTenant(ordering, tenantId), SPEAKS, ...where])}`);
  return counted?.count ?? 0;
}

/**
 * A page of the newest relationships of each of many parties, in one statement: as they are now, or each as it was
 * recorded.
 */
export const relationshipPagesOf = (
  db: ReadDatabase,
  tenantId: string,
  partyIds: readonly string[],
  page: PageRequest,
  asRecorded = false,
): Promise<(RelationshipRow & { readonly owner: string })[]> =>
  db.rows(sql<RelationshipRow & { readonly owner: string }>`
    SELECT party.id AS owner, ${COLUMNS} FROM unnest(${partyIds}::text[]) AS party (id)
     CROSS JOIN LATERAL (
           SELECT * FROM ${tiesOf(tenantId, [sql`party.id`])} d
            WHERE ${all([ofTenant(NEWEST, tenantId), ...(asRecorded ? [] : [SPEAKS]), ...following(NEWEST, page)])}
            ${orderBy(NEWEST)} ${limitOf(page)}) d
      ${STANDINGS} ${orderBy(NEWEST)}`);

/** Of each group of parties that are one, its ids with spaces between: one between two of them counts once. */
export const countRelationshipsOf = (
  db: ReadDatabase,
  tenantId: string,
  groups: readonly string[],
  asRecorded = false,
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT one.ids AS id, count(DISTINCT d.relationship_id)::int AS count FROM unnest(${groups}::text[]) AS one (ids)
     CROSS JOIN LATERAL unnest(string_to_array(one.ids, ' ')) AS party (id)
     CROSS JOIN LATERAL ${tiesOf(tenantId, [sql`party.id`])} d
     WHERE ${asRecorded ? sql`true` : SPEAKS}
     GROUP BY one.ids`);

/** Present and former stewards, in the order in which they came. */
export const stewardsOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<StewardRow[]> =>
  db.rows(sql<StewardRow>`
    SELECT member.owner, steward_id AS "stewardId", role, since, until, warm_intro AS "warmIntro"
      FROM ${membersOf(tenantId, ids)} member JOIN directory.stewards s USING (relationship_id)
     WHERE s.tenant_id = ${tenantId} ORDER BY s.position`);

export interface StageRow {
  readonly owner: string;
  readonly stage: Stage;
  readonly since: Instant;
  readonly eventId: string;
}

/** Every stage that relationships went through, in the order of business time. */
export const stagesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<StageRow[]> =>
  db.rows(sql<StageRow>`
    SELECT member.owner, occurred_at AS since, event_id AS "eventId",
           CASE kind WHEN 'OPENED' THEN 'PROSPECT' WHEN 'LAPSED' THEN 'DORMANT' WHEN 'ENDED' THEN 'ENDED' ELSE detail END
             AS stage
      FROM ${membersOf(tenantId, ids)} member JOIN facts.facts f USING (relationship_id)
     WHERE f.tenant_id = ${tenantId} AND kind IN ('OPENED', 'STAGE_CHANGED', 'LAPSED', 'REACTIVATED', 'ENDED')
     ORDER BY occurred_at, position`);
