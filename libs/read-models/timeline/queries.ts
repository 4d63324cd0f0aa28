import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { Channel } from '../../ledger/touch/touch.words.js';
import { all, following, limitOf, ofTenant, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import type { Amendment, StoredTouchFacts } from './projection.js';

export type EntryKind = 'TOUCH';

export interface EntryRow {
  readonly id: string;
  readonly kind: EntryKind;
  readonly relationshipId: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly position: Position;
  readonly eventId: string;
  readonly retracted: boolean;
  readonly amendments: readonly Amendment[];
}

/** A touch with what is true of it now. */
export type TouchRow = EntryRow & Omit<StoredTouchFacts, 'costMinor' | 'currency'> & { readonly cost: Cost | null };

interface Cost {
  readonly amountMinor: number;
  readonly currency: string;
}

type StoredEntry = EntryRow & { readonly facts: StoredTouchFacts };

function shown<Stored extends StoredEntry>({ facts, ...entry }: Stored): Omit<Stored, 'facts'> & TouchRow {
  const { costMinor, currency, ...said } = facts;
  const cost = costMinor === undefined || currency === undefined ? null : { amountMinor: costMinor, currency };
  return { ...entry, ...said, cost };
}

export interface EntryFilter {
  readonly kinds?: readonly EntryKind[] | null;
  readonly channels?: readonly Channel[] | null;
  /** Occurred at or after. */
  readonly from?: Instant | null;
  /** Occurred before. */
  readonly to?: Instant | null;
  readonly includeRetracted: boolean;
}

const COLUMNS = sql`
  e.entry_id AS id, e.kind, e.relationship_id AS "relationshipId", e.occurred_at AS "occurredAt",
  e.recorded_at AS "recordedAt", e.position, e.event_id AS "eventId", e.retracted, e.amendments, e.facts`;

export const byTime = (direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`e.tenant_id`,
  by: sql`e.occurred_at`,
  position: sql`e.position`,
  direction,
});

/** The same page of each of many relationships, in one statement. */
export async function entryPages(
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  filter: EntryFilter,
  ordering: Ordering,
  page: PageRequest,
): Promise<(TouchRow & { readonly owner: string })[]> {
  const rows = await db.rows(sql<StoredEntry & { readonly owner: string }>`
    SELECT e.*, e."relationshipId" AS owner FROM unnest(${relationshipIds}::text[]) AS wanted (id)
     CROSS JOIN LATERAL (
           SELECT ${COLUMNS} FROM timeline.entries e
            WHERE ${ofTenant(ordering, tenantId)} AND e.relationship_id = wanted.id
              AND ${all([...matching(filter), ...following(ordering, page)])}
            ${orderBy(ordering)} ${limitOf(page)}) e`);
  return rows.map(shown);
}

export const countEntries = (
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  filter: EntryFilter,
): Promise<{ readonly id: string; readonly count: number }[]> =>
  db.rows(sql<{ id: string; count: number }>`
    SELECT e.relationship_id AS id, count(*)::int FROM timeline.entries e
     WHERE e.tenant_id = ${tenantId} AND e.relationship_id = ANY(${relationshipIds}) AND ${all(matching(filter))}
     GROUP BY e.relationship_id`);

/** Of a touch over several relationships the entry that was recorded first. */
export async function entriesById(db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<TouchRow[]> {
  const rows = await db.rows(sql<StoredEntry>`
    SELECT DISTINCT ON (e.entry_id) ${COLUMNS} FROM timeline.entries e
     WHERE e.tenant_id = ${tenantId} AND e.entry_id = ANY(${ids}) ORDER BY e.entry_id, e.position`);
  return rows.map(shown);
}

/** An entry in the ledger of one relationship. */
export interface EntryPlace {
  readonly relationshipId: string;
  readonly id: string;
}

export async function entriesAt(
  db: ReadDatabase,
  tenantId: string,
  places: readonly EntryPlace[],
): Promise<TouchRow[]> {
  const rows = await db.rows(sql<StoredEntry>`
    SELECT ${COLUMNS}
      FROM unnest(${places.map(({ id }) => id)}::text[], ${places.map(({ relationshipId }) => relationshipId)}::text[])
        AS place (entry_id, relationship_id)
      JOIN timeline.entries e USING (entry_id, relationship_id)
     WHERE e.tenant_id = ${tenantId}`);
  return rows.map(shown);
}

function matching({ kinds, channels, from, to, includeRetracted }: EntryFilter): RawBuilder<unknown>[] {
  const conditions = [includeRetracted ? sql`true` : sql`NOT e.retracted`];
  if (kinds) conditions.push(sql`e.kind = ANY(${kinds})`);
  if (channels) conditions.push(sql`e.channel = ANY(${channels})`);
  if (from) conditions.push(sql`e.occurred_at >= ${from}`);
  if (to) conditions.push(sql`e.occurred_at < ${to}`);
  return conditions;
}
