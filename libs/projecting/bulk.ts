import pg from 'pg';
import { transaction } from '../database/transaction.js';
import type { Row } from '../event-sourcing/projection.js';
import type { Position } from '../event-sourcing/position.js';
import type { Page } from '../event-store/event-store.js';
import { Applier, readSkips, writersOf, type Work } from './applier.js';
import { applyBatch } from './apply.js';
import { advance, BY_KEY, checkpointOf, verifiedCheckpoint, type Checkpoint } from './checkpoint.js';
import { isAboutEvents } from './failures.js';
import { WorkingRows, type TableChanges } from './rows.js';
import type { Table } from './tables.js';
import type { TableWriter } from './write.js';

export interface BulkLimits {
  /** Bytes of rows kept per table. */
  readonly capacity: number;
  /** A write begins when so many rows have changed, or so many events have been read: what a killed load repeats. */
  readonly changes: number;
  readonly events: number;
  /** Events per page. */
  readonly page: number;
}

const LIMITS: BulkLimits = { capacity: 8 << 20, changes: 8_000, events: 500_000, page: 2_000 };

/**
 * Applies the log to a build in large steps, up to `until` or to the head: rows are folded in memory, new ones go in
 * by COPY, and a step is written while the next one is folded. Each step is one transaction with its checkpoint, so a
 * killed one goes on from the last. Memory is bounded by the limits, however long the log is.
 */
export async function bulkLoad(
  work: Work,
  until: Position | undefined,
  onProgress: (position: Position) => void,
  signal: AbortSignal,
  limits = LIMITS,
): Promise<void> {
  const load = await BulkLoad.begin(work, limits);
  try {
    for await (const page of ahead(pagesOf(work, load.position, limits.page))) {
      await load.apply(page, until);
      onProgress(load.position);
      if (signal.aborted || (until !== undefined && load.position >= until)) break;
    }
    await load.finish();
  } catch (error) {
    await load.abandon();
    if (!isAboutEvents(error)) throw error;
    await findPoison(work, load.position, signal);
    throw error; // passed in small steps: then the rest may pass in large ones
  }
}

/** Some event since the last checkpoint is poison: small steps tell which, and keep all that comes before it. */
async function findPoison(work: Work, until: Position, signal: AbortSignal): Promise<void> {
  const applier = await Applier.open(work);
  for await (const page of pagesOf(work, applier.position, 500)) {
    await applier.apply(page);
    if (signal.aborted || applier.position > until) return;
  }
}

const pagesOf = ({ store, projection }: Work, from: Position, pageSize: number): AsyncIterable<Page> =>
  store.readAll({ from, types: projection.eventTypes, pageSize });

class BulkLoad {
  private readonly writers: ReadonlyMap<string, TableWriter>;
  /** Tables whose rows are put again without having been read: for these, not known means perhaps stored. */
  private readonly overwritten = new Set<string>();
  private unwritten = 0;
  private written: Checkpoint;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly work: Work,
    private readonly rows: WorkingRows,
    private readonly skips: ReadonlySet<Position>,
    private to: Checkpoint,
    private readonly limits: BulkLimits,
  ) {
    this.writers = writersOf(work);
    this.written = to;
  }

  static async begin(work: Work, limits: BulkLimits): Promise<BulkLoad> {
    const from = await verifiedCheckpoint(work.pool, work.store, work.build);
    const rows = new WorkingRows(work.projection, {
      capacity: limits.capacity,
      empty: from.position === 0n,
      strict: false,
    });
    return new BulkLoad(work, rows, await readSkips(work), from, limits);
  }

  get position(): Position {
    return this.to.position;
  }

  async apply(page: Page, until?: Position): Promise<void> {
    const last = until !== undefined && until < page.position ? until : page.position;
    const cut = last < page.position || this.skips.size > 0;
    const events = cut
      ? page.events.filter(({ position }) => position <= last && !this.skips.has(position))
      : page.events;
    await applyBatch(this.work.projection, this.rows, events, (table, keys) => this.load(table, keys));
    this.to = { ...this.to, ...checkpointOf(page, last) };
    this.unwritten += events.length;
    if (this.unwritten >= this.limits.events || this.rows.changed >= this.limits.changes) await this.write();
  }

  private load({ name }: Table, keys: readonly string[]): Promise<readonly Row[]> {
    return transaction(this.work.pool, async (session) => {
      await session.query(`SELECT ${BY_KEY}`);
      return this.writers.get(name)!.load(session, keys);
    });
  }

  async finish(): Promise<void> {
    await this.write();
    await this.writing;
  }

  /** Lets the write that is on its way end, well or not. */
  async abandon(): Promise<void> {
    await this.writing.catch(() => undefined);
  }

  /** Begins to write once the step before is written. */
  private async write(): Promise<void> {
    await this.writing;
    const changes = this.rows.take();
    const { written: from, to } = this;
    this.written = to;
    this.unwritten = 0;
    this.writing = transaction(this.work.pool, async (session) => {
      await session.query(`SELECT ${BY_KEY}`);
      for (const [table, changed] of changes) await this.writeTable(session, this.writers.get(table)!, changed);
      // Last: it locks the row that the lease is renewed in.
      await advance(session, this.work.build, from.position, to);
    });
    this.writing.catch(() => undefined); // whoever awaits it next hears of it
  }

  private async writeTable(session: pg.PoolClient, writer: TableWriter, { changes }: TableChanges): Promise<void> {
    const { name } = writer.table;
    const fresh: Row[] = [];
    const unknown: Row[] = [];
    const known: Row[] = [];
    const deletes: string[] = [];
    for (const [key, { row, stored }] of changes) {
      if (row) (stored === false ? fresh : stored === true ? known : unknown).push(row);
      else if (stored !== false) deletes.push(key);
    }
    await writer.delete(session, deletes);
    await writer.upsert(session, known);
    if (fresh.length > 0) await writer.copy(session, fresh);
    if (this.overwritten.has(name)) await writer.upsert(session, unknown);
    else if (unknown.length > 0) await this.copyOrUpsert(session, writer, unknown);
  }

  /** Rows put without being read are nearly always new: only the primary key can tell, so let it. */
  private async copyOrUpsert(session: pg.PoolClient, writer: TableWriter, rows: readonly Row[]): Promise<void> {
    await session.query('SAVEPOINT before_copy');
    try {
      await writer.copy(session, rows);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
      await session.query('ROLLBACK TO before_copy');
      this.overwritten.add(writer.table.name);
      await writer.upsert(session, rows);
    }
  }
}

const UNIQUE_VIOLATION = '23505';

/** Asks for the next page while this one is worked on. */
async function* ahead(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const iterator = pages[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const page = await next;
      if (page.done === true) return;
      next = iterator.next();
      next.catch(() => undefined); // heard of when it is awaited
      yield page.value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}
