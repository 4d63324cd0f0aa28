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

/**
 * After a look it rests twice as long as the look took, within these bounds: what comes meanwhile is taken together, and
 * those who write and read beside it have two thirds of the time for themselves.
 */
const REST = 2;
const SHORTEST_REST_MS = 5;
const LONGEST_REST_MS = 500;

/** What it follows from. */
const READ: readonly string[] = ['directory', 'facts', 'metric_definitions'];

/** Keeps live health at the head of what it follows from, together with all other processes that would. */
export function followHealth(pool: pg.Pool, report: (problem: string) => void): HealthFollower {
  const stopping = new AbortController();
  const { signal } = stopping;
  const [news, orders] = [new News(), new News()];
  const look = (): void => {
    news.tell();
  };
  signal.addEventListener('abort', () => {
    look();
    orders.tell();
  });
  const following = retrying(signal, report, async (progressed) => {
    const lock = await pool.connect();
    const ending = new AbortController();
    const ended = AbortSignal.any([signal, ending.signal]);
    try {
      while (!signal.aborted) {
        const { rows } = await lock.query<{ mine: boolean }>(TRY_LOCK);
        if (rows[0]!.mine) break;
        await pause(PATIENCE_MS, signal);
      }
      const health = await LiveHealth.takeOver(pool);
      // The lock is held as long as its session.
      const hold = () => lock.query('SELECT 1');
      const work = [follow(health, news, orders, ended, hold, progressed), build(health, news, orders, ended)];
      await Promise.all(work).finally(async () => {
        ending.abort();
        news.tell();
        orders.tell();
        await Promise.allSettled(work);
      });
    } catch (error) {
      throw error instanceof StaleWorker ? new Error(error.message) : error; // tried again, when it is our turn
    } finally {
      lock.release(true);
    }
  });
  const heard = (payload: string): void => {
    if (READ.includes(payload.slice(0, payload.indexOf(' ')))) look();
  };
  const listening = listen(pool, PROJECTED_CHANNEL, { connected: look, heard }, signal);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([following, listening]);
    },
  };
}

async function follow(
  health: LiveHealth,
  news: News,
  orders: News,
  signal: AbortSignal,
  hold: () => Promise<unknown>,
  progressed: () => void,
): Promise<void> {
  while (!signal.aborted) {
    const next = news.next();
    const begun = performance.now();
    const hasProgressed = await health.follow();
    const tookMs = performance.now() - begun;
    if (health.isBuilding) orders.tell();
    if (hasProgressed) {
      progressed();
      await pause(Math.min(Math.max(tookMs * REST, SHORTEST_REST_MS), LONGEST_REST_MS), signal);
    } else {
      await hold();
      await pause(PATIENCE_MS, next);
    }
  }
}

/** Beside it: live health does not wait for what is built. */
async function build(health: LiveHealth, news: News, orders: News, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const next = orders.next();
    if (await health.build()) news.tell();
    else await pause(PATIENCE_MS, next);
  }
}

/** Left to itself, every abort makes an exception with its stack. */
const NEWS = 'news';

/** Wakes whoever waits for what comes next. */
class News {
  private coming = new AbortController();

  /** Aborts with the next news. */
  next(): AbortSignal {
    return this.coming.signal;
  }

  tell(): void {
    this.coming.abort(NEWS);
    this.coming = new AbortController();
  }
}
