/**
 * One result per event of a source; when the source fails, one more that says so. Not an async generator function: `return` of such a one waits until the pending
 * `next` settles, which for a quiet ledger may be never. Here it reaches the source at once.
 */
export function eachExecuted<Result>(
  source: AsyncIterable<unknown>,
  executeOn: (payload: unknown) => Promise<Result> | Result,
  onFailure: (error: unknown) => Result,
): AsyncGenerator<Result, void> {
  const iterator = source[Symbol.asyncIterator]();
  let failed = false;
  const done = { value: undefined, done: true as const };
  const end = async (): Promise<typeof done> => {
    await iterator.return?.();
    return done;
  };
  return {
    async next() {
      if (failed) return done;
      try {
        const event = await iterator.next();
        return event.done ? done : { value: await executeOn(event.value), done: false };
      } catch (error) {
        failed = true;
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
