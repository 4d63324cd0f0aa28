import type { RequestError } from '../request-error.js';

export interface Following<Result> {
  readonly executeOn: (payload: unknown) => Promise<Result> | Result;
  /** What is said last when the source fails. */
  readonly onFailure: (error: unknown) => Result;
  /** When it ends by itself, and why; absent: never. */
  readonly expiry?: { readonly inMs: number; readonly reason: RequestError } | undefined;
}

/** A timer cannot wait longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One result per event of a source; when it fails or expires, one more that says so. Not an async generator function:
 * `return` of such a one waits until the pending `next` settles, which for a quiet ledger may be never. Here it reaches
 * the source at once.
 */
export function eachExecuted<Result>(
  source: AsyncIterable<unknown>,
  { executeOn, onFailure, expiry }: Following<Result>,
): AsyncGenerator<Result, void> {
  const iterator = source[Symbol.asyncIterator]();
  const done = { value: undefined, done: true as const };
  let ended = false;
  let expired: RequestError | undefined;
  const expire = (): void => {
    expired = expiry?.reason;
    void iterator.return?.();
  };
  const timer = expiry && setTimeout(expire, Math.min(expiry.inMs, LONGEST_TIMER_MS)).unref();
  const end = async (): Promise<typeof done> => {
    ended = true;
    clearTimeout(timer);
    await iterator.return?.();
    return done;
  };
  return {
    async next() {
      if (ended) return done;
      try {
        const event = await iterator.next();
        if (!event.done) return { value: await executeOn(event.value), done: false };
        if (expired) throw expired;
        return await end();
      } catch (error) {
        await end();
        return { value: onFailure(error), done: false };
      }
    },
    return: end,
    async throw(error) {
      await end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}
