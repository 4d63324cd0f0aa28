import type pg from 'pg';
import { transaction } from '../database/transaction.js';
import type { Position } from '../event-sourcing/position.js';
import type { Applier, Work } from './applier.js';
import { NotTheSame } from './failures.js';
import { meetLive } from './switch.js';
import { qualified } from './tables.js';

/**
 * Proves that a rebuild has the very rows that the live build has at the same position. The live build stands still
 * only until a snapshot of both is taken; the comparison reads the snapshot. Rejects with `NotTheSame`: somebody
 * changed rows by hand, or a handler without raising the version.
 */
export async function compareWithLive(work: Work, applier: Applier, signal: AbortSignal): Promise<void> {
  const { pool } = work;
  const snapshot = await pool.connect();
  try {
    const [live, position] = await transaction(pool, async (session) => {
      const met = await meetLive(session, work, applier, signal);
      await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = on');
      return [await liveSchema(snapshot, work), met] as const;
    });
    // Only when the live build has stopped short does a rebuild get past it; then there is nothing to compare with.
    if (position === applier.position) await compare(snapshot, work, live, position);
    await snapshot.query('COMMIT');
  } finally {
    snapshot.release(true);
  }
}

async function liveSchema(session: pg.ClientBase, { projection }: Work): Promise<string> {
  const { rows } = await session.query<{ schema: string }>(
    `SELECT schema_name AS schema FROM projecting.builds WHERE projection = $1 AND role = 'LIVE'`,
    [projection.name],
  );
  return rows[0]!.schema;
}

async function compare(session: pg.ClientBase, work: Work, live: string, position: Position): Promise<void> {
  const { schema } = work.build;
  const proof: Record<string, Fingerprint> = {};
  for (const table of work.projection.tables.keys()) {
    const [ours, theirs] = [await fingerprint(session, schema, table), await fingerprint(session, live, table)];
    if (ours.rows !== theirs.rows || ours.hash !== theirs.hash) {
      const differing = await countDiffering(session, qualified(schema, table), qualified(live, table));
      throw new NotTheSame(
        `${differing} rows of ${schema}.${table} and ${live}.${table} differ at position ${position}.`,
      );
    }
    proof[table] = ours;
  }
  await work.pool.query('UPDATE projecting.builds SET parity = $2 WHERE schema_name = $1', [
    schema,
    JSON.stringify({ with: live, position: String(position), tables: proof }),
  ]);
}

interface Fingerprint {
  readonly rows: string;
  readonly hash: string;
}

/** Number of rows and the sum of their hashes: whatever the order of rows. */
async function fingerprint(session: pg.ClientBase, schema: string, table: string): Promise<Fingerprint> {
  const { rows } = await session.query<Fingerprint>(
    `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS hash FROM ${qualified(schema, table)} AS t`,
  );
  return rows[0]!;
}

async function countDiffering(session: pg.ClientBase, ours: string, theirs: string): Promise<string> {
  const { rows } = await session.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ((TABLE ${ours} EXCEPT TABLE ${theirs}) UNION ALL (TABLE ${theirs} EXCEPT TABLE ${ours})) AS d`,
  );
  return rows[0]!.count;
}
