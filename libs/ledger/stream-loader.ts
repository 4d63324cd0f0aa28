import type { Recorded } from '../event-sourcing/event.js';
import type { StreamName } from '../event-sourcing/stream.js';
import type { EventStore } from '../event-store/event-store.js';

interface Wanted {
  readonly from: number;
  readonly resolve: (events: readonly Recorded[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads the tails of streams; what is asked for while one read is under way goes into the next one together. */
export class StreamLoader {
  private waiting = new Map<StreamName, Wanted[]>();
  private reading = false;

  constructor(private readonly store: EventStore) {}

  /** Events of the stream from a revision on. */
  load(stream: StreamName, from: number): Promise<readonly Recorded[]> {
    return new Promise((resolve, reject) => {
      const wanted = { from, resolve, reject };
      const sameStream = this.waiting.get(stream);
      if (sameStream) sameStream.push(wanted);
      else this.waiting.set(stream, [wanted]);
      if (!this.reading) {
        this.reading = true;
        queueMicrotask(() => void this.readWaiting());
      }
    });
  }

  private async readWaiting(): Promise<void> {
    while (this.waiting.size > 0) {
      const taken = this.waiting;
      this.waiting = new Map();
      try {
        const tails = [...taken].map(([stream, all]) => ({ stream, from: Math.min(...all.map((one) => one.from)) }));
        const found = await this.store.readStreams(tails);
        for (const [stream, all] of taken) {
          const events = found.get(stream) ?? [];
          for (const one of all) one.resolve(events.filter((event) => event.revision >= one.from));
        }
      } catch (error) {
        this.failed(taken, error);
      }
    }
    this.reading = false;
  }

  /** An error that names a stream, as one that was deleted, is only for who asked for that; the others' are read again. */
  private failed(taken: ReadonlyMap<StreamName, Wanted[]>, error: unknown): void {
    const named = error instanceof Error && 'stream' in error ? error.stream : undefined;
    const isOfOne = [...taken.keys()].some((stream) => stream === named);
    for (const [stream, all] of taken) {
      if (!isOfOne || stream === named) for (const one of all) one.reject(error);
      else this.waiting.set(stream, [...all, ...(this.waiting.get(stream) ?? [])]);
    }
  }
}
