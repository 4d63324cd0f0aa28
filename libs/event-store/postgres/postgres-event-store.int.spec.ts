import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../database/embedded-postgres.js';
import { migrate } from '../../database/migrate.js';
import { StoreUnavailable, UnsafeStore } from '../errors.js';
import { eventStoreContract } from '../event-store.contract.js';
import { appended, collect, eventsOf, newTenant, range } from '../testing/given-log.js';
import { contractCodec } from '../testing/open-log.js';
import { migrations } from './migrations.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { openPostgresLog, type PostgresLog } from './testing/open-postgres-log.js';

eventStoreContract('the log in PostgreSQL', openPostgresLog, { densePositions: true });

describe('the log in PostgreSQL, beyond the contract,', () => {
  let log: PostgresLog;
  beforeAll(async () => {
    log = await openPostgresLog();
  });
  afterAll(() => log.close());

  it('begins with position 1', async () => {
    const tenant = newTenant();
    expect(await log.store.head()).toBe(0n);
    expect(await collect(log.store.readAll())).toEqual([{ events: [], position: 0n, caughtUp: true }]);
    const append = { stream: tenant.stream(1), expected: 'none', events: [tenant.event(1)] } as const;
    expect(appended(await log.store.append(append)).position).toBe(1n);
  });

  it('leaves no hole in the positions, whatever else was asked for', async () => {
    const stores = [log.store, await log.second()];
    const tenant = newTenant();
    const before = await log.store.head();
    const stream = tenant.stream(1);
    const owner = (i: number) => ({ take: [{ name: `npi:${i % 3}`, owner: `pty_${i}`, refusal: 'NAME_TAKEN' }] });
    await Promise.all(
      range(300).map((i) => {
        const event = tenant.event(i % 200);
        const at = {
          stream: i % 5 === 0 ? stream : tenant.stream(`${i}`),
          expected: i % 5 === 0 ? i / 5 : 'none',
        } as const;
        return stores[i % 2]!.append({ ...at, events: [event], ...(i % 7 === 0 && { claims: owner(i) }) });
      }),
    );
    const positions = eventsOf(await collect(log.store.readAll({ from: before }))).map((e) => e.position);
    expect(positions.length).toBeGreaterThan(100);
    expect(positions).toEqual(positions.map((_, i) => before + BigInt(i + 1)));
  });

  it('commits together what waits together', async () => {
    const tenant = newTenant();
    await Promise.all(
      range(200).map((i) =>
        log.store.append({ stream: tenant.stream(i), expected: 'none', events: [tenant.event(i)] }),
      ),
    );
    const { rows } = await log.database.owner.query<{ commits: bigint }>(
      'SELECT count(DISTINCT xmin::text) AS commits FROM log.events WHERE tenant_id = $1',
      [tenant.tenantId],
    );
    expect(rows[0]!.commits).toBeLessThan(5n);
  });

  it('refuses alone an append that the database cannot store', async () => {
    const tenant = newTenant();
    const append = (stream: string) =>
      log.store.append({ stream: tenant.stream(stream), expected: 'none', events: [tenant.event(stream)] });
    const tooLong = range(9_000)
      .map((i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)))
      .join('');
    const [good, bad, better] = await Promise.allSettled([append('good'), append(tooLong), append('better')]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('index row') } });
    expect([good, better]).toMatchObject([{ value: { outcome: 'appended' } }, { value: { outcome: 'appended' } }]);
  });

  it('bounds a page by its bytes too, and still reads everything', async () => {
    const tenant = newTenant();
    const data = { text: 'x'.repeat(1 << 20) };
    for (const i of range(12)) {
      await log.store.append({
        stream: tenant.stream(1),
        expected: i === 0 ? 'none' : i - 1,
        events: [tenant.event(i, { data })],
      });
    }
    const pages = await collect(log.store.readAll({ tenantId: tenant.tenantId }));
    expect(pages.map((page) => page.events.length)).toEqual([4, 4, 4]);
    expect(await collect(log.store.readStream(tenant.stream(1)))).toHaveLength(12);
  });

  it('is never scanned, however its plans were made', async () => {
    const { rows } = await log.database.owner.query<{ seq_scan: bigint }>(
      `SELECT seq_scan FROM pg_stat_user_tables WHERE relid = 'log.events'::regclass`,
    );
    expect(rows[0]!.seq_scan).toBe(0n);
  });

  it('ends its subscriptions and appends no more once it is closed', async () => {
    const tenant = newTenant();
    const store = await log.open();
    const following = collect(store.subscribe());
    await store.append({ stream: tenant.stream(1), expected: 'none', events: [tenant.event(1)] });
    await store.close();
    expect((await following).length).toBeGreaterThan(0);
    const late = store.append({ stream: tenant.stream(1), expected: 0, events: [tenant.event(2)] });
    await expect(late).rejects.toThrow(StoreUnavailable);
  });

  describe('is append-only', () => {
    it.each([
      'UPDATE log.events SET stream = stream',
      'DELETE FROM log.events',
      'TRUNCATE log.events',
      'UPDATE log.events SET stream = stream WHERE false',
    ])('for the product and for the owner of the tables: %s', async (statement) => {
      await expect(log.database.pool.query(statement)).rejects.toThrow('permission denied');
      await expect(log.database.owner.query(statement)).rejects.toThrow('log.events is append-only');
      const replica = `SET LOCAL session_replication_role = replica; ${statement}`;
      await expect(log.database.owner.query(replica)).rejects.toThrow('log.events is append-only');
    });
  });

  describe('misses nothing of a transaction that is still open', () => {
    it('where a reader of a sequence does', async () => {
      const { owner } = log.database;
      await owner.query('CREATE TABLE naive (position bigserial PRIMARY KEY)');
      const read = async (after: bigint) =>
        (await owner.query<{ position: bigint }>('SELECT position FROM naive WHERE position > $1', [after])).rows;
      const slow = await owner.connect();
      await slow.query('BEGIN; INSERT INTO naive DEFAULT VALUES'); // takes 1
      await owner.query('INSERT INTO naive DEFAULT VALUES'); // takes 2, and is committed first
      expect(await read(0n)).toEqual([{ position: 2n }]);
      await slow.query('COMMIT');
      slow.release();
      expect(await read(2n)).toEqual([]); // 1 is lost for a reader that has come to 2
    });

    it('since the next append waits for it', async () => {
      const tenant = newTenant();
      const before = await log.store.head();
      const events = async () => eventsOf(await collect(log.store.readAll({ from: before })));
      const slow = await log.database.pool.connect();
      const { meta, data } = contractCodec.encode(tenant.event('slow'));
      await slow.query('BEGIN');
      await slow.query(
        `SELECT log.append('{1}', ARRAY[$1], '{0}', '{1}', ARRAY[$2], '{TouchRecorded}', ARRAY[gen_random_uuid()],
           ARRAY[$3::bytea], ARRAY[$4::bytea], '{-1}', null)`,
        [tenant.stream('slow'), tenant.tenantId, meta, data],
      );
      const next = log.store.append({
        stream: tenant.stream('next'),
        expected: 'none',
        events: [tenant.event('next')],
      });
      await waiters(1);
      expect(await events()).toEqual([]);
      await slow.query('COMMIT');
      slow.release();
      expect(appended(await next).position).toBe(before + 2n);
      expect((await events()).map((e) => e.idempotencyKey)).toEqual(['slow', 'next']);
    });
  });

  /** Until so many appends wait for their turn in the database. */
  async function waiters(count: number): Promise<void> {
    const { rows } = await log.database.owner.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
    if (rows.length < count) await waiters(count);
  }
});

describe('a PostgreSQL that could lose what it has acknowledged', () => {
  it('is refused', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rapport-unsafe-'));
    const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
    const server = await startEmbeddedPostgres({ directory, settings });
    try {
      await migrate(server.url, migrations);
      const open = PostgresEventStore.open({ url: server.url, codec: contractCodec });
      await expect(open).rejects.toThrow(UnsafeStore);
      await expect(open).rejects.toThrow('fsync, full_page_writes, synchronous_commit off');
    } finally {
      await server.stop();
      rmSync(directory, { recursive: true });
    }
  });
});
