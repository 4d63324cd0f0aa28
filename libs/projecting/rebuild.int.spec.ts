import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Projection } from '../event-sourcing/projection.js';
import { Applier } from './applier.js';
import { bulkLoad } from './bulk.js';
import { switchOver } from './switch.js';
import { projectionStatus } from './status.js';
import { rebuild } from './rebuild.js';
import { GivenLog, type GivenEvent } from './testing/given-log.js';
import { toy } from './testing/toy.js';

const made = (entry: string, account = 'a'): GivenEvent => ({
  type: 'EntryMade',
  data: { entry, account, amount: 1, tags: ['x'] },
});
const many = (count: number, prefix = 'e') =>
  Array.from({ length: count }, (_, i) => made(`${prefix}${String(i)}`, `account ${String(i % 7)}`));
const never = new AbortController().signal;
const ignore = () => undefined;

describe('rebuilding beside the live build', () => {
  let log: GivenLog;
  beforeEach(async () => {
    log = await GivenLog.open();
  });
  afterEach(() => log.close());

  const ask = (more = {}) => log.control('ProjectionRebuildRequested', { projection: 'toy', ...more });
  const untilLive = (schema: string) =>
    log.eventually(async () => {
      const live = await log.findBuild('toy', 'LIVE');
      return live?.schema === schema && live;
    });
  const started = async (projection: Projection = toy()) => {
    const projector = log.projector([projection]);
    await log.until('toy', await log.append(many(300)));
    return projector;
  };

  it('puts a build with the same rows in the place of the live one, keeps that one, and drops the ones before', async () => {
    await started();
    await ask();
    await untilLive('toy_v1_2');
    expect((await log.build('toy', 'PREVIOUS')).schema).toBe('toy_v1');
    await ask();
    await untilLive('toy_v1_3');
    expect((await log.build('toy', 'PREVIOUS')).schema).toBe('toy_v1_2');
    await log.eventually(async () => {
      const { rows } = await log.database.pool.query(`SELECT FROM pg_namespace WHERE nspname = 'toy_v1'`);
      return rows.length === 0;
    });
    await log.until('toy', await log.append([made('after')]));
    expect((await log.rows('toy')).entries).toHaveLength(301);
    expect((await log.rows('toy_v1_2')).entries).toHaveLength(300);
  });

  it('keeps a proof of what was compared', async () => {
    await started();
    await ask();
    await untilLive('toy_v1_2');
    const { rows } = await log.database.pool.query<{ parity: unknown }>(
      `SELECT parity FROM projecting.builds WHERE schema_name = 'toy_v1_2'`,
    );
    expect(rows[0]!.parity).toMatchObject({
      with: 'toy_v1',
      tables: { entries: { rows: '300' }, accounts: { rows: '7' } },
    });
  });

  it('does not switch to rows that differ from the live ones, unless it was told that they may', async () => {
    await started();
    await log.database.pool.query(`UPDATE toy_v1.entries SET amount = 2 WHERE entry = 'e5'`);
    await ask();
    const failed = await log.eventually(async () => {
      const [status] = await projectionStatus(log.database.pool, log.store);
      return status!.lastError && status;
    });
    expect(failed).toMatchObject({ state: 'LIVE', lastError: { build: 'toy_v1_2' } });
    expect(failed!.lastError!.reason).toMatch(/^2 rows of toy_v1_2\.entries and toy_v1\.entries differ/);
    await ask({ mayDiffer: true });
    const { schema } = await log.eventually(async () => {
      const live = await log.findBuild('toy', 'LIVE');
      return live?.schema !== 'toy_v1' && live;
    });
    expect((await log.rows(schema)).entries!.filter((row) => row.includes(',1,0,'))).toHaveLength(300);
  });

  it('builds a new version by itself and leaves it in place when it was rolled back to the old one', async () => {
    const old = await started();
    await old.stop();
    const loud = toy('toy', 2, {
      EntryDeleted: {
        apply: (event, rows) => rows.put('latest', { tenant_id: event.tenantId, entry: 'deleted', position: 0n }),
      },
    });
    const young = log.projector([loud]);
    await untilLive('toy_v2');
    await log.until('toy', await log.append([{ type: 'EntryDeleted', data: { entry: 'e1' } }]));
    expect((await log.rows('toy')).latest).toContain('(demo,deleted,0)');
    await young.stop();

    await log.control('ProjectionRolledBack', { projection: 'toy' });
    log.projector([toy()]);
    await untilLive('toy_v1');
    const head = await log.append([made('after')]);
    await log.until('toy', head);
    expect((await log.rows('toy')).entries).toHaveLength(300); // the deletion was caught up with as well
    log.projector([loud]);
    await log.until('toy', await log.append([made('later')]));
    expect((await log.build('toy', 'LIVE')).schema).toBe('toy_v1');
    expect((await log.build('toy', 'PREVIOUS')).schema).toBe('toy_v2');
  });

  it('rolls back and forth between builds of one version', async () => {
    await started();
    await ask();
    await untilLive('toy_v1_2');
    let head = await log.append([made('later')]);
    await log.control('ProjectionRolledBack', { projection: 'toy' });
    await untilLive('toy_v1');
    await log.until('toy', head);
    head = await log.append([made('even later')]);
    await log.control('ProjectionRolledBack', { projection: 'toy' });
    await untilLive('toy_v1_2');
    await log.until('toy', head);
    expect((await log.rows('toy')).entries).toHaveLength(302);
  });

  it('ignores a rollback to nothing, also later', async () => {
    await started();
    await log.control('ProjectionRolledBack', { projection: 'toy' });
    await ask();
    await untilLive('toy_v1_2');
    await log.until('toy', await log.append([made('after')]));
    expect((await log.build('toy', 'LIVE')).schema).toBe('toy_v1_2');
  });

  it('goes on from its last step whenever it is killed', async () => {
    await log.append(many(200));
    await log.append(
      Array.from({ length: 200 }, (_, i) => ({ type: 'EntryMoved', data: { entry: `e${String(i)}`, account: 'b' } })),
    );
    const whole = await log.work(toy('whole'));
    await rebuild(whole, never, ignore);
    const limits = { capacity: 25_000, changes: 40, events: 100, page: 30 };
    for (let kill = 1; kill < 30; kill += 4) {
      const name = `killed_${String(kill)}`;
      let work = await log.work(toy(name));
      let left = kill;
      for (;;) {
        // A killed process leaves its connection and what was on it to the server: nothing of it is committed.
        const dead = { ...work, pool: dying(log.database.pool, left) };
        const ended = await bulkLoad(dead, undefined, ignore, never, limits).then(
          () => true,
          () => false,
        );
        work = await log.own(work.projection, work.build.schema);
        if (ended) break;
        left += 7;
      }
      await rebuild(work, never, ignore);
      expect(await log.rows(work.build.schema)).toEqual(await log.rows(whole.build.schema));
    }
  });

  it('shows every reader one build or the other and never an error, whatever statement they use', async () => {
    await started();
    const stop = new AbortController();
    let reads = 0;
    // Every entry is in one account: a statement that saw two builds while the log grows would find them apart.
    const columns = [
      'count(*) FROM toy.entries) AS entries',
      'sum(entries) FROM toy.accounts) AS accounts',
      'count(*) FROM toy.latest) AS latest',
    ];
    const select = (order: number[]) => `SELECT ${order.map((i) => `(SELECT ${columns[i]!}`).join(', ')}`;
    const read = async (query: pg.QueryConfig) => {
      while (!stop.signal.aborted) {
        const { rows } = await log.database.owner.query<Record<string, bigint | string>>(query);
        const { entries, accounts, latest } = rows[0]!;
        expect([String(accounts), latest]).toEqual([String(entries), entries]);
        reads++;
        await delay(2); // as readers do that come over a network
      }
    };
    const readers = [
      read({ text: select([0, 1, 2]) }),
      read({ text: select([0, 1, 2]), name: 'prepared' }),
      read({ text: select([2, 1, 0]), name: 'the other way round' }),
    ];
    const write = async () => {
      for (let i = 0; !stop.signal.aborted; i++) await log.append([made(`w${String(i)}`, `account ${String(i % 7)}`)]);
    };
    const writer = write();
    try {
      for (const schema of ['toy_v1_2', 'toy_v1_3', 'toy_v1_4']) {
        await ask();
        await Promise.race([untilLive(schema), Promise.all(readers)]);
      }
      await log.control('ProjectionRolledBack', { projection: 'toy' });
      await Promise.race([untilLive('toy_v1_3'), Promise.all(readers)]);
    } finally {
      stop.abort();
    }
    await Promise.all([...readers, writer]);
    expect(reads).toBeGreaterThan(50);
    await log.until('toy', await log.store.head());
    expect((await log.rows('toy')).entries).toHaveLength((await log.store.head().then(Number)) - 4);
  });

  it('lets a reader that holds on to a view finish first', async () => {
    await started();
    const reader = await log.database.pool.connect();
    await reader.query('BEGIN; SELECT FROM toy.accounts');
    const work = await nextBuild();
    const applier = await Applier.open(work);
    const switching = switchOver(work, applier, never);
    await log.until('toy', await log.append([made('meanwhile')]));
    expect((await log.build('toy', 'LIVE')).schema).toBe('toy_v1');
    await reader.query('COMMIT');
    reader.release();
    await switching;
    expect((await log.build('toy', 'LIVE')).schema).toBe('toy_v1_2');
  });

  const nextBuild = async () => {
    await log.database.pool.query(`UPDATE projecting.control SET rebuild_asked = 1000000 WHERE projection = 'toy'`);
    const work = await log.work(toy(), 'NEXT');
    await log.database.pool.query(`UPDATE projecting.builds SET phase = 'FOLLOWING' WHERE schema_name = $1`, [
      work.build.schema,
    ]);
    return work;
  };
});

/** The pool as a process sees it that dies after so many queries. */
function dying(pool: pg.Pool, queries: number): pg.Pool {
  let left = queries;
  const limited = <Session extends object>(session: Session): Session =>
    new Proxy(session, {
      get(target, property) {
        if (property === 'query' && left-- <= 0) {
          const killed = Promise.reject(new Error('Killed.'));
          killed.catch(ignore);
          return () => killed;
        }
        const value = Reflect.get(target, property) as unknown;
        if (property !== 'connect') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return async () => limited(await pool.connect());
      },
    });
  return limited(pool);
}
