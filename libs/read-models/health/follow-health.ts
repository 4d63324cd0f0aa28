import type pg from 'pg';
import { PROJECTED_CHANNEL } from '../../projecting/checkpoint.js';
import { StaleWorker } from '../../projecting/failures.js';
import { listen } from '../../projecting/listen.js';
import { pause, retrying } from '../../projecting/retry.js';
import { LiveHealth } from './live-health.js';

export interface HealthFollower {
  /** Ends after the transaction in work is written. */
  stop(): Promise<void>;
}

/** One of all processes follows: this lock says which. */
const TRY_LOCK = `SELECT pg_try_advisory_lock(hashtext('rapport health')) AS mine`;

/** How long the others wait until they look whether the one that follows is gone; nothing heard is asked for as often. */
const PATIENCE_MS = 1000;

/** Keeps live health at the head of what it follows from, together with all other processes that would. */
export function followHealth(pool: pg.Pool, report: (problem: string) => void): HealthFollower {
  const stopping = new AbortController();
  const { signal } = stopping;
  let nudge = new AbortController();
  const look = (): void => {
    nudge.abort();
  };
  signal.addEventListener('abort', look);
  const following = retrying(signal, report, async (progressed) => {
    const lock = await pool.connect();
    try {
      while (!signal.aborted) {
        const { rows } = await lock.query<{ mine: boolean }>(TRY_LOCK);
        if (rows[0]!.mine) break;
        await pause(PATIENCE_MS, signal);
      }
      const health = await LiveHealth.takeOver(pool);
      while (!signal.aborted) {
        nudge = new AbortController();
        if (await health.proceed()) progressed();
        else {
          await lock.query('SELECT 1'); // the lock is held as long as its session
          await pause(PATIENCE_MS, nudge.signal);
        }
      }
    } catch (error) {
      throw error instanceof StaleWorker ? new Error(error.message) : error; // tried again, when it is our turn
    } finally {
      lock.release(true);
    }
  });
  const listening = listen(pool, PROJECTED_CHANNEL, { connected: look, heard: look }, signal);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([following, listening]);
    },
  };
}
