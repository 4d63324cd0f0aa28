import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { ContactPointKind, PartyKind, PartyRole } from '../../ledger/party/party.words.js';
import { all, following, limitOf, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';

export interface PartyRow {
  readonly id: string;
  readonly kind: PartyKind;
  readonly displayName: string;
  readonly roles: readonly PartyRole[];
  readonly registeredAt: Instant;
  readonly position: Position;
}

export interface IdentityRow {
  readonly owner: string;
  readonly system: string;
  readonly value: string;
  readonly identifiedAt: Instant;
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
}

export interface AffiliationRow {
  readonly owner: string;
  readonly id: string;
  readonly organizationId: string;
  readonly position: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
}

export interface PartyFilter {
  readonly kind?: PartyKind | null;
  readonly role?: PartyRole | null;
}

const COLUMNS = sql`
  p.party_id AS id, p.kind, p.display_name AS "displayName", p.roles, p.registered_at AS "registeredAt", p.position`;

export const partiesById = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<PartyRow[]> =>
  db.rows(sql<PartyRow>`
    SELECT ${COLUMNS} FROM directory.parties p WHERE p.tenant_id = ${tenantId} AND p.party_id = ANY(${ids})`);

export async function partyByIdentity(
  db: ReadDatabase,
  tenantId: string,
  system: string,
  value: string,
): Promise<PartyRow | null> {
  const [party] = await db.rows(sql<PartyRow>`
    SELECT ${COLUMNS} FROM directory.identities i JOIN directory.parties p USING (tenant_id, party_id)
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
    SELECT ${COLUMNS} FROM directory.parties p
     WHERE ${all([...matching(tenantId, filter), ...following(ordering, page)])}
     ${orderBy(ordering)} ${limitOf(page)}`);

export async function countParties(db: ReadDatabase, tenantId: string, filter: PartyFilter): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM directory.parties p WHERE ${all(matching(tenantId, filter))}`);
  return counted?.count ?? 0;
}

function matching(tenantId: string, { kind, role }: PartyFilter): RawBuilder<unknown>[] {
  const conditions = [sql`p.tenant_id = ${tenantId}`];
  if (kind) conditions.push(sql`p.kind = ${kind}`);
  if (role) conditions.push(sql`${role} = ANY(p.roles)`);
  return conditions;
}

export const identitiesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<IdentityRow[]> =>
  db.rows(sql<IdentityRow>`
    SELECT party_id AS owner, system, value, identified_at AS "identifiedAt"
      FROM directory.identities WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

export const contactPointsOf = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
): Promise<ContactPointRow[]> =>
  db.rows(sql<ContactPointRow>`
    SELECT party_id AS owner, contact_point_id AS id, kind, kind_label AS "kindLabel", value, label,
           added_at AS "addedAt", verified_at AS "verifiedAt", invalidated_at AS "invalidatedAt",
           invalidated_reason AS "invalidatedReason"
      FROM directory.contact_points WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

export const affiliationsOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<AffiliationRow[]> =>
  db.rows(sql<AffiliationRow>`
    SELECT party_id AS owner, affiliation_id AS id, organization_id AS "organizationId", held AS position,
           started_at AS "startedAt", ended_at AS "endedAt"
      FROM directory.affiliations a WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY a.position`);
