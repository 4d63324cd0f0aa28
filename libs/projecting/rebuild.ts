import { transaction } from '../database/transaction.js';
import type { Position } from '../event-sourcing/position.js';
import { Applier, writersOf, type Work } from './applier.js';
import { recordFailure, stateOf, type Build } from './builds.js';
import { bulkLoad } from './bulk.js';
import { PROJECTED_CHANNEL } from './checkpoint.js';
import { StaleWorker } from './failures.js';
import { compareWithLive } from './parity.js';
import { Progress } from './progress.js';
import { retrying } from './retry.js';
import { catchUp, switchOver } from './switch.js';
import { createIndexes, qualified } from './tables.js';

/**
 * Brings a build to where it can be live: loads it in bulk, adds indexes and derived columns, and, beside a live
 * build, follows it, proves to be the same where it must be, and takes its place. Whatever it is interrupted by, the
 * next call goes on from there. What stops it for good is recorded with the build; resolves all the same.
 */
export async function rebuild(work: Work, signal: AbortSignal, report: (problem: string) => void): Promise<void> {
  try {
    await retrying(signal, report, async (progressed) => {
      const build = await stateOf(work);
      if (build.phase === 'BULK') {
        await load(work, build, signal, progressed);
        if (!signal.aborted) await finish(work);
      }
      if (build.role === 'NEXT' && !signal.aborted) await takeOver(work, signal);
    });
  } catch (error) {
    await recordFailure(work.pool, work.build, error);
  }
}

async function load(work: Work, build: Build, signal: AbortSignal, progressed: () => void): Promise<void> {
  const progress = new Progress(work, build.position);
  await bulkLoad(
    work,
    await goal(work, build),
    (position) => {
      progress.at(position);
      progressed();
    },
    signal,
  );
  await progress.done();
}

/** How far to load. A build that must equal the live one must not get past it, or there is no place to compare. */
async function goal({ pool }: Work, { projection, mustEqual }: Build): Promise<Position | undefined> {
  if (!mustEqual) return undefined;
  const { rows } = await pool.query<{ position: Position }>(
    `SELECT position FROM projecting.builds WHERE projection = $1 AND role = 'LIVE'`,
    [projection],
  );
  return rows[0]?.position;
}

/**
 * Indexes and derived columns. All in one transaction behind a lock of the build: a statement of a killed owner may
 * still be running in the server, and must end before its work is done again.
 */
async function finish(work: Work): Promise<void> {
  const { schema, epoch } = work.build;
  await transaction(work.pool, async (session) => {
    await session.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`projecting ${schema}`]);
    await session.query(
      `SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL work_mem = '64MB'; SET LOCAL enable_seqscan = on`,
    );
    const writers = [...writersOf(work).values()];
    const derived = writers.filter(({ table }) => table.spec.derive);
    const plain = writers.filter(({ table }) => !table.spec.derive);
    const followed = new Set(derived.flatMap(({ table }) => Object.keys(table.spec.derive?.widen ?? {})));
    for (const writer of [...plain, ...derived]) {
      const { table } = writer;
      await createIndexes(session, schema, table, false); // by which its own rows find each other
      // PostgreSQL does not use an index in the transaction that changed what it holds before it made the index. By those
      // of derived columns, other tables find what follows from them.
      if (followed.has(table.name)) await createIndexes(session, schema, table, true);
      await writer.deriveAll(session);
      await createIndexes(session, schema, table, true);
      await session.query(`ANALYZE ${qualified(schema, table.name)}`);
    }
    const { rowCount } = await session.query(FINISHED, [schema, epoch]);
    if (rowCount !== 1) throw new StaleWorker(schema);
  });
}

const FINISHED = `
  WITH finished AS (
    UPDATE projecting.builds SET phase = 'FOLLOWING' WHERE schema_name = $1 AND epoch = $2
    RETURNING projection, role, position
  )
  SELECT CASE WHEN role = 'LIVE' THEN pg_notify('${PROJECTED_CHANNEL}', projection || ' ' || position) END
    FROM finished`;

async function takeOver(work: Work, signal: AbortSignal): Promise<void> {
  const build = await stateOf(work);
  const applier = await Applier.open(work);
  if (build.mustEqual) {
    await catchUp(work, applier, signal, await goal(work, build));
    await compareWithLive(work, applier, signal);
  }
  await switchOver(work, applier, signal);
}
