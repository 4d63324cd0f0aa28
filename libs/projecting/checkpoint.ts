import type pg from 'pg';
import type { Position } from '../event-sourcing/position.js';
import type { EventStore, Page } from '../event-store/event-store.js';
import { LogChanged, StaleWorker } from './failures.js';

/** A build while this process owns it: the epoch was raised when it took it over. */
export interface OwnedBuild {
  readonly schema: string;
  readonly epoch: bigint;
}

/** How far a build has applied the log, and the hash of the last event it saw there. */
export interface Checkpoint {
  readonly position: Position;
  /** Absent: the one known before stays. */
  readonly seen?: { readonly hash: string; readonly position: Position };
}

/** Tells everybody who waits that a read model has got further: `timeline 123`. */
export const PROJECTED_CHANNEL = 'rapport_projected';

/** The checkpoint behind a page, or behind the part of it up to and including `until`. */
export function checkpointOf({ events, position, hash }: Page, until = position): Checkpoint {
  if (until < position) return { position: until }; // the hash of an event inside the page is not known
  return hash === undefined ? { position } : { position, seen: { hash, position: events.at(-1)!.position } };
}

/**
 * Moves the checkpoint, in the transaction that writes the rows. Refused (`StaleWorker`) when the build has a new
 * owner or somebody else has moved it: then the transaction must not commit.
 *
 * The transaction need not wait for the disk (`synchronous_commit` off). A crash of the database may lose the last of
 * them, but rows and checkpoint together, never a row without its checkpoint, and never ahead of the log, whose own
 * commits come earlier in the same WAL. The projector applies the lost events again. Whoever waits for a position
 * notices as well: the crash broke its connection, and it asks for the checkpoint anew (`positions.ts`).
 */
export async function advance(
  session: Pick<pg.ClientBase, 'query'>,
  { schema, epoch }: OwnedBuild,
  from: Position,
  to: Checkpoint,
): Promise<void> {
  const { rowCount } = await session.query({
    name: 'projecting_advance',
    text: ADVANCE,
    values: [schema, epoch, from, to.position, to.seen?.hash ?? null, to.seen?.position ?? null],
  });
  if (rowCount !== 1) throw new StaleWorker(schema);
}

/**
 * What the statements of a batch need, set for one transaction. They find rows by key, so one plan is good for any
 * number of rows; it is made once per session, often while the tables are small, and must not scan what has grown.
 */
export const BY_KEY = `
  set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true),
  set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true)`;

const ADVANCE = `
  WITH moved AS (
    UPDATE projecting.builds
       SET position = $4, hash = coalesce($5, hash), hash_position = coalesce($6, hash_position)
     WHERE schema_name = $1 AND epoch = $2 AND position = $3
    RETURNING projection, role, phase, position
  )
  SELECT set_config('synchronous_commit', 'off', true), ${BY_KEY},
         CASE WHEN role = 'LIVE' AND phase = 'FOLLOWING' THEN pg_notify('${PROJECTED_CHANNEL}', projection || ' ' || position) END
    FROM moved`;

/**
 * Where a build stands, after making sure that the log still holds what the build was made of. Rejects with
 * `LogChanged` or `StaleWorker`.
 */
export async function verifiedCheckpoint(pool: pg.Pool, store: EventStore, build: OwnedBuild): Promise<Checkpoint> {
  const { rows } = await pool.query<{ position: Position; hash: string | null; hash_position: Position | null }>(
    'SELECT position, hash, hash_position FROM projecting.builds WHERE schema_name = $1 AND epoch = $2',
    [build.schema, build.epoch],
  );
  const row = rows[0];
  if (!row) throw new StaleWorker(build.schema);
  const { position, hash, hash_position: hashPosition } = row;
  if (hashPosition !== null && (await store.hashAt(hashPosition)) !== hash) {
    throw new LogChanged(build.schema, hashPosition);
  }
  if ((await store.head()) < position) throw new LogChanged(build.schema, position);
  return { position };
}
