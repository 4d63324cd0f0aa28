import pg from 'pg';
import { transaction } from '../database/transaction.js';
import type { Position } from '../event-sourcing/position.js';
import type { Applier, Work } from './applier.js';
import { PROJECTED_CHANNEL } from './checkpoint.js';
import { StaleWorker } from './failures.js';
import { CHANGED_CHANNEL } from './lease.js';
import { pause } from './retry.js';
import { createViews, dropViews } from './tables.js';

/** Reads the log up to `until`, or to where its head is now. Throws when the signal aborts. */
export async function catchUp(
  { store, projection }: Work,
  applier: Applier,
  signal: AbortSignal,
  until?: Position,
): Promise<void> {
  const goal = until ?? (await store.head()); // the head itself may move faster than we do
  if (applier.position >= goal) return;
  for await (const page of store.readAll({ from: applier.position, types: projection.eventTypes })) {
    signal.throwIfAborted();
    await applier.apply(page, until);
    if (applier.position >= goal) return;
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
 * Makes the next build the live one, and the live one the previous one, in one transaction. No reader sees an error,
 * or two builds in one statement.
 *
 * For that it must have all views to itself for a moment. To wait for them would be of little use: a reader of two
 * views can hold the one and wait for ours, for ever. So it takes them when nobody holds any, and only now and then
 * waits for long readers to end, which lets new ones wait as well.
 */
export async function switchOver(work: Work, applier: Applier, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    await catchUp(work, applier, signal);
    try {
      const lockMs = attempt % PATIENT_EVERY === 0 ? PATIENT_MS : 1;
      return await transaction(work.pool, (session) => switchOnce(session, work, applier, lockMs, signal));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
      await pause(1 + Math.random() * 20, signal);
    }
  }
}

const PATIENT_EVERY = 10;
const PATIENT_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

async function switchOnce(
  session: pg.ClientBase,
  work: Work,
  applier: Applier,
  lockMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { projection, build } = work;
  await session.query(`SET LOCAL lock_timeout = ${String(lockMs)}`);
  await dropViews(session, projection);
  await session.query('SET LOCAL lock_timeout = 0');
  const live = await meetLive(session, work, applier, signal);
  // The fence: both checkpoints are locked now. Never show readers an older state than they have seen.
  const { rows } = await session.query<{ position: Position }>(
    `SELECT position FROM projecting.builds WHERE schema_name = $1 AND epoch = $2 AND role = 'NEXT' FOR UPDATE`,
    [build.schema, build.epoch],
  );
  const position = rows[0]?.position;
  if (position === undefined) throw new StaleWorker(build.schema);
  if (position < live) throw new Error(`${build.schema} is behind the live build.`);
  await createViews(session, build.schema, projection);
  await session.query(RETIRE_PREVIOUS, [projection.name]);
  await session.query(LIVE_IS_PREVIOUS, [projection.name]);
  await session.query(NEXT_IS_LIVE, [build.schema]);
  await session.query(`SELECT pg_notify($1, $2), pg_notify($3, '')`, [
    PROJECTED_CHANNEL,
    `${projection.name} ${position}`,
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
