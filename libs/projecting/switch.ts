import pg from 'pg';
import { transaction } from '../database/transaction.js';
import type { Position } from '../event-sourcing/position.js';
import type { Applier, Work } from './applier.js';
import { PROJECTED_CHANNEL } from './checkpoint.js';
import { StaleWorker } from './failures.js';
import { CHANGED_CHANNEL } from './lease.js';
import { pause } from './retry.js';
import { pointViews } from './tables.js';

/** Reads the log up to `until`, or to its head. Throws when the signal aborts. */
export async function catchUp(
  { store, projection }: Work,
  applier: Applier,
  signal: AbortSignal,
  until?: Position,
): Promise<void> {
  if (until !== undefined && applier.position >= until) return;
  for await (const page of store.readAll({ from: applier.position, types: projection.eventTypes })) {
    signal.throwIfAborted();
    await applier.apply(page, until);
    if (until !== undefined && applier.position >= until) return;
  }
}

/**
 * Holds the live build where it is until the transaction ends, and brings the other one there as well. Returns that
 * position.
 */
export async function meetLive(
  session: pg.ClientBase,
  work: Work,
  applier: Applier,
  signal: AbortSignal,
): Promise<Position> {
  const { rows } = await session.query<{ position: Position }>(
    `SELECT position FROM projecting.builds WHERE projection = $1 AND role = 'LIVE' FOR UPDATE`,
    [work.projection.name],
  );
  const position = rows[0]?.position;
  if (position === undefined) throw new StaleWorker(work.build.schema);
  await catchUp(work, applier, signal, position);
  return position;
}

/**
 * Makes the next build the live one, and the live one the previous one, in one transaction. It must have all views to
 * itself for a moment: readers in flight end first, new ones wait. It gives up soon and tries again, so that nobody
 * waits long, and no reader sees an error, or two builds in one statement.
 */
export async function switchOver(work: Work, applier: Applier, signal: AbortSignal): Promise<void> {
  for (let lockMs = 5; !signal.aborted; lockMs = Math.min(lockMs * 2, LONGEST_LOCK_MS)) {
    try {
      return await transaction(work.pool, (session) => switchOnce(session, work, applier, lockMs, signal));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
      await pause(10 + Math.random() * 100, signal);
    }
  }
}

const LONGEST_LOCK_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

async function switchOnce(
  session: pg.ClientBase,
  work: Work,
  applier: Applier,
  lockMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { schema, epoch } = work.build;
  const live = await meetLive(session, work, applier, signal);
  // The fence: both checkpoints are locked now. Never show readers an older state than they have seen.
  const { rows } = await session.query<{ position: Position }>(
    `SELECT position FROM projecting.builds WHERE schema_name = $1 AND epoch = $2 AND role = 'NEXT' FOR UPDATE`,
    [schema, epoch],
  );
  if (!rows[0]) throw new StaleWorker(schema);
  if (rows[0].position < live) throw new Error(`${schema} is behind the live build.`);
  await session.query(`SET LOCAL lock_timeout = ${String(lockMs)}`);
  await pointViews(session, schema, work.projection);
  await session.query(RETIRE_PREVIOUS, [work.projection.name]);
  await session.query(LIVE_IS_PREVIOUS, [work.projection.name]);
  await session.query(NEXT_IS_LIVE, [schema]);
  await session.query(`SELECT pg_notify($1, $2), pg_notify($3, '')`, [
    PROJECTED_CHANNEL,
    `${work.projection.name} ${rows[0].position}`,
    CHANGED_CHANNEL,
  ]);
}

const RETIRE_PREVIOUS = `
  UPDATE projecting.builds SET role = 'RETIRED' WHERE projection = $1 AND role = 'PREVIOUS'`;
// Its owner finds its epoch gone at its next write.
const LIVE_IS_PREVIOUS = `
  UPDATE projecting.builds SET role = 'PREVIOUS', epoch = epoch + 1, owner = NULL, expires_at = NULL
   WHERE projection = $1 AND role = 'LIVE'`;
const NEXT_IS_LIVE = `UPDATE projecting.builds SET role = 'LIVE', must_equal = false WHERE schema_name = $1`;
