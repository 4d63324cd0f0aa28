import type pg from 'pg';
import { transaction } from '../database/transaction.js';
import type { Recorded } from '../event-sourcing/event.js';
import type { Position } from '../event-sourcing/position.js';
import type { EventStore, Page } from '../event-store/event-store.js';
import { applyBatch } from './apply.js';
import { advance, checkpointOf, verifiedCheckpoint, type Checkpoint, type OwnedBuild } from './checkpoint.js';
import { HandlerFailed, isAboutEvents, PoisonEvent } from './failures.js';
import { WorkingRows, type TableChanges } from './rows.js';
import { qualified, type CompiledProjection } from './tables.js';
import { TableWriter } from './write.js';

/** A build, what it is a build of, and what it is made with. */
export interface Work {
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly projection: CompiledProjection;
  readonly build: OwnedBuild;
}

/** Bytes of rows kept per table between batches. */
const CAPACITY = 16 << 20;

/** Rows written after which the tables are looked at anew, and by how much that grows each time. */
const FIRST_LOOK = 200;
const NEXT_LOOK = 4;

/** Rows of a look, by 300: a tenth of what autovacuum takes, and of its time. Plans here are about orders of magnitude. */
const LOOK_TARGET = 10;

/**
 * Applies pages to a build, each in one transaction with the checkpoint. After any error but `PoisonEvent` it must be
 * opened anew: what it remembers may not be what the database holds.
 */
export class Applier {
  private rows: WorkingRows;
  private written = 0;
  private lookAt = FIRST_LOOK;
  private readonly writers: ReadonlyMap<string, TableWriter>;

  private constructor(
    private readonly work: Work,
    private readonly skips: ReadonlySet<Position>,
    private at: Position,
  ) {
    this.rows = this.noRows();
    this.writers = writersOf(work);
  }

  /** Rejects with `LogChanged` or `StaleWorker`. */
  static async open(work: Work): Promise<Applier> {
    const { position } = await verifiedCheckpoint(work.pool, work.store, work.build);
    return new Applier(work, await readSkips(work), position);
  }

  get position(): Position {
    return this.at;
  }

  /** Takes in what is new of a page, up to and including `until`. Rejects with `PoisonEvent` or `StaleWorker`. */
  async apply(page: Page, until = page.position): Promise<void> {
    if (until <= this.at) return;
    const events = page.events.filter(
      ({ position, type }) =>
        position > this.at && position <= until && this.work.projection.handlers.has(type) && !this.skips.has(position),
    );
    await this.applyAll(events, checkpointOf(page, until));
  }

  private async applyAll(events: readonly Recorded[], to: Checkpoint): Promise<void> {
    try {
      await this.commit(events, to);
    } catch (error) {
      this.rows = this.noRows();
      const [first] = events;
      if (!first || !isAboutEvents(error)) throw error;
      if (events.length === 1) throw new PoisonEvent(first, error);
      // Which one it is only the database knows: halve until it stands alone. All before it are applied.
      const cut = error instanceof HandlerFailed ? Math.max(1, error.index) : events.length >> 1;
      await this.applyAll(events.slice(0, cut), { position: events[cut - 1]!.position });
      await this.applyAll(events.slice(cut), to);
    }
  }

  private async commit(events: readonly Recorded[], to: Checkpoint): Promise<void> {
    const { pool, build } = this.work;
    if (events.length === 0) await advance(pool, build, this.at, to);
    else {
      await transaction(pool, async (session) => {
        await advance(session, build, this.at, to);
        await this.write(session, events);
      });
    }
    this.at = to.position;
    if (this.written >= this.lookAt) await this.look();
  }

  /**
   * Statements are planned once, by what is known of the tables: at first, that they are empty. Then any index is as
   * good as the right one, and autovacuum takes a minute to notice what an import has put there.
   */
  private async look(): Promise<void> {
    const known = await this.rowsAtLastLook();
    this.lookAt = Math.max(this.written, known) * NEXT_LOOK;
    if (known >= this.written) return; // it was large when it was looked at: a start is no reason to look again
    await transaction(this.work.pool, async (session) => {
      await session.query(`SET LOCAL default_statistics_target = ${String(LOOK_TARGET)}`);
      await session.query(`ANALYZE (SKIP_LOCKED) ${this.tables.join(', ')}`);
    });
  }

  /** Rows of all tables when PostgreSQL looked at them last, by itself or for us. */
  private async rowsAtLastLook(): Promise<number> {
    const { rows } = await this.work.pool.query<{ rows: number }>(
      'SELECT sum(greatest(reltuples, 0))::float8 AS rows FROM pg_class WHERE oid = ANY ($1::regclass[])',
      [this.tables],
    );
    return rows[0]!.rows;
  }

  private get tables(): string[] {
    return [...this.work.projection.tables.keys()].map((name) => qualified(this.work.build.schema, name));
  }

  private async write(session: pg.ClientBase, events: readonly Recorded[]): Promise<void> {
    const writer = (name: string) => this.writers.get(name)!;
    await applyBatch(this.work.projection, this.rows, events, ({ name }, keys) => writer(name).load(session, keys));
    const changes = this.rows.take();
    for (const { changes: changed } of changes.values()) this.written += changed.size;
    for (const [table, changed] of changes) await writer(table).write(session, changed);
    await this.derive(session, changes);
  }

  /** Table by table in their order: what is derived may follow from what an earlier one derived. */
  private async derive(session: pg.ClientBase, changes: ReadonlyMap<string, TableChanges>): Promise<void> {
    const concerned = new Map<string, Set<string>>();
    for (const [name, writer] of this.writers) {
      const { derive } = writer.table.spec;
      const changed = changes.get(name);
      const keys = new Set<string>([...(changed?.changes.keys() ?? []), ...(changed?.touched ?? [])]);
      concerned.set(name, keys);
      for (const other of Object.keys(derive?.widen ?? {})) {
        const { table } = this.writers.get(other)!;
        for (const key of await writer.widen(session, table, concerned.get(other)!)) keys.add(key);
      }
      await writer.derive(session, keys);
    }
  }

  private readonly noRows = (): WorkingRows =>
    new WorkingRows(this.work.projection, { capacity: CAPACITY, empty: false, strict: true });
}

export const writersOf = ({ projection, build }: Work): ReadonlyMap<string, TableWriter> =>
  new Map([...projection.tables.values()].map((table) => [table.name, new TableWriter(table, build.schema)]));

/** Positions of events that an operator told this projection to leave out. */
export async function readSkips({ pool, projection }: Work): Promise<ReadonlySet<Position>> {
  const { rows } = await pool.query<{ position: Position }>(
    'SELECT position FROM projecting.skips WHERE projection = $1',
    [projection.name],
  );
  return new Set(rows.map(({ position }) => position));
}
