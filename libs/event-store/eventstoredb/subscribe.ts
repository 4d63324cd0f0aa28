import {
  START as FIRST,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';
import { START, type Position } from '../../event-sourcing/position.js';
import type { SubscribeOptions } from '../event-store.js';
import { FIRST_PAUSE_MS, isRefused, LONGEST_PAUSE_MS } from './connection.js';
import type { LogReader } from './read.js';
import type { StoredEvent, StreamNames } from './stored-event.js';

const PAGE_SIZE = 256;
/** Times 32 events of others: how often the server says how far it has got without any of ours. */
const CHECKPOINT_INTERVAL = 8;

export interface FollowedPage<Kept> {
  readonly events: readonly Kept[];
  readonly position: Position;
  readonly caughtUp: boolean;
}

export interface FollowOptions<Kept> extends Pick<SubscribeOptions, 'from' | 'pageSize' | 'signal'> {
  /** What to hold of an event until it is asked for; undefined: nothing. */
  readonly keep: (event: StoredEvent) => Kept | undefined;
}

/** The log from a position on, over any number of lost connections. */
export async function* follow<Kept extends { readonly position: Position }>(
  client: EventStoreDBClient,
  names: StreamNames,
  reader: LogReader,
  options: FollowOptions<Kept>,
): AsyncGenerator<FollowedPage<Kept>> {
  let position = options.from ?? START;
  let pauseMs = FIRST_PAUSE_MS;
  while (!options.signal?.aborted) {
    let feed: Feed<Kept> | undefined;
    try {
      // Old servers do not say when a subscription has caught up: it has when it passes what was the head before it.
      const head = await reader.head();
      feed = new Feed(client, names, reader, { ...options, from: position }, head);
      for await (const page of feed.pages()) {
        position = page.position;
        pauseMs = FIRST_PAUSE_MS;
        yield page;
      }
      return;
    } catch (error) {
      if (isRefused(error)) throw error;
      await delay(pauseMs, undefined, options.signal && { signal: options.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    } finally {
      await feed?.close();
    }
  }
}

/**
 * One subscription of the client. Events wait in a queue of at most a page; while it is full nothing is taken from the
 * client, so that the connection's flow control holds the server back.
 */
class Feed<Kept extends { readonly position: Position }> {
  private readonly subscription: AllStreamSubscription;
  private readonly queue: Kept[] = [];
  private readonly pageSize: number;
  /** Everything up to here has been taken from the client. */
  private seen: Position;
  private live: boolean;
  private leftOut = 0;
  /** There is something to tell even if the queue is empty. */
  private moved: boolean;
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  constructor(
    client: EventStoreDBClient,
    names: StreamNames,
    private readonly reader: LogReader,
    private readonly options: FollowOptions<Kept> & { readonly from: Position },
    private readonly headAtStart: Position,
  ) {
    const { from, pageSize = PAGE_SIZE } = options;
    this.pageSize = pageSize;
    this.seen = from;
    this.live = from >= headAtStart;
    this.moved = this.live;
    this.subscription = client.subscribeToAll(
      {
        fromPosition: from === START ? FIRST : { commit: from, prepare: from },
        filter: streamNameFilter({
          prefixes: [names.prefix],
          checkpointInterval: CHECKPOINT_INTERVAL,
          checkpointReached: (_, { commit, prepare }) => this.passed(commit, prepare),
        }),
        requiresLeader: true,
      },
      { highWaterMark: Math.min(pageSize, 16) },
    );
    this.subscription.on('readable', () => this.take(pageSize));
    this.subscription.on('caughtUp', () => this.caughtUp());
    this.subscription.on('error', (error: Error) => this.fail(error));
    this.subscription.on('end', () => this.fail(new Error('The server ended the subscription.')));
  }

  /** Ends only when the signal aborts; throws when the connection is lost, after what had come before that. */
  async *pages(): AsyncGenerator<FollowedPage<Kept>> {
    const { signal } = this.options;
    const abort = () => this.wake();
    signal?.addEventListener('abort', abort);
    try {
      while (!signal?.aborted) {
        this.take(this.pageSize);
        if (this.queue.length > 0 || this.moved) yield this.nextPage();
        else if (this.failure) throw this.failure;
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Without it the server would go on sending to nobody. */
  async close(): Promise<void> {
    await this.subscription.unsubscribe().catch(() => undefined); // it never came about
  }

  private nextPage(): FollowedPage<Kept> {
    const events = this.queue.splice(0, this.pageSize);
    const drained = this.queue.length === 0;
    this.moved = false;
    this.leftOut = 0;
    return {
      events,
      position: drained ? this.seen : events.at(-1)!.position,
      caughtUp: this.live && drained && this.subscription.readableLength === 0,
    };
  }

  private take(most: number): void {
    while (this.queue.length < most) {
      const event = this.subscription.read() as AllStreamResolvedEvent | null;
      if (!event) break;
      this.receive(this.reader.own(event)!);
    }
    if (this.queue.length > 0 || this.moved) this.wake();
  }

  private receive(event: StoredEvent): void {
    this.seen = event.position;
    const kept = this.options.keep(event);
    if (kept) this.queue.push(kept);
    else this.leftOut += 1;
    if (this.seen >= this.headAtStart) this.live = true;
    this.moved ||= this.live || this.leftOut >= this.pageSize;
  }

  /** What the client tells beside events comes after those that wait in it. */
  private caughtUp(): void {
    this.take(Infinity);
    this.live = true;
    this.moved = true;
    this.wake();
  }

  /**
   * While a subscription catches up, checkpoints name the place after a record: no event's position, and the server
   * would not read on from there. Only live ones count.
   */
  private passed(commit: Position, prepare: Position): void {
    if (commit !== prepare || commit <= this.seen) return;
    this.take(Infinity);
    this.seen = commit;
    this.moved ||= this.live;
    this.wake();
  }

  private fail(error: Error): void {
    this.failure = error;
    this.wake();
  }
}
