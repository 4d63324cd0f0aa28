import type { Recorded } from '../../event-sourcing/event.js';
import type { Position } from '../../event-sourcing/position.js';
import type { EventStore, Page } from '../../event-store/event-store.js';

/** Events of the newest stretch of the log that are kept in memory for those who follow closely. */
const KEPT_EVENTS = 5000;

type Read = Pick<Page, 'events' | 'position'>;

/**
 * The log for many followers at the price of one subscription. Who is further behind than the kept stretch reads the
 * log by himself until he has caught up. A follower is a place and no queue: a slow one costs no memory, and nobody
 * misses an event or gets one twice.
 */
export class LiveLog {
  private readonly followers = new Set<{ wake: () => void }>();
  private tail: Tail | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly keptEvents = KEPT_EVENTS,
  ) {}

  /** Every event after the position (absent: from now on), until the signal aborts. */
  async *follow(after: Position | undefined, signal: AbortSignal): AsyncGenerator<readonly Recorded[], void> {
    const follower = { wake: (): void => undefined };
    this.followers.add(follower);
    signal.addEventListener('abort', () => {
      follower.wake();
    });
    try {
      this.tail ??= new Tail(this.store, this.keptEvents, () => {
        for (const { wake } of this.followers) wake();
      });
      const tail = this.tail;
      const head = await tail.started;
      for (let at = after ?? head; !signal.aborted;) {
        const { events, position } = tail.after(at) ?? (await this.readBetween(at, tail.from));
        if (events.length > 0) yield events;
        else if (position === at) await new Promise<void>((resolve) => (follower.wake = resolve));
        at = position;
      }
    } finally {
      this.followers.delete(follower);
      if (this.followers.size === 0) {
        this.tail?.end();
        this.tail = undefined;
      }
    }
  }

  /** The next page after a position. When it has no events there are none up to `kept`, where memory begins. */
  private async readBetween(position: Position, kept: Position): Promise<Read> {
    for await (const page of this.store.readAll({ from: position })) if (page.events.length > 0) return page;
    return { events: [], position: kept };
  }
}

/** The newest stretch of the log in memory, growing at its end and cut at its beginning. */
class Tail {
  /** The head of the log when it began. */
  readonly started: Promise<Position>;
  /** What comes after this position is kept. */
  from: Position = 0n;
  private readonly stretches: Read[] = [];
  private readonly ended = new AbortController();
  private kept = 0;
  private position: Position = 0n;
  private failure: unknown;

  constructor(
    private readonly store: EventStore,
    private readonly keptEvents: number,
    private readonly onMove: () => void,
  ) {
    this.started = this.begin();
  }

  /** What is kept after the position; undefined when that begins before what is kept. Throws when the log failed. */
  after(position: Position): Read | undefined {
    if (this.failure !== undefined) throw this.failure as Error;
    if (position < this.from) return undefined;
    const stretch = this.stretches.find((one) => one.position > position);
    if (!stretch) return { events: [], position };
    return { events: stretch.events.filter((event) => event.position > position), position: stretch.position };
  }

  end(): void {
    this.ended.abort();
  }

  private async begin(): Promise<Position> {
    this.from = this.position = await this.store.head();
    void this.run().catch((error: unknown) => {
      this.failure = error;
      this.onMove();
    });
    return this.position;
  }

  private async run(): Promise<void> {
    for await (const page of this.store.subscribe({ from: this.position, signal: this.ended.signal })) {
      if (page.events.length === 0) continue;
      this.stretches.push(page);
      this.kept += page.events.length;
      while (this.kept > this.keptEvents && this.stretches.length > 1) {
        const oldest = this.stretches.shift()!;
        this.kept -= oldest.events.length;
        this.from = oldest.position;
      }
      this.position = page.position;
      this.onMove();
    }
  }
}
