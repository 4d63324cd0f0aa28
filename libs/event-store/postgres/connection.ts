import pg from 'pg';
import { StoreUnavailable, UnsafeStore } from '../errors.js';

/** The connection broke, or the server ended it: a statement under way may or may not have been committed. */
export const isConnectionLost = (error: unknown): boolean =>
  error instanceof pg.DatabaseError ? /^(08|57P0[12])/.test(error.code ?? '') : !(error instanceof TypeError);

/** The server answered that it cannot now (starting, full, read-only, closed to us, cancelled): nothing was written. */
const isTurnedAway = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && /^(25006|28|3D|53|55000|57)/.test(error.code ?? '');

/** What callers of the store are told of a statement that failed for good. */
export const asStoreError = (error: unknown): unknown =>
  isConnectionLost(error) || isTurnedAway(error) ? unavailable(error) : error;

const unavailable = (cause: unknown) => new StoreUnavailable('PostgreSQL cannot be reached.', { cause });

/** One connection of the pool, held: opened when it is first needed, and anew after it was lost. */
export class HeldConnection {
  private opening: Promise<pg.PoolClient> | undefined;
  private held: pg.PoolClient | undefined;
  private closed = false;

  constructor(
    private readonly pool: pg.Pool,
    /** Runs on every new connection before its first use; one that it rejects is thrown away. */
    private readonly prepare: (client: pg.PoolClient) => Promise<void>,
  ) {}

  /** Rejects with `StoreUnavailable`, or with `UnsafeStore` from `prepare`. */
  get(): Promise<pg.PoolClient> {
    if (this.closed) return Promise.reject(new StoreUnavailable('The event store is closed.'));
    return (this.opening ??= this.open());
  }

  /** Throws the connection away; what was under way on it stays unanswered. */
  drop(client: pg.PoolClient): void {
    if (this.held !== client) return;
    this.held = this.opening = undefined;
    client.release(true);
  }

  async close(): Promise<void> {
    this.closed = true;
    const client = await this.opening?.catch(() => undefined);
    if (client) this.drop(client);
  }

  private async open(): Promise<pg.PoolClient> {
    let client: pg.PoolClient | undefined;
    try {
      const opened = (client = await this.pool.connect());
      this.held = opened;
      opened.once('end', () => this.drop(opened));
      await this.prepare(opened);
      return opened;
    } catch (error) {
      if (client) this.drop(client);
      else this.opening = undefined;
      throw error instanceof UnsafeStore ? error : unavailable(error);
    }
  }
}

/** Rejects with `UnsafeStore` where an acknowledged event could be lost. */
export async function assertDurable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM pg_settings
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'`,
  );
  if (rows.length > 0) {
    const off = rows.map(({ name }) => name).join(', ');
    throw new UnsafeStore(`PostgreSQL runs with ${off} off: it could lose events that it has acknowledged.`);
  }
}
