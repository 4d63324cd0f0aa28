import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Channel, TouchFunction, TouchPhase } from '../../ledger/touch/touch.words.js';
import type { Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { byTime, ENTRY, shownAs, STANDING, type EntryList, type StoredEntry } from './entry-lists.js';
import type { EntryKind, EntryRow } from './entry.js';
import { entryKinds, type EntryKindName } from './kinds.js';

export interface EntryFilter {
  readonly kinds?: readonly EntryKindName[] | null;
  readonly channels?: readonly Channel[] | null;
  readonly functions?: readonly TouchFunction[] | null;
  readonly phases?: readonly TouchPhase[] | null;
  /** Occurred at or after. */
  readonly from?: Instant | null;
  /** Occurred before. */
  readonly to?: Instant | null;
  readonly includeRetracted: boolean;
}

const KINDS = new Map<string, EntryKind>(entryKinds.map((kind) => [kind.kind, kind]));

/** An entry of whichever kind. */
export function shown<Stored extends StoredEntry>(stored: Stored) {
  const kind = KINDS.get(stored.kind);
  if (!kind) throw new Error(`There are no entries of kind ${stored.kind}.`);
  return shownAs(kind, stored);
}

export function entryList(filter: EntryFilter, direction: Ordering['direction']): EntryList {
  const { kinds, channels, functions, phases, from, to, includeRetracted } = filter;
  const where: RawBuilder<unknown>[] = [includeRetracted ? sql`true` : STANDING];
  if (kinds) where.push(sql`e.kind = ANY(${kinds})`);
  if (channels) where.push(sql`e.channel = ANY(${channels})`);
  if (functions) where.push(sql`e.facts ->> 'function' = ANY(${functions})`);
  if (phases) where.push(sql`e.facts ->> 'phase' = ANY(${phases})`);
  if (from) where.push(sql`e.occurred_at >= ${from}`);
  if (to) where.push(sql`e.occurred_at < ${to}`);
  return { table: sql`timeline.entries`, where, ordering: byTime(direction) };
}

/** Of a touch over several relationships the entry that was recorded first. */
export async function entriesById(db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<EntryRow[]> {
  const rows = await db.rows(sql<StoredEntry>`
    SELECT DISTINCT ON (e.entry_id) ${ENTRY} FROM timeline.entries e
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
): Promise<EntryRow[]> {
  const rows = await db.rows(sql<StoredEntry>`
    SELECT ${ENTRY}
      FROM unnest(${places.map(({ id }) => id)}::text[], ${places.map(({ relationshipId }) => relationshipId)}::text[])
        AS place (entry_id, relationship_id)
      JOIN timeline.entries e USING (entry_id, relationship_id)
     WHERE e.tenant_id = ${tenantId}`);
  return rows.map(shown);
}
