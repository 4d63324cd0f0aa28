import type pg from 'pg';
import { transaction } from '../database/transaction.js';
import type { Recorded } from '../event-sourcing/event.js';
import { parsePosition, type Position } from '../event-sourcing/position.js';
import type { EventStore, Page } from '../event-store/event-store.js';
import { CHANGED_CHANNEL } from './lease.js';
import { retrying } from './retry.js';

/**
 * What operators told the projections to do, from the log into `projecting.control` and `projecting.skips`. Every
 * process follows it; whoever is first applies an event, the others find it applied.
 */
export async function followControl(
  pool: pg.Pool,
  store: EventStore,
  signal: AbortSignal,
  report: (problem: string) => void,
): Promise<void> {
  await retrying(signal, report, async (progressed) => {
    let at = await appliedUpTo(pool);
    for await (const page of store.subscribe({ from: at, types: Object.keys(CONTROL), signal })) {
      // Pages without such an event move on in memory; a restart reads past them again.
      if (page.events.length > 0 || page.position - at > UNWRITTEN) {
        await apply(pool, page);
        at = page.position;
      }
      progressed();
    }
  });
}

/** Positions that a restart may have to pass again. */
const UNWRITTEN = 10_000n;

async function appliedUpTo(pool: pg.Pool): Promise<Position> {
  const { rows } = await pool.query<{ position: Position }>('SELECT position FROM projecting.control_checkpoint');
  return rows[0]!.position;
}

async function apply(pool: pg.Pool, page: Page): Promise<void> {
  await transaction(pool, async (session) => {
    const { rows } = await session.query<{ position: Position }>(
      'SELECT position FROM projecting.control_checkpoint FOR UPDATE',
    );
    const from = rows[0]!.position;
    if (page.position <= from) return;
    for (const event of page.events) if (event.position > from) await CONTROL[event.type]!(session, event);
    await session.query('UPDATE projecting.control_checkpoint SET position = $1', [page.position]);
    await session.query(`NOTIFY ${CHANGED_CHANNEL}`);
  });
}

interface ControlData {
  readonly projection: string;
  readonly mayDiffer?: boolean;
  /** Of the event to skip, as clients carry positions. */
  readonly position?: string;
  readonly eventId?: string;
  readonly reason?: string;
}

const dataOf = ({ data }: Recorded): ControlData => data as ControlData;

type Control = (session: pg.ClientBase, event: Recorded) => Promise<unknown>;

/** The stored events of stream category `projection`, and what each does. */
const CONTROL: Readonly<Record<string, Control>> = {
  ProjectionPaused: (session, event) =>
    session.query(
      `INSERT INTO projecting.control (projection, paused) VALUES ($1, true)
       ON CONFLICT (projection) DO UPDATE SET paused = true`,
      [dataOf(event).projection],
    ),

  /** Also what was stopped by a failure is tried again. */
  async ProjectionResumed(session, event) {
    const { projection } = dataOf(event);
    await session.query('UPDATE projecting.control SET paused = false WHERE projection = $1', [projection]);
    await session.query('UPDATE projecting.builds SET error = NULL WHERE projection = $1', [projection]);
  },

  /** For builds that have not applied it yet, and for every rebuild. Those that stand at it go on. */
  async EventSkipped(session, event) {
    const { projection, position, eventId, reason } = dataOf(event);
    await session.query('INSERT INTO projecting.skips VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
      projection,
      parsePosition(position!),
      eventId,
      reason,
    ]);
    await session.query(
      `UPDATE projecting.builds SET error = NULL WHERE projection = $1 AND error ->> 'position' = $2`,
      [projection, position],
    );
  },

  ProjectionRebuildRequested: (session, event) =>
    session.query(
      `INSERT INTO projecting.control (projection, rebuild_asked, may_differ) VALUES ($1, $2, $3)
       ON CONFLICT (projection) DO UPDATE SET rebuild_asked = excluded.rebuild_asked, may_differ = excluded.may_differ`,
      [dataOf(event).projection, event.position, dataOf(event).mayDiffer ?? false],
    ),

  /** Nothing to go back to: nothing happens, also not later. */
  ProjectionRolledBack: (session, event) =>
    session.query(
      `UPDATE projecting.control AS c SET rollback_asked = $2
        WHERE projection = $1
          AND EXISTS (SELECT FROM projecting.builds AS b WHERE b.projection = c.projection AND b.role = 'PREVIOUS')`,
      [dataOf(event).projection, event.position],
    ),
};
