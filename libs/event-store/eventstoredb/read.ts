import {
  BACKWARDS,
  END,
  FORWARDS,
  StreamDeletedError,
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
import { StreamDeleted } from '../errors.js';
import type { Page, ReadStreamOptions, StreamTail } from '../event-store.js';
import { collect, isInvalidPosition, patiently } from './connection.js';
import { decode, fromServer, hashOf, type StoredEvent, type StreamNames } from './stored-event.js';

const PAGE_SIZE = 256;
const STREAMS_AT_ONCE = 16;

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
  constructor(private readonly settings: ReadSettings) {}

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncGenerator<Recorded> {
    const backwards = options.direction === 'backwards';
    let from = options.from ?? (backwards ? undefined : 0);
    let left = options.limit ?? Infinity;
    for (let asked = Math.min(left, PAGE_SIZE); left > 0; asked = PAGE_SIZE) {
      const page = await this.streamPage(stream, from, backwards ? BACKWARDS : FORWARDS, asked);
      const events = this.ownOf(page).slice(0, left);
      for (const event of events) yield decode(this.settings.codec, event);
      left -= events.length;
      if (page.length < asked) return;
      from = revisionOf(page.at(-1)!) + (backwards ? -1 : 1);
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
    const [event] = this.ownOf(await this.streamPage(stream, revision, FORWARDS, 1));
    return event?.revision === revision ? event : undefined;
  }

  async eventsFrom(stream: StreamName, from: number, limit = Infinity): Promise<Recorded[]> {
    const events: Recorded[] = [];
    for await (const event of this.readStream(stream, { from, limit })) events.push(event);
    return events;
  }

  /** Where the next append to the stream goes to, whoever wrote what stands before it. */
  async lastRevision(stream: StreamName): Promise<number | 'none'> {
    const [event] = await this.streamPage(stream, undefined, BACKWARDS, 1);
    return event ? revisionOf(event) : 'none';
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

  /** The event of ours at exactly this position. */
  async at(position: Position): Promise<StoredEvent | undefined> {
    const [event] = await this.ownFrom(position, 1);
    return event?.position === position ? event : undefined;
  }

  /** Events of ours among the next `count`, from a position (inclusive); none when no event begins there. */
  async ownFrom(position: Position, count: number): Promise<readonly StoredEvent[]> {
    const page = await this.pageFrom(position, count);
    return this.ownOf(page);
  }

  /** Without what others wrote, also into streams of ours. */
  ownOf(page: readonly (AllStreamResolvedEvent | ResolvedEvent)[]): StoredEvent[] {
    return page.flatMap((event) => this.own(event) ?? []);
  }

  own(event: AllStreamResolvedEvent | ResolvedEvent): StoredEvent | undefined {
    return fromServer(event, this.settings.names);
  }

  /** What stands at exactly this position, of ours or not. */
  async anyAt(position: Position): Promise<AllStreamResolvedEvent | undefined> {
    const [event] = await this.pageFrom(position, 1);
    return event && positionOf(event) === position ? event : undefined;
  }

  /** Everything before a position, or before the end, backwards: also what others wrote. */
  async pageBefore(position: Position | undefined, count: number): Promise<readonly AllStreamResolvedEvent[]> {
    if (position === START || count === 0) return [];
    return this.rawPage(position === undefined ? END : at(position), BACKWARDS, count);
  }

  /** From a position (inclusive); nothing when no event begins there. */
  private async pageFrom(position: Position, count: number): Promise<readonly AllStreamResolvedEvent[]> {
    if (position <= START) return [];
    try {
      return await this.rawPage(at(position), FORWARDS, count);
    } catch (error) {
      if (isInvalidPosition(error)) return [];
      throw error;
    }
  }

  private async streamPage(
    stream: StreamName,
    from: number | undefined,
    direction: Direction,
    maxCount: number,
  ): Promise<readonly ResolvedEvent[]> {
    const name = this.settings.names.toServer(stream);
    const page = await this.rawStreamPage(name, from === undefined ? END : BigInt(from), direction, maxCount).catch(
      (error: unknown) => {
        throw error instanceof StreamDeletedError ? new StreamDeleted(stream, undefined, { cause: error }) : error;
      },
    );
    if (page ? isCutOff(page, direction === FORWARDS ? from : undefined) : await this.isSoftDeleted(name))
      throw new StreamDeleted(stream);
    return page ?? [];
  }

  /** A stream that was deleted but may be written again reads as if it had never been. Its metadata tells. */
  private async isSoftDeleted(name: string): Promise<boolean> {
    const page = await this.rawStreamPage(`$$${name}`, END, BACKWARDS, 1);
    const metadata = page?.[0]?.event?.data as { readonly $tb?: unknown } | undefined;
    return typeof metadata?.$tb === 'number' && metadata.$tb >= Number.MAX_SAFE_INTEGER;
  }

  /** Undefined when there is no such stream. */
  private rawStreamPage(
    name: string,
    fromRevision: ReadRevision,
    direction: Direction,
    maxCount: number,
  ): Promise<ResolvedEvent[] | undefined> {
    const { client, timeoutMs, patienceMs } = this.settings;
    const read = () => client.readStream(name, { fromRevision, direction, maxCount, ...FROM_LEADER });
    return patiently(() => collect<ResolvedEvent>(read(), timeoutMs).catch(undefinedIfNotFound), patienceMs);
  }

  private rawPage(
    fromPosition: ReturnType<typeof at> | typeof END,
    direction: Direction,
    maxCount: number,
  ): Promise<AllStreamResolvedEvent[]> {
    const { client, timeoutMs, patienceMs } = this.settings;
    const options = { fromPosition, direction, maxCount, ...FROM_LEADER };
    return patiently(() => collect<AllStreamResolvedEvent>(client.readAll(options), timeoutMs), patienceMs);
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof StreamNotFoundError) return undefined;
  throw error;
}

/** What was read forwards begins later than it was asked to: the server has cut off what stood before. */
function isCutOff([first]: readonly ResolvedEvent[], from: number | undefined): boolean {
  if (from === undefined) return false;
  return first?.event ? first.event.revision > from : from === 0;
}

const revisionOf = ({ event, link }: ResolvedEvent): number => Number((link ?? event)!.revision);

/** Commit and prepare position are the same for everything that was written through gRPC. */
export const positionOf = ({ event, link }: AllStreamResolvedEvent): Position => (link ?? event)!.position.commit;

const at = (position: Position) => ({ commit: position, prepare: position });
