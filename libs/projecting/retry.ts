import { setTimeout as delay } from 'node:timers/promises';
import { LogChanged, messageOf, NotTheSame, PoisonEvent, StaleWorker } from './failures.js';

const FIRST_MS = 50;
const LONGEST_MS = 5000;

/**
 * Runs `attempt` until it resolves or the signal aborts. What may pass (a lost connection, a restarting server) is
 * tried again, ever more slowly until the attempt says that it got on. What will not pass is thrown: `StaleWorker`,
 * `PoisonEvent`, `LogChanged`, `NotTheSame`.
 */
export async function retrying(
  signal: AbortSignal,
  report: (problem: string) => void,
  attempt: (progressed: () => void) => Promise<void>,
): Promise<void> {
  let waitMs = FIRST_MS;
  while (!signal.aborted) {
    try {
      return await attempt(() => (waitMs = FIRST_MS));
    } catch (error) {
      if (isFinal(error)) throw error;
      if (signal.aborted) return;
      report(messageOf(error));
      await pause(waitMs * (0.5 + Math.random() / 2), signal);
      waitMs = Math.min(waitMs * 2, LONGEST_MS);
    }
  }
}

const FINAL = [StaleWorker, PoisonEvent, LogChanged, NotTheSame];
const isFinal = (error: unknown): boolean => FINAL.some((type) => error instanceof type);

/** Ends early, without an error, when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
