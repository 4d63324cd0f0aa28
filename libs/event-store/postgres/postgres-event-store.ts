import type pg from 'pg';
import { openPool } from '../../database/pool.js';
import type { Recorded } from '../../event-sourcing/event.js';
import type { EventId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
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
import { AppendQueue } from './append-queue.js';
import { assertDurable, HeldConnection } from './connection.js';
import { HeadWatch } from './head-watch.js';
import { LogReader, PAGE_EVENTS } from './log-reader.js';
import { decodeRow, pageOf, type EventRow } from './rows.js';
import { Subscriptions } from './subscriptions.js';

export interface PostgresEventStoreOptions {
  /** A database in which the log's migrations have run. */
  readonly url: string;
  readonly codec: Codec;
  /** Connections at most: one appends, one listens, the others read. */
  readonly maxConnections?: number;
}

/** The log in PostgreSQL, as role `rapport_app`. */
export class PostgresEventStore implements EventStore {
  private readonly writer: HeldConnection;
  private readonly queue: AppendQueue;
  private readonly reader: LogReader;
  private readonly watch: HeadWatch;
  private readonly subscriptions: Subscriptions;
  private readonly closing = new AbortController();
  private closed: Promise<void> | undefined;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly codec: Codec,
  ) {
    this.reader = new LogReader(pool);
    this.writer = new HeldConnection(pool, async (client) => {
      await assertDurable(client);
      Object.assign(client, { pipeline: true }); // pg's option: a statement is sent before the one ahead is answered
    });
    this.queue = new AppendQueue(this.writer, this.reader, codec);
    this.watch = new HeadWatch(pool);
    this.subscriptions = new Subscriptions(this.reader, this.watch, codec);
  }

  /** Rejects with `UnsafeStore` when the database could lose acknowledged events, `StoreUnavailable` when it is away. */
  static async open({ url, codec, maxConnections = 8 }: PostgresEventStoreOptions): Promise<PostgresEventStore> {
    const pool = openPool(withSettings(url), {
      applicationName: 'rapport: log',
      role: 'rapport_app',
      max: Math.max(maxConnections, 3),
    });
    const store = new PostgresEventStore(pool, codec);
    try {
      await store.writer.get();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  append(append: Append): Promise<AppendOutcome> {
    return this.queue.append(append);
  }

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncGenerator<Recorded, void, undefined> {
    for await (const row of this.reader.stream(stream, options)) yield this.decode(row);
  }

  async readStreams(wanted: readonly StreamTail[]): Promise<ReadonlyMap<StreamName, readonly Recorded[]>> {
    const rows = await this.reader.tails(wanted);
    return Map.groupBy(rows.map(this.decode), (event) => event.stream);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<Page, void, undefined> {
    const { limit = Infinity, pageSize = PAGE_EVENTS, ...request } = options;
    let { from } = options;
    for (let left = limit; left > 0;) {
      const page = await this.reader.page({ ...request, from, limit: Math.min(left, pageSize) });
      yield pageOf(page, this.decode);
      if (page.caughtUp) return;
      from = page.position;
      left -= page.rows.length;
    }
  }

  subscribe(options: SubscribeOptions = {}): AsyncIterable<Page> {
    const signals = [this.closing.signal, ...(options.signal ? [options.signal] : [])];
    return this.subscriptions.open(options, AbortSignal.any(signals));
  }

  async findAppend(firstEventId: EventId): Promise<readonly Recorded[] | undefined> {
    const appends = await this.reader.appends([firstEventId]);
    return appends.get(firstEventId)?.map(this.decode);
  }

  async findEvent(id: EventId): Promise<Recorded | undefined> {
    const row = await this.reader.event(id);
    return row && this.decode(row);
  }

  head(): Promise<Position> {
    return this.reader.head();
  }

  /** Positions are 1, 2, 3, … */
  countTo(position: Position): Promise<bigint> {
    return Promise.resolve(position);
  }

  seamAt(moment: Instant): Promise<Seam> {
    return this.reader.seamAt(moment);
  }

  hashAt(position: Position): Promise<string | undefined> {
    return this.reader.hashAt(position);
  }

  /** Waits for the appends under way, ends the subscriptions. */
  close(): Promise<void> {
    return (this.closed ??= this.end());
  }

  private async end(): Promise<void> {
    this.closing.abort();
    await this.queue.drained();
    await Promise.all([this.writer.close(), this.watch.close()]);
    await this.pool.end();
  }

  private readonly decode = (row: EventRow): Recorded => decodeRow(this.codec, row);
}

/**
 * Plans are made once per connection, often while the log is small: none may ever scan the log, and none is made again
 * for each call, which takes longer than most of the calls. And the way that appends take turns needs each statement to
 * see what was committed before it.
 */
function withSettings(url: string): string {
  const settings =
    '-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off ' +
    '-c default_transaction_isolation=read\\ committed';
  const changed = new URL(url);
  const own = changed.searchParams.get('options');
  changed.searchParams.set('options', own ? `${own} ${settings}` : settings);
  return changed.href;
}
