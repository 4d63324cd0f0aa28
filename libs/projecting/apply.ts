import type { Recorded } from '../event-sourcing/event.js';
import type { Row } from '../event-sourcing/projection.js';
import { HandlerFailed } from './failures.js';
import type { WorkingRows } from './rows.js';
import { keyOf, keyText, type CompiledProjection, type Table } from './tables.js';

/** Rows of the build with these keys. */
export type LoadRows = (table: Table, keys: readonly string[]) => Promise<readonly Row[]>;

/**
 * The one algorithm behind live projections and rebuilds: looks up in one query per table what the handlers of the
 * batch will read, then runs them in order. Nothing is written: what changed waits in `rows`.
 */
export async function applyBatch(
  projection: CompiledProjection,
  rows: WorkingRows,
  events: readonly Recorded[],
  load: LoadRows,
): Promise<void> {
  const named = rows.complete ? undefined : await lookUp(projection, rows, events, load);
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!;
    const handler = projection.handlers.get(event.type);
    if (!handler) continue;
    try {
      if (named) rows.name(named[i]!);
      handler.apply(event, rows);
    } catch (cause) {
      throw new HandlerFailed(event, i, cause);
    }
  }
}

async function lookUp(
  projection: CompiledProjection,
  rows: WorkingRows,
  events: readonly Recorded[],
  load: LoadRows,
): Promise<readonly (readonly string[])[]> {
  const missing = new Map<string, Set<string>>();
  const named = events.map((event, i) => namedBy(projection, event, i));
  for (const keys of named) {
    for (const { table, key } of keys) {
      if (rows.knows(table, key)) continue;
      const wanted = missing.get(table);
      if (wanted) wanted.add(key);
      else missing.set(table, new Set([key]));
    }
  }
  for (const [name, keys] of missing) {
    const table = projection.tables.get(name)!;
    for (const row of await load(table, [...keys])) {
      const key = keyOf(table, row);
      keys.delete(key);
      rows.remember(name, key, row);
    }
    for (const key of keys) rows.remember(name, key, null);
  }
  return named.map((keys) => keys.map(({ table, key }) => table + key));
}

function namedBy(projection: CompiledProjection, event: Recorded, index: number): { table: string; key: string }[] {
  try {
    const reads = projection.handlers.get(event.type)?.reads?.(event) ?? {};
    return Object.entries(reads).flatMap(([table, keys]) => keys.map((key) => ({ table, key: keyText(key) })));
  } catch (cause) {
    throw new HandlerFailed(event, index, cause);
  }
}
