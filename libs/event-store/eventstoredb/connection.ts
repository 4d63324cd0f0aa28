import { BACKWARDS, END, EventStoreDBClient, type StreamingRead } from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '../errors.js';

/**
 * `esdb://…` or `esdb+discover://…`. Nothing is sent before the first call.
 *
 * The client would send appends over one BatchAppend stream if the server offers it, and must not: when that stream
 * breaks while appends wait for room in it, the client leaves rejected promises that nobody can catch, which end the
 * process; answers are kept in one map per process, so a stream that breaks fails the appends of every other one; and
 * an append without an answer waits for ever. As calls of their own (Append) they have deadlines and fail alone.
 */
export function connect(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url);
  Object.defineProperties(client, {
    supports: { value: () => Promise.resolve(false) },
    throwOnAppendFailure: { value: true }, // the other way of telling loses the revision found
  });
  return client;
}

/** Rejects with `StoreUnavailable` unless the server answers. */
export async function reach(url: string, timeoutMs: number): Promise<void> {
  const client = connect(url);
  try {
    await collect(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }), timeoutMs);
  } catch (error) {
    throw unavailable(error);
  } finally {
    await client.dispose();
  }
}

/** Rejects when an answer takes too long. The call itself may go on: whoever asks says how it ends. */
export async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `The event store did not answer within ${timeoutMs} ms.`;
    timer = setTimeout(() => reject(new StoreUnavailable(message)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All events of a bounded read. The client gives reads no deadline. */
export async function collect<E>(read: StreamingRead<E>, timeoutMs: number): Promise<E[]> {
  const events: E[] = [];
  const whole = new Promise<E[]>((resolve, reject) => {
    read.on('data', (event) => events.push(event));
    read.on('end', () => resolve(events));
    read.on('error', reject);
  });
  try {
    return await within(timeoutMs, whole);
  } catch (error) {
    await read.cancel().catch(() => undefined); // it never began
    throw error;
  }
}

/** gRPC codes of answers that would be the same if the call were repeated. */
const DEFINITE = new Set<unknown>([
  3, // invalid argument
  7, // permission denied
  9, // failed precondition: the stream was deleted
  11, // out of range
  12, // unimplemented
  16, // unauthenticated
]);

/** The server answered, and would answer the same again. Everything else may be a matter of the connection. */
export const isRefused = (error: unknown): boolean => DEFINITE.has(codeOf(error)) || isInvalidPosition(error);

/** No record of the log begins at the position that was asked for. Subscriptions and reads say so differently. */
export const isInvalidPosition = (error: unknown): boolean =>
  error instanceof Error && /InvalidPosition|invalid position/.test(error.message);

/** There was no connection to send over: the server cannot have seen the call. */
export const wasNeverSent = (error: unknown): boolean =>
  error instanceof Error && /No connection established|Failed to discover/.test(error.message);

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

export const unavailable = (error: unknown): StoreUnavailable =>
  error instanceof StoreUnavailable
    ? error
    : new StoreUnavailable('The event store could not be reached.', { cause: error });

export const FIRST_PAUSE_MS = 20;
export const LONGEST_PAUSE_MS = 2_000;

/**
 * Repeats what a lost connection made fail, with growing pauses. After a restart of the server the first call of each
 * channel fails, so one failure says little.
 */
export async function patiently<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (isRefused(error)) throw error;
      if (Date.now() + pauseMs > until) throw unavailable(error);
      await delay(pauseMs);
    }
  }
}
