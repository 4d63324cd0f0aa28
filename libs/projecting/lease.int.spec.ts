import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Leases } from './lease.js';
import { GivenLog } from './testing/given-log.js';
import { toy } from './testing/toy.js';

describe('leases', () => {
  let log: GivenLog;
  beforeEach(async () => {
    log = await GivenLog.open();
  });
  afterEach(() => log.close());

  it('renew a build whose batch is being written without holding up the batches of others', async () => {
    const { pool } = log.database;
    for (const name of ['other', 'busy']) await log.work({ ...toy(), name });
    const leases = new Leases(pool, 'test', 60_000);
    const batch = await pool.connect();
    await batch.query(`BEGIN; UPDATE projecting.builds SET position = position WHERE schema_name = 'busy_v1'`);

    const renewed = leases.renew();
    await log.eventually(async () => {
      const { rows } = await pool.query(`SELECT FROM pg_locks WHERE NOT granted`);
      return rows.length > 0;
    });
    await pool.query(
      `SET lock_timeout = '1s'; UPDATE projecting.builds SET position = 7 WHERE schema_name = 'other_v1'`,
    );
    await batch.query('COMMIT');
    batch.release();

    expect([...(await renewed).owned.keys()].sort()).toEqual(['busy_v1', 'other_v1']);
    const { rows } = await pool.query<{ inTime: boolean }>(
      `SELECT expires_at < now() + interval '61 s' AS "inTime" FROM projecting.builds`,
    );
    expect(rows).toEqual([{ inTime: true }, { inTime: true }]); // they were owned for an hour
  });
});
