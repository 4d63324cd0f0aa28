import type pg from 'pg';
import { retrying } from './retry.js';

export interface Listener {
  /** A connection stands: what was said before may have been missed. */
  readonly connected: () => void | Promise<void>;
  readonly heard: (payload: string) => void;
  readonly lost?: () => void;
}

/** Listens to a channel until the signal aborts, over lost connections. Holds one connection of the pool. */
export async function listen(pool: pg.Pool, channel: string, listener: Listener, signal: AbortSignal): Promise<void> {
  await retrying(
    signal,
    () => undefined,
    async (progressed) => {
      const session = await pool.connect();
      try {
        const ended = new Promise<never>((_, reject) => {
          session.once('error', reject);
          session.once('end', () => {
            reject(new Error('The connection was closed.'));
          });
        });
        ended.catch(() => undefined);
        session.on('notification', ({ payload }) => {
          listener.heard(payload ?? '');
        });
        await session.query(`LISTEN ${channel}`);
        await listener.connected();
        progressed();
        await Promise.race([ended, aborted(signal)]);
      } finally {
        listener.lost?.();
        session.release(true);
      }
    },
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else {
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    }
  });
}
