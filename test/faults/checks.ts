import type pg from 'pg';
import { migrations } from '../../apps/migrations.js';
import { migrate } from '../../libs/database/migrate.js';
import { openPool, withDatabase } from '../../libs/database/pool.js';
import { Codec } from '../../libs/event-store/codec.js';
import { PostgresEventStore } from '../../libs/event-store/postgres/postgres-event-store.js';
import { eventTypes, upcasters } from '../../libs/ledger/ledger.js';
import { startProjector } from '../../libs/projecting/projector.js';
import { projections } from '../../libs/read-models/read-models.js';
import type { Client } from './client.js';
import { eventually } from './eventually.js';
import type { Journal } from './journal.js';
import { touchIdOf } from './load.js';
import type { World } from './world.js';

export interface LogFindings {
  readonly events: number;
  /** Keys of acknowledged commands that are not in the log where they were said to be. */
  readonly lost: readonly string[];
  /** Keys of commands that are in the log more than once. */
  readonly doubled: readonly string[];
  /** Keys in the log that nobody sent. */
  readonly unknown: readonly string[];
  /** Places where positions or revisions are not dense. */
  readonly gaps: readonly string[];
}

interface LogRow extends pg.QueryResultRow {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly key: string;
}

/** The log beside what the clients know of it. The clients may go on meanwhile. */
export async function compareLog(world: World, journal: Journal): Promise<LogFindings> {
  const acknowledged = [...journal.entries].flatMap(([key, { position }]) =>
    position === undefined ? [] : [[key, position] as const],
  );
  const rows = await world.query<LogRow>(
    `SELECT position, stream, revision, convert_from(meta, 'UTF8')::jsonb ->> 'idempotencyKey' AS key
       FROM log.events ORDER BY position`,
  );
  // Every command here records exactly one event.
  const positions = new Map<string, bigint>();
  const revisions = new Map<string, number>();
  const doubled: string[] = [];
  const gaps: string[] = [];
  for (const [index, { position, stream, revision, key }] of rows.entries()) {
    if (positions.has(key)) doubled.push(key);
    positions.set(key, position);
    if (position !== BigInt(index + 1)) gaps.push(`position ${String(position)} in place ${String(index + 1)}`);
    if (revision !== (revisions.get(stream) ?? -1) + 1) gaps.push(`revision ${String(revision)} of ${stream}`);
    revisions.set(stream, revision);
  }
  return {
    events: rows.length,
    lost: acknowledged.filter(([key, position]) => positions.get(key) !== position).map(([key]) => key),
    doubled,
    unknown: [...positions.keys()].filter((key) => !journal.entries.has(key)),
    gaps,
  };
}

/** Reads every relationship as a client does: it must count the touches that stand by the journal. */
export async function compareCounts(client: Client, journal: Journal, head: bigint): Promise<string[]> {
  const standing = new Map<unknown, Set<unknown>>();
  for (const { command } of journal.entries.values()) {
    const { relationshipId, touchId } = command.input;
    if (command.mutation === 'recordTouch') {
      const touches = standing.get(relationshipId) ?? new Set();
      standing.set(relationshipId, touches.add(touchIdOf(command)));
    } else if (command.mutation === 'retractTouch') standing.get(relationshipId)!.delete(touchId);
  }
  const { relationships } = await client.read<Relationships>(COUNTS, {}, head);
  const shown = new Map(
    relationships.nodes.map(({ id, touches, entries }) => [id, [touches.count, entries.totalCount]]),
  );
  return [...standing].flatMap(([id, { size }]) =>
    shown.get(id as string)?.every((count) => count === size)
      ? []
      : [`${String(id)} has ${String(size)} touches, and shows ${String(shown.get(id as string))}`],
  );
}

interface Relationships {
  readonly relationships: {
    readonly nodes: readonly {
      readonly id: string;
      readonly touches: { readonly count: number };
      readonly entries: { readonly totalCount: number };
    }[];
  };
}

const COUNTS = `query ($position: Position!) { relationships(first: 200, atLeastPosition: $position) {
  nodes { id touches { count } entries { totalCount } } } }`;

/** Builds all read models from the log alone, in a database of their own, and compares every row with the live ones. */
export async function compareWithRebuilt(world: World, head: bigint): Promise<string[]> {
  await world.query('DROP DATABASE IF EXISTS rebuilt');
  await world.query('CREATE DATABASE rebuilt');
  const url = withDatabase(world.databaseUrl, 'rebuilt');
  await migrate(url, migrations);
  const pool = openPool(url, { applicationName: 'faults: rebuilt', role: 'rapport_app' });
  const store = await PostgresEventStore.open({ url: world.databaseUrl, codec: new Codec(eventTypes, upcasters) });
  const projector = startProjector({ store, pool, projections });
  try {
    const tables = projections.flatMap(({ name, tables }) => Object.keys(tables).map((table) => `${name}.${table}`));
    await eventually('all read models are built from the log alone', async () => {
      const { rows } = await pool.query<{ position: bigint }>(
        `SELECT position FROM projecting.builds
          WHERE role = 'LIVE' AND phase = 'FOLLOWING' AND projection <> 'health'`,
      );
      return rows.length === projections.length && rows.every(({ position }) => position >= head);
    });
    const differing: string[] = [];
    for (const table of tables) {
      const text = `SELECT t::text AS row FROM ${table} AS t`;
      const [live, rebuilt] = await Promise.all([
        world.query<{ row: string }>(text).then((rows) => rows.map(({ row }) => row)),
        pool.query<{ row: string }>(text).then(({ rows }) => rows.map(({ row }) => row)),
      ]);
      const only = { live: missingIn(rebuilt, live), rebuilt: missingIn(live, rebuilt) };
      for (const [where, [row]] of Object.entries(only)) if (row) differing.push(`only ${where} ${table} has ${row}`);
    }
    return differing;
  } finally {
    await projector.stop();
    await store.close();
    await pool.end();
  }
}

function missingIn(rows: readonly string[], of: readonly string[]): string[] {
  const known = new Set(rows);
  return of.filter((row) => !known.has(row));
}
