import type { Recorded } from '../event-sourcing/event.js';
import type { Key, Row } from '../event-sourcing/projection.js';
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

/** What each event's handler named, where that is to be held against it. */
async function lookUp(
  projection: CompiledProjection,
  rows: WorkingRows,
  events: readonly Recorded[],
  load: LoadRows,
): Promise<readonly (readonly string[])[] | undefined> {
  const missing = new Map<string, Set<string>>([...projection.tables.keys()].map((name) => [name, new Set()]));
  const named: string[][] | undefined = rows.isStrict ? events.map(() => []) : undefined;
  for (let i = 0; i < events.length; i++) {
    const reads = readsOf(projection, events[i]!, i);
    for (const table in reads) {
      for (const key of reads[table]!) {
        const text = keyText(key);
        named?.[i]!.push(table + text);
        if (!rows.knows(table, text)) missing.get(table)!.add(text);
      }
    }
  }
  for (const [name, keys] of missing) {
    if (keys.size === 0) continue;
    const table = projection.tables.get(name)!;
    for (const row of await load(table, [...keys])) {
      const key = keyOf(table, row);
      keys.delete(key);
      rows.remember(name, key, row);
    }
    for (const key of keys) rows.remember(name, key, null);
  }
  return named;
}

function readsOf(projection: CompiledProjection, event: Recorded, index: number): Reads | undefined {
  try {
    return projection.handlers.get(event.type)?.reads?.(event);
  } catch (cause) {
    throw new HandlerFailed(event, index, cause);
  }
}

type Reads = Readonly<Record<string, readonly Key[]>>;
