import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { openPool } from './pool.js';
import { testDatabase, type TestDatabase } from './testing/test-database.js';

describe('a pool', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({});
  });
  afterAll(() => database.drop());

  it('works under the role of the product, in UTC', async () => {
    const { rows } = await database.pool.query(`SELECT current_user, current_setting('timezone') AS zone`);
    expect(rows).toEqual([{ current_user: 'rapport_app', zone: 'UTC' }]);
  });

  it('keeps options that the url brings, and its own role', async () => {
    const url = `${database.url}?options=${encodeURIComponent('-c statement_timeout=1234 -c role=rapport')}`;
    const pool = openPool(url, { applicationName: 'test', role: 'rapport_app' });
    const { rows } = await pool.query(`SELECT current_user, current_setting('statement_timeout') AS timeout`);
    await pool.end();
    expect(rows).toEqual([{ current_user: 'rapport_app', timeout: '1234ms' }]);
  });

  it('reads whole numbers, moments, amounts, dates and JSON without loss', async () => {
    const { rows } = await database.pool.query({
      text: `SELECT 9007199254740993::int8 AS big, '{1,NULL}'::int8[] AS bigs, 1.10::numeric AS amount,
        '2026-03-09T02:30:00.123987+02:00'::timestamptz AS moment, '2026-03-09T00:00Z'::timestamptz AS whole,
        '{2026-03-09T00:00:00.5Z}'::timestamptz[] AS moments, '2026-03-09'::date AS day, '{"a":[1]}'::jsonb AS json`,
    });
    expect(rows[0]).toEqual({
      big: 9007199254740993n,
      bigs: [1n, null],
      amount: '1.10',
      moment: '2026-03-09T00:30:00.123Z',
      whole: '2026-03-09T00:00:00.000Z',
      moments: ['2026-03-09T00:00:00.500Z'],
      day: '2026-03-09',
      json: { a: [1] },
    });
  });

  it('goes on when its sessions are terminated, idle or in use', async () => {
    const pool = openPool(database.url, { applicationName: 'victim' });
    const held = await pool.connect();
    (await pool.connect()).release();
    const idleOneEnded = once(pool, 'error');
    await database.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'`,
    );
    await idleOneEnded;
    await expect(held.query('SELECT 1')).rejects.toThrow();
    held.release(true);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });
});
