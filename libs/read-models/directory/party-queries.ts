import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { ContactPointKind, PartyKind, PartyRole } from '../../ledger/party/party.words.js';
import { atMoment } from '../joined.js';
import { groupAsKnown, STOOD } from '../merges.js';
import { OPEN } from '../on.js';
import { all, following, limitOf, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';

export interface PartyRow {
  readonly id: string;
  readonly kind: PartyKind;
  readonly displayName: string;
  readonly roles: readonly PartyRole[];
  readonly registeredAt: Instant;
  readonly erasedAt: Instant | null;
  readonly position: Position;
  /** Parties that were merged into it, directly or by others between. */
  readonly absorbed: readonly string[];
  /** Those of them that were not erased: whose texts may be shown. */
  readonly speaking: readonly string[];
  /** Absent: as it is known now. */
  readonly asKnown?: Instant;
}

/** Whose rows an answer about the party shows. */
export const groupOf = ({ id, absorbed }: PartyRow): readonly string[] => [id, ...absorbed];
/** Whose texts it shows: those of an erased party are gone, and with it those of all that were merged into it. */
export const speakersOf = ({ id, erasedAt, speaking }: PartyRow): readonly string[] =>
  erasedAt === null ? [id, ...speaking] : [];

export interface IdentityRow {
  readonly owner: string;
  readonly system: string;
  readonly value: string;
  readonly identifiedAt: Instant;
  readonly position: Position;
}

export interface ContactPointRow {
  readonly owner: string;
  readonly id: string;
  readonly kind: ContactPointKind;
  readonly kindLabel: string | null;
  readonly value: string;
  readonly label: string | null;
  readonly addedAt: Instant;
  readonly verifiedAt: Instant | null;
  readonly invalidatedAt: Instant | null;
  readonly invalidatedReason: string | null;
  readonly position: Position;
}

export interface AffiliationRow {
  readonly owner: string;
  readonly id: string;
  readonly organizationId: string;
  readonly held: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly position: Position;
}

export interface PartyFilter {
  readonly kind?: PartyKind | null;
  readonly role?: PartyRole | null;
}

const OWN = sql`
  p.party_id AS id, p.kind, p.display_name AS "displayName", p.roles, p.registered_at AS "registeredAt",
  p.erased_at AS "erasedAt", p.position`;

const COLUMNS = sql`${OWN}, coalesce(merged.absorbed, '{}') AS absorbed, coalesce(merged.speaking, '{}') AS speaking`;

const MERGED = sql`
  CROSS JOIN LATERAL (
        SELECT array_agg(m.absorbed_id) AS absorbed, array_agg(m.absorbed_id) FILTER (WHERE q.erased_at IS NULL) AS speaking
          FROM directory.merges m JOIN directory.parties q ON q.tenant_id = m.tenant_id AND q.party_id = m.absorbed_id
         WHERE m.tenant_id = p.tenant_id AND m.root_id = p.party_id) merged`;

/** The edge by which a party was absorbed. */
const absorption = (tenantId: string, partyId: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  directory.merges m ON m.tenant_id = ${tenantId} AND m.absorbed_id = ${partyId} AND m.until_position = ${sql.lit(OPEN)}`;

/** By the ids that are asked for: of a party that was absorbed, the survivor. */
export const partiesById = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<(PartyRow & { readonly asked: string })[]> =>
  db.rows(sql<PartyRow & { readonly asked: string }>`
    SELECT asked.id AS asked, ${COLUMNS} FROM unnest(${ids}::text[]) AS asked (id)
      LEFT JOIN ${absorption(tenantId, sql`asked.id`)}
      JOIN directory.parties p ON p.tenant_id = ${tenantId} AND p.party_id = coalesce(m.root_id, asked.id)
      ${MERGED}`);

/** The party as it was known at a moment: merges of later on leave it as it is. */
export async function partyAsKnown(
  db: ReadDatabase,
  tenantId: string,
  id: string,
  asKnown: Instant,
): Promise<PartyRow | null> {
  const group = atMoment(groupAsKnown('directory', 'asked.tenant_id', 'asked.id'), asKnown);
  const others = (condition: RawBuilder<unknown>) => sql`
    ARRAY(SELECT q.party_id FROM known JOIN directory.parties q ON q.tenant_id = ${tenantId} AND q.party_id = known.id
           WHERE q.party_id <> p.party_id AND ${condition} ORDER BY 1)`;
  const [party] = await db.rows(sql<PartyRow>`
    WITH known (id) AS (
         SELECT member.id FROM (SELECT ${tenantId} AS tenant_id, ${id} AS id) asked CROSS JOIN LATERAL ${group} member)
    SELECT ${OWN}, ${others(sql`true`)} AS absorbed, ${others(sql`q.erased_at IS NULL`)} AS speaking
      FROM known JOIN directory.parties p ON p.tenant_id = ${tenantId} AND p.party_id = known.id
     WHERE NOT EXISTS (
           SELECT FROM directory.merges m
            WHERE m.tenant_id = ${tenantId} AND m.absorbed_id = known.id AND ${atMoment(STOOD, asKnown)})`);
  return party ? { ...party, asKnown } : null;
}

/** How an absorbed party came to be one with its survivor. */
export interface MergeRow {
  readonly owner: string;
  readonly id: string;
  readonly survivorId: string;
  readonly eventId: string;
  readonly mergedAt: Instant;
  readonly position: Position;
}

export const mergesOf = (
  db: ReadDatabase,
  tenantId: string,
  absorbed: readonly string[],
  asKnown: Instant | undefined,
): Promise<MergeRow[]> =>
  db.rows(sql<MergeRow>`
    SELECT absorbed_id AS owner, absorbed_id AS id, survivor_id AS "survivorId", event_id AS "eventId",
           known_from AS "mergedAt", position
      FROM directory.merges m
     WHERE tenant_id = ${tenantId} AND absorbed_id = ANY(${absorbed})
       AND ${asKnown ? atMoment(STOOD, asKnown) : sql`until_position = ${sql.lit(OPEN)}`}`);

export async function partyByIdentity(
  db: ReadDatabase,
  tenantId: string,
  system: string,
  value: string,
): Promise<PartyRow | null> {
  const [party] = await db.rows(sql<PartyRow>`
    SELECT ${COLUMNS} FROM directory.identities i
      JOIN directory.parties named ON named.tenant_id = i.tenant_id AND named.party_id = i.party_id
       AND named.erased_at IS NULL
      LEFT JOIN ${absorption(tenantId, sql`i.party_id`)}
      JOIN directory.parties p ON p.tenant_id = ${tenantId} AND p.party_id = coalesce(m.root_id, i.party_id)
      ${MERGED}
     WHERE i.tenant_id = ${tenantId} AND i.system = ${system} AND i.value = ${value}`);
  return party ?? null;
}

export const byRegistration = (direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`p.tenant_id`,
  by: sql`p.registered_at`,
  position: sql`p.position`,
  direction,
});

export const partyPage = (
  db: ReadDatabase,
  tenantId: string,
  filter: PartyFilter,
  ordering: Ordering,
  page: PageRequest,
): Promise<PartyRow[]> =>
  db.rows(sql<PartyRow>`
    SELECT ${COLUMNS} FROM directory.parties p ${MERGED}
     WHERE ${all([...matching(tenantId, filter), ...following(ordering, page)])}
     ${orderBy(ordering)} ${limitOf(page)}`);

export async function countParties(db: ReadDatabase, tenantId: string, filter: PartyFilter): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM directory.parties p WHERE ${all(matching(tenantId, filter))}`);
  return counted?.count ?? 0;
}

function matching(tenantId: string, { kind, role }: PartyFilter): RawBuilder<unknown>[] {
  const conditions = [
    sql`p.tenant_id = ${tenantId}`,
    sql`NOT EXISTS (SELECT FROM directory.merges m
      WHERE m.tenant_id = ${tenantId} AND m.absorbed_id = p.party_id AND m.until_position = ${sql.lit(OPEN)})`,
  ];
  if (kind) conditions.push(sql`p.kind = ${kind}`);
  if (role) conditions.push(sql`${role} = ANY(p.roles)`);
  return conditions;
}

export const identitiesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<IdentityRow[]> =>
  db.rows(sql<IdentityRow>`
    SELECT party_id AS owner, system, value, identified_at AS "identifiedAt", position
      FROM directory.identities WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

export const contactPointsOf = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<ContactPointRow[]> =>
  db.rows(sql<ContactPointRow>`
    SELECT party_id AS owner, contact_point_id AS id, kind, kind_label AS "kindLabel", value, label,
           added_at AS "addedAt", verified_at AS "verifiedAt", invalidated_at AS "invalidatedAt",
           invalidated_reason AS "invalidatedReason", position
      FROM directory.contact_points WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

export const affiliationsOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<AffiliationRow[]> =>
  db.rows(sql<AffiliationRow>`
    SELECT party_id AS owner, affiliation_id AS id, organization_id AS "organizationId", held,
           started_at AS "startedAt", ended_at AS "endedAt", position
      FROM directory.affiliations WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);
