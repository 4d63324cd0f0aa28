import type pg from 'pg';
import type { OwnedBuild } from './checkpoint.js';

/** Something about builds, leases or control changed: look again. */
export const CHANGED_CHANNEL = 'rapport_projecting';

/**
 * Which builds this process works on. A lease runs out by the database's clock; taking one over raises the build's
 * epoch, which refuses every later write of the owner before.
 */
export class Leases {
  constructor(
    private readonly pool: pg.Pool,
    private readonly owner: string,
    private readonly ttlMs: number,
  ) {}

  /** Says that this process lives. Returns what it still owns, and how many processes share the work. */
  async renew(): Promise<{ owned: ReadonlyMap<string, OwnedBuild>; workers: number }> {
    const values = [this.owner, this.ttlMs];
    const workers = await this.pool.query<{ count: number }>(RENEW_WORKER, values);
    const { rows } = await this.pool.query<OwnedBuild & { busy: boolean }>(RENEW_BUILDS, values);
    const owned = new Map(rows.map(({ schema, epoch }) => [schema, { schema, epoch }]));
    for (const { schema, busy } of rows) {
      if (busy && (await this.pool.query(RENEW_BUSY, [...values, schema])).rowCount === 0) owned.delete(schema);
    }
    return { owned, workers: workers.rows[0]!.count };
  }

  /** Takes a build that nobody owns; undefined: somebody was faster. */
  async claim(schema: string): Promise<OwnedBuild | undefined> {
    const { rows } = await this.pool.query<OwnedBuild>(CLAIM, [this.owner, this.ttlMs, schema]);
    return rows[0];
  }

  /** Lets go of builds, so that others need not wait for the leases to run out. */
  async release(schemas: readonly string[]): Promise<void> {
    await this.pool.query(RELEASE, [this.owner, schemas]);
  }

  /** Lets go of everything. */
  async leave(): Promise<void> {
    await this.pool.query('DELETE FROM projecting.workers WHERE owner = $1', [this.owner]);
    await this.pool.query(RELEASE, [this.owner, null]);
  }
}

const RENEW_WORKER = `
  WITH me AS (
    INSERT INTO projecting.workers VALUES ($1, now() + $2 * interval '1 ms')
    ON CONFLICT (owner) DO UPDATE SET expires_at = excluded.expires_at
  ), gone AS (
    DELETE FROM projecting.workers WHERE expires_at < now() AND owner <> $1
  )
  SELECT 1 + count(*)::integer AS count FROM projecting.workers WHERE expires_at >= now() AND owner <> $1`;

/**
 * A batch that is being written holds the row of its build. Who waited for it with the other rows in hand would hold up
 * all their batches until then: those that are busy are left out here, and renewed one by one.
 */
const RENEW_BUILDS = `
  WITH free AS (
    SELECT schema_name FROM projecting.builds WHERE owner = $1 FOR UPDATE SKIP LOCKED
  ), renewed AS (
    UPDATE projecting.builds AS b SET expires_at = now() + $2 * interval '1 ms'
      FROM free WHERE b.schema_name = free.schema_name
    RETURNING b.schema_name
  )
  SELECT schema_name AS schema, epoch, renewed IS NULL AS busy
    FROM projecting.builds LEFT JOIN renewed USING (schema_name) WHERE owner = $1`;

const RENEW_BUSY = `
  UPDATE projecting.builds SET expires_at = now() + $2 * interval '1 ms' WHERE owner = $1 AND schema_name = $3`;

const CLAIM = `
  UPDATE projecting.builds
     SET owner = $1, expires_at = now() + $2 * interval '1 ms', epoch = epoch + 1
   WHERE schema_name = $3 AND role <> 'RETIRED' AND (owner IS NULL OR expires_at < now())
  RETURNING schema_name AS schema, epoch`;

const RELEASE = `
  WITH released AS (
    UPDATE projecting.builds SET owner = NULL, expires_at = NULL
     WHERE owner = $1 AND ($2::text[] IS NULL OR schema_name = ANY ($2))
    RETURNING schema_name
  )
  SELECT pg_notify('${CHANGED_CHANNEL}', '') FROM released`;
