import {
  BACKWARDS,
  END,
  FORWARDS,
  START as FIRST,
  StreamNotFoundError,
  type AllStreamResolvedEvent,
  type Direction,
  type EventStoreDBClient,
  type ReadRevision,
  type ResolvedEvent,
} from '@eventstore/db-client';
import type { Recorded } from '../../event-sourcing/event.js';
import { START, type Position } from '../../event-sourcing/position.js';
import type { StreamName } from '../../event-sourcing/stream.js';
import type { Codec } from '../codec.js';
import type { Page, ReadAllOptions, ReadStreamOptions, StreamTail } from '../event-store.js';
import { collect, isInvalidPosition, patiently } from './connection.js';
import { decode, fromServer, hashOf, isWanted, weightOf, type StoredEvent, type StreamNames } from './stored-event.js';

const PAGE_SIZE = 256;
const FIRST_PAGE_SIZE = 64;
/** A page of large events is smaller. */
const PAGE_BYTES = 4 << 20;
const STREAMS_AT_ONCE = 16;
const LONGEST_LOOK_BACK = 512;

export interface ReadSettings {
  readonly client: EventStoreDBClient;
  readonly names: StreamNames;
  readonly codec: Codec;
  /** For one call to the server. */
  readonly timeoutMs: number;
  /** How long a read is repeated while the server cannot be reached. */
  readonly patienceMs: number;
}

// A follower of the cluster may lag behind what the leader has acknowledged.
const FROM_LEADER = { requiresLeader: true } as const;

/** Reads in bounded pages: nothing here can be left half-read on the server. */
export class LogReader {
  private lastLook: { readonly through: Position; readonly head: Position } | undefined;

  constructor(private readonly settings: ReadSettings) {}

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncGenerator<Recorded> {
    const backwards = options.direction === 'backwards';
    let from = options.from ?? (backwards ? undefined : 0);
    for (let left = options.limit ?? Infinity; left > 0; left -= PAGE_SIZE) {
      const asked = Math.min(left, PAGE_SIZE);
      const page = await this.streamPage(stream, from, backwards ? BACKWARDS : FORWARDS, asked);
      for (const event of page) yield decode(this.settings.codec, event);
      if (page.length < asked) return;
      from = page.at(-1)!.revision + (backwards ? -1 : 1);
      if (from < 0) return;
    }
  }

  async readStreams(wanted: readonly StreamTail[]): Promise<ReadonlyMap<StreamName, readonly Recorded[]>> {
    const found = new Map<StreamName, readonly Recorded[]>();
    const queue = wanted.values();
    const work = async () => {
      for (const { stream, from } of queue) {
        const events = await this.eventsFrom(stream, from);
        if (events.length > 0) found.set(stream, events);
      }
    };
    await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, work));
    return found;
  }

  /** The event at a revision; undefined when the stream has not got so far. */
  async eventAt(stream: StreamName, revision: number): Promise<StoredEvent | undefined> {
    const [event] = await this.streamPage(stream, revision, FORWARDS, 1);
    return event?.revision === revision ? event : undefined;
  }

  async eventsFrom(stream: StreamName, from: number, limit = Infinity): Promise<Recorded[]> {
    const events: Recorded[] = [];
    for await (const event of this.readStream(stream, { from, limit })) events.push(event);
    return events;
  }

  async lastRevision(stream: StreamName): Promise<number | 'none'> {
    const [event] = await this.streamPage(stream, undefined, BACKWARDS, 1);
    return event?.revision ?? 'none';
  }

  async *readAll({ direction = 'forwards', ...options }: ReadAllOptions = {}): AsyncGenerator<Page> {
    const { pageSize = PAGE_SIZE, limit = Infinity } = options;
    if (limit === 0) return;
    const wanted = isWanted(options);
    let left = limit;
    let position = options.from;
    for await (const { page, atEnd } of this.rawPages(position, direction, limit)) {
      const events = page
        .flatMap((event) => this.own(event) ?? [])
        .filter(wanted)
        .slice(0, left);
      left -= events.length;
      while (events.length > pageSize) {
        const part = events.splice(0, pageSize);
        yield this.toPage(part, part.at(-1)!.position, false);
      }
      if (left === 0) position = events.at(-1)?.position ?? position;
      else if (page.length > 0) position = positionOf(page.at(-1)!);
      yield this.toPage(events, position ?? START, atEnd && left > 0);
      if (left === 0) return;
    }
  }

  /** What others wrote included. Without a limit the next page is on its way while the consumer is busy with one. */
  private async *rawPages(after: Position | undefined, direction: 'forwards' | 'backwards', limit: number) {
    let size = Math.min(limit, FIRST_PAGE_SIZE);
    const read = async (from: Position | undefined) => {
      const asked = size;
      const page = await this.allPage(from, direction, asked);
      const weight = page.reduce((sum, { event }) => sum + weightOf(event?.data), 1);
      size = Math.ceil(Math.min(PAGE_SIZE, size * 4, (PAGE_BYTES * page.length) / weight));
      return { page, atEnd: page.length < asked };
    };
    let coming: ReturnType<typeof read> | undefined;
    for (let from = after; ;) {
      const { page, atEnd } = await (coming ?? read(from));
      if (!atEnd) from = positionOf(page.at(-1)!);
      if (!atEnd && limit === Infinity) {
        coming = read(from);
        coming.catch(() => undefined); // when nobody comes back for it
      }
      yield { page, atEnd };
      if (atEnd) return;
    }
  }

  toPage(events: readonly StoredEvent[], position: Position, caughtUp: boolean): Page {
    const last = events.at(-1);
    return {
      events: events.map((event) => decode(this.settings.codec, event)),
      position,
      ...(last && { hash: hashOf(last) }),
      caughtUp,
    };
  }

  /**
   * The last event of ours, found by reading backwards past what others wrote. How far the last look reached is kept,
   * so the next one reads only what is new.
   */
  async head(): Promise<Position> {
    let newest: Position | undefined;
    let from: Position | undefined;
    for (let count = 1; ; count = Math.min(count * 4, LONGEST_LOOK_BACK)) {
      const page = await this.allPage(from, 'backwards', count);
      newest ??= page[0] && positionOf(page[0]);
      for (const event of page) {
        const position = positionOf(event);
        if (position === this.lastLook?.through) return this.looked(newest!, this.lastLook.head);
        if (this.isOwn(event)) return this.looked(newest!, position);
      }
      if (page.length < count) return this.looked(newest ?? START, START);
      from = positionOf(page.at(-1)!);
    }
  }

  /** How many events of ours come after one position, up to another. */
  async countBetween(after: Position, through: Position): Promise<number> {
    let count = 0;
    if (after >= through) return count;
    for await (const { page } of this.rawPages(after, 'forwards', PAGE_SIZE)) {
      const within = page.filter((event) => positionOf(event) <= through);
      count += within.filter((event) => this.own(event)).length;
      if (within.length < page.length) break;
    }
    return count;
  }

  /** The event of ours at exactly this position. */
  async at(position: Position): Promise<StoredEvent | undefined> {
    const [event] = await this.ownFrom(position, 1);
    return event?.position === position ? event : undefined;
  }

  /** Events of ours among the next `count`, from a position (inclusive); none when no event begins there. */
  async ownFrom(position: Position, count: number): Promise<readonly StoredEvent[]> {
    if (position <= START) return [];
    try {
      const page = await this.rawPage({ commit: position, prepare: position }, FORWARDS, count);
      return page.flatMap((event) => this.own(event) ?? []);
    } catch (error) {
      if (isInvalidPosition(error)) return [];
      throw error;
    }
  }

  own(event: AllStreamResolvedEvent): StoredEvent | undefined {
    return fromServer(event, this.settings.names);
  }

  /** Everything from a position (exclusive) in a direction: also what others wrote. */
  private async allPage(
    after: Position | undefined,
    direction: 'forwards' | 'backwards',
    count: number,
  ): Promise<readonly AllStreamResolvedEvent[]> {
    const at = after === undefined ? undefined : { commit: after, prepare: after };
    if (direction === 'backwards') return after === START ? [] : this.rawPage(at ?? END, BACKWARDS, count);
    if (!at || after === START) return this.rawPage(FIRST, FORWARDS, count);
    const page = await this.rawPage(at, FORWARDS, count + 1); // forwards the server includes the event at the position
    return page[0] && positionOf(page[0]) === after ? page.slice(1) : page.slice(0, count);
  }

  private looked(through: Position, head: Position): Position {
    if (through >= (this.lastLook?.through ?? START)) this.lastLook = { through, head };
    return head;
  }

  private isOwn({ event }: AllStreamResolvedEvent): boolean {
    return event !== undefined && this.settings.names.fromServer(event.streamId) !== undefined;
  }

  private async streamPage(
    stream: StreamName,
    from: number | undefined,
    direction: Direction,
    maxCount: number,
  ): Promise<StoredEvent[]> {
    const { client, names, timeoutMs, patienceMs } = this.settings;
    const fromRevision: ReadRevision = from === undefined ? END : BigInt(from);
    const read = () => client.readStream(names.toServer(stream), { fromRevision, direction, maxCount, ...FROM_LEADER });
    const events = await patiently(() => collect<ResolvedEvent>(read(), timeoutMs).catch(noneIfNotFound), patienceMs);
    return events.flatMap((event) => fromServer(event, names) ?? []);
  }

  private rawPage(
    fromPosition: { commit: bigint; prepare: bigint } | typeof FIRST | typeof END,
    direction: Direction,
    maxCount: number,
  ): Promise<AllStreamResolvedEvent[]> {
    const { client, timeoutMs, patienceMs } = this.settings;
    const options = { fromPosition, direction, maxCount, ...FROM_LEADER };
    return patiently(() => collect<AllStreamResolvedEvent>(client.readAll(options), timeoutMs), patienceMs);
  }
}

function noneIfNotFound(error: unknown): [] {
  if (error instanceof StreamNotFoundError) return [];
  throw error;
}

/** Commit and prepare position are the same for everything that was written through gRPC. */
const positionOf = ({ event, link }: AllStreamResolvedEvent): Position => (link ?? event)!.position.commit;
