import type pg from 'pg';
import type { Position } from '../event-sourcing/position.js';
import type { EventStore } from '../event-store/event-store.js';

export type ProjectionState = 'LIVE' | 'CATCHING_UP' | 'REBUILDING' | 'PAUSED' | 'FAILED';

export interface ProjectionStatus {
  readonly name: string;
  /** The build that queries read: another one after a rebuild or a rollback. */
  readonly build: string;
  /** Of that build. */
  readonly version: number;
  readonly state: ProjectionState;
  /** Everything up to here is in the rows that queries read. */
  readonly position: Position;
  /** Between that and the head of the log. */
  readonly lagEvents: bigint;
  /** How long the oldest event that is not applied has been waiting; 0 when there is none. */
  readonly lagSeconds: number;
  /** 0 to 1: how much of the log the rebuild, or else the live build, has read. */
  readonly progress: number;
  /** Of the rebuild, in events; null when there is none. */
  readonly ratePerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly lastError: ProjectionError | null;
}

export interface ProjectionError {
  readonly reason: string;
  /** As clients carry positions; absent when it is not about one event. */
  readonly position?: string;
  readonly eventId?: string;
  readonly eventType?: string;
  /** The build that stopped: it may be a rebuild, while the live build goes on. */
  readonly build: string;
}

/** An event that waits longer makes a projection CATCHING_UP. */
const CATCHING_UP_SECONDS = 2;

interface StatusRow {
  readonly name: string;
  readonly paused: boolean;
  readonly live: BuildRow;
  readonly next: BuildRow | null;
}
interface BuildRow {
  readonly build: string;
  readonly version: number;
  readonly phase: 'BULK' | 'FOLLOWING';
  /** A jsonb number would lose digits. */
  readonly position: string;
  readonly seen: string;
  readonly rate: number | null;
  readonly error: Omit<ProjectionError, 'build'> | null;
}

/** All projections that have been built, by name. */
export async function projectionStatus(pool: pg.Pool, store: EventStore): Promise<readonly ProjectionStatus[]> {
  const { rows } = await pool.query<StatusRow>(STATUS);
  const position = await store.head(); // after the checkpoints: none is ahead of it
  const head = { position, events: await store.countTo(position) };
  return Promise.all(rows.map((row) => statusOf(row, head, store)));
}

async function statusOf(
  { name, paused, live, next }: StatusRow,
  { position: head, events }: { readonly position: Position; readonly events: bigint },
  store: EventStore,
): Promise<ProjectionStatus> {
  const position = BigInt(live.position);
  const lagSeconds = position < head ? await waitingSeconds(store, position) : 0;
  const building = next && !next.error ? next : live.phase === 'BULK' ? live : undefined;
  const done = building ? largest(BigInt(building.seen), BigInt(building.position)) : position;
  const rate = building?.rate ?? null;
  const failed = live.error ? live : next?.error ? next : undefined;
  return {
    name,
    build: live.build,
    version: live.version,
    state: live.error
      ? 'FAILED'
      : paused
        ? 'PAUSED'
        : building
          ? 'REBUILDING'
          : lagSeconds > CATCHING_UP_SECONDS
            ? 'CATCHING_UP'
            : 'LIVE',
    position,
    lagEvents: events - (await store.countTo(position)),
    lagSeconds,
    progress: head > 0n ? Math.min(1, Number(done) / Number(head)) : 1,
    // Positions may count bytes of the log.
    ratePerSecond: rate && (head > 0n ? (rate * Number(events)) / Number(head) : 0),
    etaSeconds: rate ? Number(head - done) / rate : null,
    lastError: failed?.error ? { ...failed.error, build: failed.build } : null,
  };
}

async function waitingSeconds(store: EventStore, position: Position): Promise<number> {
  for await (const { events } of store.readAll({ from: position, limit: 1 })) {
    if (events[0]) return Math.max(0, (Date.now() - Date.parse(events[0].recordedAt)) / 1000);
  }
  return 0;
}

const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const BUILD = `
  jsonb_build_object('build', schema_name, 'version', version, 'phase', phase, 'position', position::text,
                     'seen', seen::text, 'rate', rate, 'error', error)`;

const STATUS = `
  SELECT b.projection AS name, coalesce(c.paused, false) AS paused,
         (array_agg(${BUILD}) FILTER (WHERE role = 'LIVE'))[1] AS live,
         (array_agg(${BUILD}) FILTER (WHERE role = 'NEXT'))[1] AS next
    FROM projecting.builds AS b LEFT JOIN projecting.control AS c USING (projection)
   GROUP BY 1, 2
  HAVING count(*) FILTER (WHERE role = 'LIVE') > 0
   ORDER BY 1`;
