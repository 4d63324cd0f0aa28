import { sql, type RawBuilder } from 'kysely';
import type { PageRequest } from '../../graphql/paging.js';
import { membersOf } from '../joined.js';
import { all, following, limitOf, ofTenant, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { standing, type EntryKind, type EntryRow, type StoredStep } from './entry.js';

/** Columns of an entry `e` of any table of entries. */
export const ENTRY = sql`
  e.entry_id AS id, e.kind, e.relationship_id AS "relationshipId", e.occurred_at AS "occurredAt",
  e.recorded_at AS "recordedAt", e.position, e.event_id AS "eventId", e.retracted, e.amendments, e.steps, e.facts`;

/** An entry as its table gives it. */
export type StoredEntry<Facts extends object = object> = EntryRow & { readonly facts: Facts };

/** Of whose list it is. */
export interface Owned {
  readonly owner: string;
}

/** An entry under the names that queries give its facts, and its steps in the order in which they were so. */
export function shownAs<Facts extends object, Shown extends object, Stored extends StoredEntry<Facts>>(
  kind: EntryKind<string, Facts, Shown>,
  { facts, steps, ...entry }: Stored,
) {
  const told = { facts, occurredAt: entry.occurredAt, steps: standing(steps) };
  return { ...entry, ...kind.show(told), steps: steps.toSorted(byBusinessTime) };
}

const byBusinessTime = (one: StoredStep, other: StoredStep): number =>
  one.occurredAt < other.occurredAt ? -1 : one.occurredAt > other.occurredAt ? 1 : 0;

export const byTime = (direction: Ordering['direction']): Ordering => ({
  tenant: sql`e.tenant_id`,
  by: sql`e.occurred_at`,
  position: sql`e.position`,
  direction,
});

/** Entries that count. */
export const STANDING = sql`NOT e.retracted`;

/** A table of entries `e`, which of them are wanted, and in what order. */
export interface EntryList {
  readonly table: RawBuilder<unknown>;
  readonly where: readonly RawBuilder<unknown>[];
  readonly ordering: Ordering;
}

/** The same page of each of many relationships, in one statement. */
export const pagesOf = <Stored extends StoredEntry>(
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  { table, where, ordering }: EntryList,
  page: PageRequest,
): Promise<(Stored & Owned)[]> =>
  db.rows(sql<Stored & Owned>`
    SELECT wanted.owner, ${ENTRY} FROM ${membersOf(tenantId, relationshipIds)} wanted
     CROSS JOIN LATERAL (
           SELECT * FROM ${table} e
            WHERE ${ofTenant(ordering, tenantId)} AND e.relationship_id = wanted.relationship_id
              AND ${all([...where, ...following(ordering, page)])}
            ${orderBy(ordering)} ${limitOf(page)}) e
     ${orderBy(ordering)}`);

/** How many entries the list of each of many relationships has. */
export const countsOf = (
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  { table, where }: EntryList,
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT wanted.owner AS id, count(*)::int FROM ${membersOf(tenantId, relationshipIds)} wanted
      JOIN ${table} e ON e.tenant_id = ${tenantId} AND e.relationship_id = wanted.relationship_id
     WHERE ${all(where)} GROUP BY wanted.owner`);

/** A page of a list of the whole tenant. */
export const pageOf = <Stored extends StoredEntry>(
  db: ReadDatabase,
  tenantId: string,
  { table, where, ordering }: EntryList,
  page: PageRequest,
): Promise<Stored[]> =>
  db.rows(sql<Stored>`
    SELECT ${ENTRY} FROM ${table} e
     WHERE ${all([ofTenant(ordering, tenantId), ...where, ...following(ordering, page)])}
     ${orderBy(ordering)} ${limitOf(page)}`);

/** How many entries a list of the whole tenant has. */
export async function countOf(
  db: ReadDatabase,
  tenantId: string,
  { table, where, ordering }: EntryList,
): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM ${table} e WHERE ${all([ofTenant(ordering, tenantId), ...where])}`);
  return counted?.count ?? 0;
}
