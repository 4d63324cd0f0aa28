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
import { FIRST_PAUSE_MS, isRefused, LONGEST_PAUSE_MS, unavailable, within } from './connection.js';
import { fromServer, type StoredEvent, type StreamNames } from './stored-event.js';

const PAGE_SIZE = 256;
const PAGE_BYTES = 4 << 20;
/** Events that the server looks through at once. After as many it says how far it has got, even without any of ours. */
export const SEARCH_WINDOW = 256;

export interface FollowSettings {
  readonly client: EventStoreDBClient;
  readonly names: StreamNames;
  /** Whoever has got so far has caught up. */
  readonly head: () => Promise<Position>;
}

export interface FollowedPage<K> {
  readonly events: readonly K[];
  readonly position: Position;
  readonly caughtUp: boolean;
}

/** What a follower holds of an event until it is asked for. */
export interface Kept {
  readonly position: Position;
}

export interface FollowOptions<K extends Kept> extends Pick<SubscribeOptions, 'from' | 'pageSize' | 'signal'> {
  /** Undefined: the event is not wanted. */
  readonly keep: (event: StoredEvent) => K | undefined;
  /** About the bytes of what was kept. */
  readonly weigh: (kept: K) => number;
  /** Ends with the first page that has caught up, and gives up when the server cannot be reached. */
  readonly toHead?: Patience;
}

export interface Patience {
  /** How long the server may keep silent. */
  readonly timeoutMs: number;
  /** How long it may take to come on by a page. */
  readonly patienceMs: number;
}

/** The log from a position on, over any number of lost connections. */
export async function* follow<K extends Kept>(
  settings: FollowSettings,
  options: FollowOptions<K>,
): AsyncGenerator<FollowedPage<K>> {
  const { signal, toHead } = options;
  let position = options.from ?? START;
  let pauseMs = FIRST_PAUSE_MS;
  const patience = () => Date.now() + (toHead?.patienceMs ?? Infinity);
  let until = patience();
  while (!signal?.aborted) {
    let feed: Feed<K> | undefined;
    try {
      // Old servers do not say when a subscription has caught up: it has when it passes what was the head before it.
      const head = await settings.head();
      if (toHead && position >= head) {
        yield { events: [], position, caughtUp: true };
        return;
      }
      feed = new Feed(settings, { ...options, from: position }, head);
      for await (const page of feed.pages()) {
        position = page.position;
        pauseMs = FIRST_PAUSE_MS;
        yield page;
        if (toHead && page.caughtUp) return;
        until = patience();
      }
      return;
    } catch (error) {
      if (isRefused(error)) throw error;
      if (Date.now() + pauseMs > until) throw unavailable(error);
      await delay(pauseMs, undefined, signal && { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    } finally {
      await feed?.close();
    }
  }
}

/**
 * One subscription of the client. Events wait in a queue of at most a page; while it is full, nothing is taken from the
 * client, so that the connection's flow control holds the server back.
 */
class Feed<K extends Kept> {
  private readonly subscription: AllStreamSubscription;
  private readonly queue: K[] = [];
  private weight = 0;
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
    private readonly settings: FollowSettings,
    private readonly options: FollowOptions<K> & { readonly from: Position },
    private readonly headAtStart: Position,
  ) {
    const { client, names } = settings;
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
          maxSearchWindow: SEARCH_WINDOW,
          checkpointInterval: 1,
          checkpointReached: (_, { commit, prepare }) => this.passed(commit, prepare),
        }),
        requiresLeader: true,
      },
      { highWaterMark: Math.min(pageSize, 16) },
    );
    this.subscription.on('readable', () => this.take());
    this.subscription.on('caughtUp', () => this.caughtUp());
    this.subscription.on('error', (error: Error) => this.fail(error));
    this.subscription.on('end', () => this.fail(new Error('The server ended the subscription.')));
  }

  /** Ends only when the signal aborts; throws when the connection is lost, after what had come before that. */
  async *pages(): AsyncGenerator<FollowedPage<K>> {
    const { signal } = this.options;
    const abort = () => this.wake();
    signal?.addEventListener('abort', abort);
    try {
      while (!signal?.aborted) {
        this.take();
        if (this.isDue) yield this.nextPage();
        else if (this.failure) throw this.failure;
        else await this.news();
      }
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Without it the server would go on sending to nobody. */
  async close(): Promise<void> {
    await this.subscription.unsubscribe().catch(() => undefined); // it never came about
  }

  private news(): Promise<void> {
    const news = new Promise<void>((resolve) => (this.wake = resolve));
    const { toHead } = this.options;
    return toHead ? within(toHead.timeoutMs, news) : news;
  }

  /** On the way to the head pages are gathered; what comes live is handed on at once. */
  private get isDue(): boolean {
    const isGathering = this.options.toHead && !this.live && !this.failure && !this.isFull;
    return this.moved || (this.queue.length > 0 && !isGathering);
  }

  private nextPage(): FollowedPage<K> {
    const events = this.queue.splice(0, this.pageSize);
    const drained = this.queue.length === 0;
    this.weight = this.queue.reduce((sum, kept) => sum + this.options.weigh(kept), 0);
    this.moved = false;
    this.leftOut = 0;
    return {
      events,
      position: drained ? this.seen : events.at(-1)!.position,
      caughtUp: this.live && drained && this.subscription.readableLength === 0,
    };
  }

  private get isFull(): boolean {
    return this.queue.length >= this.pageSize || this.weight >= PAGE_BYTES;
  }

  /** What the client holds, as far as there is room. */
  private take(all = false): void {
    while (all || !this.isFull) {
      const event = this.subscription.read() as AllStreamResolvedEvent | null;
      if (!event) break;
      this.receive(event);
    }
    if (this.queue.length > 0 || this.moved) this.wake();
  }

  private receive(resolved: AllStreamResolvedEvent): void {
    const event = fromServer(resolved, this.settings.names);
    if (!event) return;
    this.seen = event.position;
    const kept = this.options.keep(event);
    if (kept) {
      this.queue.push(kept);
      this.weight += this.options.weigh(kept);
    } else this.leftOut += 1;
    if (this.seen >= this.headAtStart) this.live = true;
    this.moved ||= this.live || this.leftOut >= this.pageSize;
  }

  /** What the client tells beside events comes after those that wait in it. */
  private caughtUp(): void {
    this.take(true);
    this.live = true;
    this.moved = true;
    this.wake();
  }

  /**
   * While a subscription catches up, checkpoints name the place after a record: everything before it has been looked
   * through, but it is no event's position, and the server would not read on from there. Only live ones count as seen.
   */
  private passed(commit: Position, prepare: Position): void {
    if (!this.live && commit > this.headAtStart) this.caughtUp();
    this.moved ||= this.queue.length > 0;
    this.wake(); // nothing of ours, but a sign of life
    if (commit !== prepare || commit <= this.seen) return;
    this.take(true);
    this.seen = commit;
    this.moved ||= this.live;
    this.wake();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }
}
