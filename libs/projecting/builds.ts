import type pg from 'pg';
import { transaction } from '../database/transaction.js';
import { formatPosition, type Position } from '../event-sourcing/position.js';
import type { Work } from './applier.js';
import type { OwnedBuild } from './checkpoint.js';
import { LogChanged, messageOf, PoisonEvent, StaleWorker } from './failures.js';
import { CHANGED_CHANNEL } from './lease.js';
import { createTables, createViews, quoted, type CompiledProjection } from './tables.js';

/** Why an operator's attention is asked for. */
export interface BuildError {
  readonly reason: string;
  readonly position?: string;
  readonly eventId?: string;
  readonly eventType?: string;
}

/** One build of a projection: its rows in a schema of their own. */
export interface Build {
  readonly schema: string;
  readonly projection: string;
  readonly version: number;
  /** LIVE is what queries read, NEXT is to become it, PREVIOUS was it, RETIRED is to be dropped. */
  readonly role: 'LIVE' | 'NEXT' | 'PREVIOUS' | 'RETIRED';
  /** BULK: rows are loaded in large batches, indexes and derived columns come at the end. */
  readonly phase: 'BULK' | 'FOLLOWING';
  /** Compare its rows with those of the live build before it takes over. */
  readonly mustEqual: boolean;
  readonly position: Position;
  readonly error: BuildError | null;
  /** Its lease is free or has run out. */
  readonly free: boolean;
  readonly owner: string | null;
}

export interface Control {
  readonly paused: boolean;
  readonly rebuildAsked: Position;
  readonly rebuildDone: Position;
  readonly mayDiffer: boolean;
  readonly rollbackAsked: Position;
  readonly rollbackDone: Position;
}

/** A projection as the database knows it. */
export interface Known {
  readonly control: Control;
  /** LIVE, NEXT and PREVIOUS, as far as there are any. */
  readonly builds: readonly Build[];
}

export type BuildRole = Exclude<Build['role'], 'RETIRED'>;
export const inRole = ({ builds }: Known, role: BuildRole): Build | undefined =>
  builds.find((build) => build.role === role);

/**
 * What has to be made before anybody can work: the first build; a build of the new version; the rebuild that an
 * operator asked for; or the previous build made the next one, which is how a rollback begins.
 */
export function missing(version: number, known: Known): 'first' | 'next' | 'previous' | undefined {
  const { control } = known;
  const [live, next, previous] = (['LIVE', 'NEXT', 'PREVIOUS'] as const).map((role) => inRole(known, role));
  if (!live) return 'first';
  const rollback = control.rollbackAsked > control.rollbackDone && previous?.version === version;
  const rebuild = control.rebuildAsked > control.rebuildDone && live.version <= version;
  if (rollback && !(rebuild && control.rebuildAsked > control.rollbackAsked)) return 'previous';
  if (rebuild) return 'next';
  // A version that was built before and rolled back is not built again by itself.
  const isNew = live.version < version && (!previous || previous.version < version);
  return isNew && (!next || next.version < version) ? 'next' : undefined;
}

/** Brings a projection's builds to what this program and its operators ask for. Several processes may try at once. */
export async function makeMissing(pool: pg.Pool, projection: CompiledProjection): Promise<void> {
  await transaction(pool, async (session) => {
    await session.query('INSERT INTO projecting.control (projection) VALUES ($1) ON CONFLICT DO NOTHING', [
      projection.name,
    ]);
    await session.query('SELECT FROM projecting.control WHERE projection = $1 FOR UPDATE', [projection.name]);
    const known = (await readKnown(session, [projection.name])).get(projection.name)!;
    switch (missing(projection.version, known)) {
      case 'first':
        await session.query('SELECT projecting.make_schema($1)', [projection.name]);
        await makeBuild(session, projection, known, 'LIVE');
        break;
      case 'next':
        await retireNext(session, projection.name);
        await makeBuild(session, projection, known, 'NEXT');
        break;
      case 'previous':
        await retireNext(session, projection.name);
        await session.query(PREVIOUS_IS_NEXT, [projection.name]);
        break;
      case undefined:
        return;
    }
    await session.query(REQUESTS_DONE, [projection.name, known.control.rebuildAsked, known.control.rollbackAsked]);
  });
}

async function makeBuild(
  session: pg.ClientBase,
  projection: CompiledProjection,
  { builds, control }: Known,
  role: 'LIVE' | 'NEXT',
): Promise<void> {
  const schema = await freeSchema(session, `${projection.name}_v${projection.version}`);
  await session.query('SELECT projecting.make_schema($1)', [schema]);
  await createTables(session, schema, projection);
  if (role === 'LIVE') await createViews(session, schema, projection);
  const live = builds.find((build) => build.role === 'LIVE');
  const mustEqual = live?.version === projection.version && !control.mayDiffer;
  await session.query(
    `INSERT INTO projecting.builds (schema_name, projection, version, role, phase, must_equal) VALUES ($1, $2, $3, $4, 'BULK', $5)`,
    [schema, projection.name, projection.version, role, mustEqual],
  );
}

/** `timeline_v1`, then `timeline_v1_2`, …: always behind the last that is still there. */
async function freeSchema(session: pg.ClientBase, first: string): Promise<string> {
  const { rows } = await session.query<{ name: string }>(
    'SELECT nspname AS name FROM pg_namespace WHERE nspname = $1 OR starts_with(nspname, $2)',
    [first, `${first}_`],
  );
  const numbers = rows.map(({ name }) => Number(name.slice(first.length + 1) || 1)).filter(Number.isInteger);
  const last = Math.max(0, ...numbers);
  return last === 0 ? first : `${first}_${last + 1}`;
}

// An owner that still works on it finds its epoch gone at its next write.
const retireNext = (session: pg.ClientBase, name: string): Promise<unknown> =>
  session.query(
    `UPDATE projecting.builds SET role = 'RETIRED', owner = NULL, epoch = epoch + 1 WHERE projection = $1 AND role = 'NEXT'`,
    [name],
  );

const PREVIOUS_IS_NEXT = `
  UPDATE projecting.builds SET role = 'NEXT', must_equal = false, error = NULL
   WHERE projection = $1 AND role = 'PREVIOUS'`;

const REQUESTS_DONE = `
  UPDATE projecting.control SET rebuild_done = $2, rollback_done = $3, may_differ = false WHERE projection = $1`;

/** Drops the builds that nothing points to any more. */
export async function dropRetired(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ schema: string }>(
    `SELECT schema_name AS schema FROM projecting.builds WHERE role = 'RETIRED'`,
  );
  for (const { schema } of rows) {
    await transaction(pool, async (session) => {
      await session.query(`SET LOCAL lock_timeout = '1s'`);
      await session.query(`DROP SCHEMA IF EXISTS ${quoted(schema)} CASCADE`);
      await session.query('DELETE FROM projecting.builds WHERE schema_name = $1', [schema]);
    });
  }
}

/** What is known of these projections; all that have builds or were ever controlled when no name is given. */
export async function readKnown(
  session: Pick<pg.ClientBase, 'query'>,
  projections?: readonly string[],
): Promise<ReadonlyMap<string, Known>> {
  const names = projections ?? null;
  const builds = await session.query<Build>(BUILDS, [names]);
  const controls = await session.query<Control & { projection: string }>(CONTROLS, [names]);
  const known = new Map<string, { control: Control; builds: Build[] }>();
  const of = (name: string) => {
    let entry = known.get(name);
    if (!entry) known.set(name, (entry = { control: NO_CONTROL, builds: [] }));
    return entry;
  };
  for (const name of projections ?? []) of(name);
  for (const { projection, ...control } of controls.rows) known.set(projection, { ...of(projection), control });
  for (const build of builds.rows) of(build.projection).builds.push(build);
  return known;
}

/** The build as it stands. Rejects with `StaleWorker` when it has another owner. */
export async function stateOf({ pool, build }: Work): Promise<Build> {
  const { rows } = await pool.query<Build>(`${BUILD} WHERE schema_name = $1 AND epoch = $2`, [
    build.schema,
    build.epoch,
  ]);
  if (!rows[0]) throw new StaleWorker(build.schema);
  return rows[0];
}

/** Stops a build until an operator, or a new program, has it tried again. Nothing to say about a build of another. */
export async function recordFailure(pool: pg.Pool, { schema, epoch }: OwnedBuild, failure: unknown): Promise<void> {
  if (failure instanceof StaleWorker) return;
  await pool.query(
    `WITH failed AS (
       UPDATE projecting.builds SET error = $3 WHERE schema_name = $1 AND epoch = $2 RETURNING schema_name
     )
     SELECT pg_notify('${CHANGED_CHANNEL}', '') FROM failed`,
    [schema, epoch, JSON.stringify(buildError(failure))],
  );
}

function buildError(failure: unknown): BuildError {
  const reason = messageOf(failure);
  if (failure instanceof LogChanged) return { reason, position: formatPosition(failure.position) };
  if (!(failure instanceof PoisonEvent)) return { reason };
  const { position, id, type } = failure.event;
  return { reason, position: formatPosition(position), eventId: id, eventType: type };
}

const NO_CONTROL: Control = {
  paused: false,
  rebuildAsked: 0n,
  rebuildDone: 0n,
  mayDiffer: false,
  rollbackAsked: 0n,
  rollbackDone: 0n,
};

const BUILD = `
  SELECT schema_name AS schema, projection, version, role, phase, must_equal AS "mustEqual", position, error, owner,
         owner IS NULL OR expires_at < now() AS free
    FROM projecting.builds`;

const BUILDS = `${BUILD}
   WHERE role <> 'RETIRED' AND ($1::text[] IS NULL OR projection = ANY ($1))`;

const CONTROLS = `
  SELECT projection, paused, rebuild_asked AS "rebuildAsked", rebuild_done AS "rebuildDone", may_differ AS "mayDiffer",
         rollback_asked AS "rollbackAsked", rollback_done AS "rollbackDone"
    FROM projecting.control
   WHERE $1::text[] IS NULL OR projection = ANY ($1)`;
