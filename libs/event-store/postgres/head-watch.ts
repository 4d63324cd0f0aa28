import type pg from 'pg';
import { CHANNEL } from './append-function.js';
import { HeldConnection } from './connection.js';

const POLL_MS = 1_000;

/**
 * Tells those who wait that the log has grown: one LISTEN connection for all, opened when somebody first waits. A
 * message can be lost with its connection, so nobody waits for one longer than a second.
 */
export class HeadWatch {
  private readonly connection: HeldConnection;
  private readonly waiting = new Set<() => void>();
  private count = 0;
  private connects = 0;

  constructor(pool: pg.Pool) {
    this.connection = new HeldConnection(pool, async (client) => {
      client.on('notification', () => this.tell());
      await client.query(`LISTEN ${CHANNEL}`);
      this.connects++;
      this.tell(); // whatever came before was not heard
    });
  }

  /** Changes heard of so far. */
  get changes(): number {
    return this.count;
  }

  /** Connections made so far: between two of them nothing was heard. */
  get sessions(): number {
    return this.connects;
  }

  /** Resolves when there have been other changes than the caller knew of before it read, or after a second. */
  async changed(known: number, signal: AbortSignal): Promise<void> {
    if (this.count !== known || signal.aborted) return;
    this.connection.get().catch(() => undefined); // without it the second passes
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, POLL_MS);
      signal.addEventListener('abort', done);
      this.waiting.add(done);
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private tell(): void {
    this.count++;
    for (const done of this.waiting) done();
  }
}
