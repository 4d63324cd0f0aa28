import type pg from 'pg';
import type { Position } from '../event-sourcing/position.js';
import { PROJECTED_CHANNEL } from './checkpoint.js';
import { listen } from './listen.js';

/** While somebody waits, look as well: a message is only a hint, and the connection that brings it may be down. */
const LOOK_EVERY_MS = 200;

/**
 * How far the read models of the database are, for those who have to wait for one. Hears of every batch, so that the
 * usual question, about a position that was reached long ago, costs nothing.
 */
export class ProjectedPositions {
  private readonly known = new Map<string, Position>();
  private readonly waiting = new Set<() => void>();
  /** Runs while anybody waits. */
  private looking: NodeJS.Timeout | undefined;
  private readonly stop = new AbortController();
  private readonly listening: Promise<void>;

  /** Holds one connection of the pool until `close`. */
  constructor(private readonly pool: pg.Pool) {
    this.listening = listen(
      pool,
      PROJECTED_CHANNEL,
      {
        connected: () => this.look(),
        heard: (payload) => {
          const [name, position] = payload.split(' ');
          this.reached(name!, BigInt(position!));
        },
        // The database may have crashed, and come back a moment earlier than it was.
        lost: () => {
          this.known.clear();
        },
      },
      this.stop.signal,
    );
  }

  /**
   * Resolves once all these read models show everything up to a position, or when the time is over. The answer's
   * position is where the slowest of them is.
   */
  async waitFor(
    readModels: readonly string[],
    position: Position,
    timeoutMs: number,
  ): Promise<{ reached: boolean; position: Position }> {
    if (this.lowest(readModels, position) < position) await this.wait(readModels, position, timeoutMs);
    const lowest = this.lowest(readModels, position);
    return { reached: lowest >= position, position: lowest };
  }

  async close(): Promise<void> {
    this.stop.abort();
    for (const wake of this.waiting) wake();
    await this.listening;
  }

  private wait(readModels: readonly string[], position: Position, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timeout);
        this.waiting.delete(check);
        if (this.waiting.size === 0) clearInterval(this.looking);
        resolve();
      };
      const check = () => {
        if (this.stop.signal.aborted || this.lowest(readModels, position) >= position) done();
      };
      const timeout = setTimeout(done, timeoutMs);
      if (this.waiting.size === 0) {
        this.looking = setInterval(() => void this.look().catch(() => undefined), LOOK_EVERY_MS);
      }
      this.waiting.add(check);
    });
  }

  /** Where the slowest is; a read model that nobody builds is at the start. `position` when there are none to wait for. */
  private lowest(readModels: readonly string[], position: Position): Position {
    if (readModels.length === 0) return position;
    return readModels.map((name) => this.known.get(name) ?? 0n).reduce((low, next) => (next < low ? next : low));
  }

  private async look(): Promise<void> {
    const { rows } = await this.pool.query<{ projection: string; position: Position }>(
      // What is still loaded in bulk has no derived columns: it shows no position yet.
      `SELECT projection, position FROM projecting.builds WHERE role = 'LIVE' AND phase = 'FOLLOWING'`,
    );
    for (const row of rows) this.reached(row.projection, row.position);
  }

  private reached(name: string, position: Position): void {
    if (position <= (this.known.get(name) ?? -1n)) return;
    this.known.set(name, position);
    for (const check of this.waiting) check();
  }
}
