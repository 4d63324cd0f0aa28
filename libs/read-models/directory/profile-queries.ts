import { sql } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { ConsentChannel, ConsentPurpose, NeedBasis, NeedKind, PartyRole } from '../../ledger/party/party.words.js';
import { all, following, limitOf, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';

/** A row that belongs to a party, in the order of the ledger. */
interface Owned {
  readonly owner: string;
  readonly position: Position;
}

export interface RoleRow extends Owned {
  readonly role: PartyRole;
  readonly since: Instant;
  readonly until: Instant | null;
}

export interface AttributeRow extends Owned {
  readonly key: string;
  readonly value: string;
  readonly unit: string | null;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
  readonly source: string;
  readonly recordedAt: Instant;
}

export interface PreferenceRow extends Owned {
  readonly topic: string;
  readonly value: string;
  readonly since: Instant;
}

export interface NeedRow extends Owned {
  readonly id: string;
  readonly partyId: string;
  readonly kind: NeedKind;
  readonly basis: NeedBasis;
  readonly code: string;
  readonly identifiedAt: Instant;
  readonly metAt: Instant | null;
  readonly metBy: string | null;
}

export interface ConsentRow extends Owned {
  readonly purpose: ConsentPurpose;
  readonly channel: ConsentChannel;
  readonly granted: boolean;
  readonly basis: string | null;
  readonly at: Instant;
  readonly expiresAt: Instant | null;
}

export const rolesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<RoleRow[]> =>
  db.rows(sql<RoleRow>`
    SELECT party_id AS owner, role, since, until, position
      FROM directory.roles WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

export const attributesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<AttributeRow[]> =>
  db.rows(sql<AttributeRow>`
    SELECT party_id AS owner, key, value, unit, valid_from AS "validFrom", valid_to AS "validTo", source,
           recorded_at AS "recordedAt", position
      FROM directory.attributes WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

export const preferencesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<PreferenceRow[]> =>
  db.rows(sql<PreferenceRow>`
    SELECT party_id AS owner, topic, value, since, position
      FROM directory.preferences WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

export const consentsOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<ConsentRow[]> =>
  db.rows(sql<ConsentRow>`
    SELECT party_id AS owner, purpose, channel, granted, basis, at, expires_at AS "expiresAt", position
      FROM directory.consents WHERE tenant_id = ${tenantId} AND party_id = ANY(${ids}) ORDER BY position`);

const NEED = sql`
  n.party_id AS owner, n.need_id AS id, n.party_id AS "partyId", n.kind, n.basis, n.code,
  n.identified_at AS "identifiedAt", n.met_at AS "metAt", n.met_by AS "metBy", n.position`;

export const needsOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<NeedRow[]> =>
  db.rows(sql<NeedRow>`
    SELECT ${NEED} FROM directory.needs n WHERE n.tenant_id = ${tenantId} AND n.party_id = ANY(${ids}) ORDER BY n.position`);

export type NeedStatus = 'OPEN' | 'MET';

export interface NeedFilter {
  readonly status?: NeedStatus | null;
  readonly kind?: NeedKind | null;
  readonly basis?: NeedBasis | null;
}

/** The longest known first. */
export const byIdentification: Ordering = {
  tenant: sql`n.tenant_id`,
  by: sql`n.identified_at`,
  position: sql`n.position`,
  direction: 'ASC',
};

const matching = (tenantId: string, { status, kind, basis }: NeedFilter) => [
  sql`n.tenant_id = ${tenantId}`,
  sql`EXISTS (SELECT FROM directory.parties p
    WHERE p.tenant_id = n.tenant_id AND p.party_id = n.party_id AND p.erased_at IS NULL)`,
  ...(status ? [status === 'MET' ? sql`n.met_at IS NOT NULL` : sql`n.met_at IS NULL`] : []),
  ...(kind ? [sql`n.kind = ${kind}`] : []),
  ...(basis ? [sql`n.basis = ${basis}`] : []),
];

export const needPage = (
  db: ReadDatabase,
  tenantId: string,
  filter: NeedFilter,
  page: PageRequest,
): Promise<NeedRow[]> =>
  db.rows(sql<NeedRow>`
    SELECT ${NEED} FROM directory.needs n
     WHERE ${all([...matching(tenantId, filter), ...following(byIdentification, page)])}
     ${orderBy(byIdentification)} ${limitOf(page)}`);

export async function countNeeds(db: ReadDatabase, tenantId: string, filter: NeedFilter): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM directory.needs n WHERE ${all(matching(tenantId, filter))}`);
  return counted?.count ?? 0;
}
