/**
 * What a subscription resolver returns: `return`, which comes when the subscriber leaves, ends it at once by the signal
 * that the source listens to. An async generator alone would end only after its next event.
 */
export function endable<Item>(follow: (signal: AbortSignal) => AsyncIterable<Item>): AsyncIterableIterator<Item, void> {
  const left = new AbortController();
  const iterator = follow(left.signal)[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    async return() {
      left.abort();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
