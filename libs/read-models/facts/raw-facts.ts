import { sql } from 'kysely';
import type { Recorded } from '../../event-sourcing/event.js';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Row } from '../../event-sourcing/projection.js';
import { streamName } from '../../event-sourcing/stream.js';
import type { EventStore } from '../../event-store/event-store.js';
import { fact, type Fact } from '../../metrics/fact.js';
import { WorkingRows } from '../../projecting/rows.js';
import { compile } from '../../projecting/tables.js';
import { OPEN } from '../on.js';
import type { ReadDatabase } from '../read-database.js';
import { facts } from './projection.js';

export interface RawFacts {
  /** By relationship. */
  readonly facts: ReadonlyMap<string, readonly Fact[]>;
  /** How many events they were made of. */
  readonly events: number;
}

/**
 * What stands of relationships, made anew from the raw events of their streams up to a position: not from the rows of any
 * projection. Only which referrals are theirs is looked up.
 */
export async function rawFacts(
  store: Pick<EventStore, 'readStreams'>,
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  upTo: Position,
): Promise<RawFacts> {
  const referrals = await db.rows(sql<{ id: string }>`
    SELECT referral_id AS id FROM referral_pipeline.referrals
     WHERE tenant_id = ${tenantId} AND relationship_id = ANY(${ids})`);
  const read = async (category: string, subjects: readonly string[]): Promise<Recorded[]> => {
    const wanted = subjects.map((id) => ({ stream: streamName(category, tenantId, id), from: 0 }));
    return [...(await store.readStreams(wanted)).values()].flat();
  };
  const referring = await read(
    'referral',
    referrals.map(({ id }) => id),
  );
  // A referral may have begun in another relationship: who its sides were, that one says.
  const named = referring.flatMap(relationshipsIn);
  const own = await read('relationship', [...new Set([...ids, ...named])]);
  const events = [...own, ...referring]
    .filter(({ position }) => position <= upTo)
    .sort((a, b) => Number(a.position - b.position));
  const facts = standing(events);
  return { facts: new Map(ids.map((id) => [id, facts.get(id) ?? []])), events: events.length };
}

function relationshipsIn({ data }: Recorded): string[] {
  const said = data as {
    readonly relationshipId?: string;
    readonly replacement?: { readonly relationshipId?: string };
  };
  return [said.relationshipId, said.replacement?.relationshipId].filter((id) => id !== undefined);
}

function standing(events: readonly Recorded[]): ReadonlyMap<string, readonly Fact[]> {
  const projection = compile(facts);
  const rows = new WorkingRows(projection, { capacity: Infinity, empty: true, strict: false });
  for (const event of events) projection.handlers.get(event.type)?.apply(event, rows);
  const changes = [...(rows.take().get('facts')?.changes.values() ?? [])];
  const found = changes.flatMap(({ row }) => (row && row['until_position'] === OPEN ? factFrom(row) : []));
  return Map.groupBy(found, ({ relationshipId }) => relationshipId);
}

const MOMENTS = { occurred_at: 'occurredAt', known_from: 'recordedAt', due_at: 'dueAt' } as const;
/** Of the row, not of the fact. */
const OWN = new Set(['tenant_id', 'fact_id', 'until_position', 'known_until']);

/** A row of the facts as metrics see it: names in camel case, moments in milliseconds, integers as numbers. */
function factFrom(row: Row): Fact {
  const fields = Object.entries(row).flatMap(([column, value]) => {
    if (OWN.has(column) || value === null || value === undefined) return [];
    if (column in MOMENTS) return [[MOMENTS[column as keyof typeof MOMENTS], toMillis(value as Instant)]];
    const name = column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    return [[name, typeof value === 'bigint' ? Number(value) : value]];
  });
  return fact(Object.fromEntries(fields) as Parameters<typeof fact>[0]);
}
