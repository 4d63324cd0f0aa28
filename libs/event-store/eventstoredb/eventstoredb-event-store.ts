import type { EventStoreDBClient } from '@eventstore/db-client';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { openPool } from '../../database/pool.js';
import type { Recorded } from '../../event-sourcing/event.js';
import { toUuid, type EventId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { START, type Position } from '../../event-sourcing/position.js';
import type { StreamName } from '../../event-sourcing/stream.js';
import type { Codec } from '../codec.js';
import type {
  Append,
  AppendOutcome,
  EventStore,
  Page,
  ReadAllOptions,
  ReadStreamOptions,
  Seam,
  StreamTail,
  SubscribeOptions,
} from '../event-store.js';
import { AppendIndex, type HeldEntry } from './append-index.js';
import { Attempt, type AppendSettings } from './attempt.js';
import { ClaimIndex } from './claim-index.js';
import { connect } from './connection.js';
import { LogHead } from './head.js';
import { IndexDatabase } from './index-database.js';
import { IndexFollower } from './index-follower.js';
import { LookIndex } from './look-index.js';
import { LogReader } from './read.js';
import { Receipts } from './receipts.js';
import { decode, hashOf, isWanted, StreamNames, toServer, type StoredEvent } from './stored-event.js';
import { weightOfEvent, WholeLog } from './whole-log.js';

/** For the index: appends that wait share a statement, so few are needed. */
const CONNECTIONS = 4;

export interface EventStoreDbOptions {
  /** `esdb://…`, or `esdb+discover://…` for a cluster. */
  readonly url: string;
  /** A PostgreSQL database in which the migrations of this folder have run. */
  readonly databaseUrl: string;
  readonly codec: Codec;
  /** Letters, digits and underscore: what our streams begin with on a server that others use too. */
  readonly prefix?: string;
  /** For one call to the server. */
  readonly timeoutMs?: number;
  /** For one append or read, however often it has to be tried. */
  readonly patienceMs?: number;
}

/**
 * The log in EventStoreDB or KurrentDB, version 22.6 or later. Positions are commit positions of the server, with gaps.
 *
 * `recordedAt` is the clock of the server's leader at the moment of writing. It does not fall as long as that clock does
 * not: keep the nodes' clocks together, and let them be slewed, never set back; an election between two nodes whose
 * clocks differ shows as a step. The server accepts appends of 1 MiB unless its MaxAppendSize is raised (at most 16 MB).
 */
export class EventStoreDbEventStore implements EventStore {
  private readonly client: EventStoreDBClient;
  private readonly codec: Codec;
  private readonly pool: pg.Pool;
  private readonly reader: LogReader;
  private readonly log: WholeLog;
  private readonly appends: AppendIndex;
  private readonly index: IndexFollower;
  private readonly settings: AppendSettings;
  /** Of positions somebody has just asked about: those who look how far things are ask again and again. */
  private readonly counts = new LRUCache<Position, bigint>({ max: 64 });
  private readonly closing = new AbortController();
  private closed: Promise<void> | undefined;
  /** The last append to each stream that is under way: appends to one stream go one after the other, as they came. */
  private readonly lanes = new Map<StreamName, Promise<unknown>>();

  private constructor(options: EventStoreDbOptions) {
    const { url, databaseUrl, codec, prefix = 'rapport', timeoutMs = 5_000, patienceMs = 10_000 } = options;
    const client = (this.client = connect(url));
    const names = new StreamNames(prefix);
    this.codec = codec;
    this.pool = openPool(databaseUrl, { applicationName: 'rapport: log', role: 'rapport_app', max: CONNECTIONS });
    const reading = { client, names, codec, timeoutMs, patienceMs };
    const reader = (this.reader = new LogReader(reading));
    const database = new IndexDatabase(this.pool);
    const head = new LogHead(reading, reader, new LookIndex(database));
    const log = (this.log = new WholeLog(reading, reader, head));
    const appends = (this.appends = new AppendIndex(database));
    const claims = new ClaimIndex(database);
    const receipts = new Receipts(reader);
    this.settings = { client, names, reader, receipts, appends, claims, timeoutMs, patienceMs };
    this.index = new IndexFollower({ reader, log, head, appends, claims, patienceMs });
  }

  /** Rejects with `StoreUnavailable` when the server or the database cannot be reached. */
  static async open(options: EventStoreDbOptions): Promise<EventStoreDbEventStore> {
    const store = new EventStoreDbEventStore(options);
    try {
      await Promise.all([store.reader.pageBefore(undefined, 1), store.appends.checkpoint()]);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async append(append: Append): Promise<AppendOutcome> {
    const encoded = append.events.map((event) => this.codec.encode(event));
    const events = toServer(append.events, encoded, append.claims);
    return this.inOrder(append.stream, async () => {
      await this.index.ready();
      return new Attempt(this.settings, append, events).carryOut();
    });
  }

  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<Recorded> {
    return this.reader.readStream(stream, options);
  }

  readStreams(wanted: readonly StreamTail[]): Promise<ReadonlyMap<StreamName, readonly Recorded[]>> {
    return this.reader.readStreams(wanted);
  }

  readAll(options?: ReadAllOptions): AsyncIterable<Page> {
    return this.log.readAll(options);
  }

  async *subscribe(options: SubscribeOptions = {}): AsyncIterable<Page> {
    const wanted = isWanted(options);
    const keep = (event: StoredEvent) => (wanted(event) ? event : undefined);
    const signal = AbortSignal.any([this.closing.signal, ...(options.signal ? [options.signal] : [])]);
    const pages = this.log.follow({ ...options, signal, keep, weigh: weightOfEvent });
    for await (const { events, position, caughtUp } of pages) yield this.reader.toPage(events, position, caughtUp);
  }

  async findAppend(firstEventId: EventId): Promise<readonly Recorded[] | undefined> {
    const uuid = toUuid(firstEventId);
    const entry = await this.entryOf(() => this.appends.find(uuid));
    const first = entry && (await this.reader.eventAt(entry.stream, entry.revision));
    if (first?.uuid !== uuid) return undefined; // it was never stored
    return this.reader.eventsFrom(first.stream, first.revision, 1 + (first.append?.later?.length ?? 0));
  }

  async findEvent(id: EventId): Promise<Recorded | undefined> {
    const uuid = toUuid(id);
    const entry = await this.entryOf(() => this.appends.findOf(uuid));
    const revision = entry && entry.revision + entry.laterIds.indexOf(uuid) + 1;
    const event = entry && (await this.reader.eventAt(entry.stream, revision!));
    return event?.uuid === uuid ? decode(this.codec, event) : undefined;
  }

  head(): Promise<Position> {
    return this.log.head();
  }

  async countTo(position: Position): Promise<bigint> {
    const known = this.counts.get(position);
    if (known !== undefined) return known;
    await this.index.ready();
    const count = await this.index.countTo(position);
    this.counts.set(position, count);
    return count;
  }

  /** From the last mark before it on, the events themselves say. */
  async seamAt(moment: Instant): Promise<Seam> {
    let last = await this.appends.markBefore(moment);
    for await (const { events } of this.log.readAll(last > START ? { from: last } : {})) {
      for (const { position, recordedAt } of events) {
        if (recordedAt >= moment) return { last, next: position };
        last = position;
      }
    }
    return { last };
  }

  async hashAt(position: Position): Promise<string | undefined> {
    const event = await this.reader.at(position);
    return event && hashOf(event);
  }

  /** Waits for the appends under way, ends the subscriptions. */
  close(): Promise<void> {
    return (this.closed ??= this.end());
  }

  private async end(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled(this.lanes.values());
    await this.index.close();
    await this.client.dispose();
    await this.pool.end();
  }

  private async entryOf(find: () => Promise<HeldEntry | undefined>): Promise<HeldEntry | undefined> {
    await this.index.ready();
    return find();
  }

  private inOrder<T>(stream: StreamName, work: () => Promise<T>): Promise<T> {
    const mine = (this.lanes.get(stream) ?? Promise.resolve()).then(work, work);
    this.lanes.set(stream, mine);
    const leave = () => {
      if (this.lanes.get(stream) === mine) this.lanes.delete(stream);
    };
    mine.then(leave, leave);
    return mine;
  }
}
