import { setTimeout as delay } from 'node:timers/promises';
import type { Migrations } from '../../database/migrate.js';
import { testDatabase, type TestDatabase } from '../../database/testing/test-database.js';
import { deriveId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Projection } from '../../event-sourcing/projection.js';
import { streamName } from '../../event-sourcing/stream.js';
import { Codec } from '../../event-store/codec.js';
import type { NewEvent } from '../../event-store/event-store.js';
import { migrations as log } from '../../event-store/postgres/migrations.js';
import { PostgresEventStore } from '../../event-store/postgres/postgres-event-store.js';
import type { Work } from '../applier.js';
import { inRole, makeMissing, readKnown, type Build, type BuildRole } from '../builds.js';
import { migrations } from '../migrations.js';
import { startProjector, type Projector, type ProjectorOptions } from '../projector.js';
import { compile, qualified } from '../tables.js';

export interface GivenEvent {
  readonly type: string;
  readonly data: object;
}

/** A database with a log, and what a test does with projections of it. */
export class GivenLog implements AsyncDisposable {
  private appended = 0;
  private readonly projectors: Projector[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly store: PostgresEventStore,
  ) {}

  /** `more`: tables beside those of the log and of the engine. */
  static async open(more: Migrations = {}): Promise<GivenLog> {
    const database = await testDatabase({ ...log, ...migrations, ...more });
    return new GivenLog(database, await PostgresEventStore.open({ url: database.url, codec: new Codec(new Map()) }));
  }

  async close(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    await this.store.close();
    await this.database.drop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Appends to a stream of its own; returns the position of the last event. */
  async append(events: readonly GivenEvent[], category = 'toy', tenantId = 'demo'): Promise<Position> {
    const key = `append ${String(++this.appended)}`;
    const made = events.map(({ type, data }, i): NewEvent => ({
      id: deriveId('evt', tenantId, key, String(i)),
      type,
      schemaVersion: 1,
      tenantId,
      occurredAt: new Date(Date.UTC(2026, 0, 1) + this.appended * 1000 + i).toISOString() as Instant,
      actor: { id: 'ann', kind: 'HUMAN' },
      correlationId: key,
      idempotencyKey: key,
      inputHash: '00',
      dataClass: 'PUBLIC',
      data,
    }));
    const outcome = await this.store.append({
      stream: streamName(category, tenantId, key),
      expected: 'none',
      events: made,
    });
    if (outcome.outcome !== 'appended') throw new Error(outcome.outcome);
    return outcome.position;
  }

  /** What operators say, as the ledger records it. */
  async control(type: string, data: object): Promise<Position> {
    return this.append([{ type, data }], 'projection', 'system');
  }

  projector(projections: readonly Projection[], options: Partial<ProjectorOptions> = {}): Projector {
    const { store } = this;
    const projector = startProjector({ store, pool: this.database.pool, projections, leaseMs: 1000, ...options });
    this.projectors.push(projector);
    return projector;
  }

  /** Makes the missing build of a projection, and owns the one in the role. */
  async work(projection: Projection, role: BuildRole = 'LIVE'): Promise<Work> {
    const compiled = compile(projection);
    await makeMissing(this.database.pool, compiled);
    const { schema } = await this.build(projection.name, role);
    return this.own(compiled, schema);
  }

  async own(projection: Work['projection'], schema: string): Promise<Work> {
    const { pool } = this.database;
    const { rows } = await pool.query<{ epoch: bigint }>(
      `UPDATE projecting.builds SET epoch = epoch + 1, owner = 'test', expires_at = now() + interval '1 hour'
        WHERE schema_name = $1 RETURNING epoch`,
      [schema],
    );
    return { pool, store: this.store, projection, build: { schema, epoch: rows[0]!.epoch } };
  }

  async build(name: string, role: BuildRole): Promise<Build> {
    const build = await this.findBuild(name, role);
    if (!build) throw new Error(`${name} has no ${role} build.`);
    return build;
  }

  async findBuild(name: string, role: BuildRole): Promise<Build | undefined> {
    const known = (await readKnown(this.database.pool, [name])).get(name)!;
    return inRole(known, role);
  }

  /** All rows of all tables of a schema, in the order of their text: equal texts are equal rows, byte by byte. */
  async rows(
    schema: string,
    tables: readonly string[] = ['entries', 'latest', 'accounts'],
  ): Promise<Record<string, string[]>> {
    const all: Record<string, string[]> = {};
    for (const table of tables) {
      const { rows } = await this.database.pool.query<{ row: string }>(
        `SELECT t::text AS row FROM ${qualified(schema, table)} AS t ORDER BY 1`,
      );
      all[table] = rows.map(({ row }) => row);
    }
    return all;
  }

  /** Until the live build has applied everything up to a position. */
  async until(name: string, position: Position): Promise<Build> {
    return this.eventually(async () => {
      const live = await this.findBuild(name, 'LIVE');
      return live?.phase === 'FOLLOWING' && live.position >= position && live;
    });
  }

  /** Until something is so; the wait of a test that fails is ended by Jest. */
  async eventually<Found>(look: () => Promise<Found | undefined | false>): Promise<Found> {
    for (;;) {
      const found = await look();
      if (found) return found;
      await delay(5);
    }
  }
}
