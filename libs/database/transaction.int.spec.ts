import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from './testing/test-database.js';
import { transaction } from './transaction.js';

describe('a transaction', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase({});
    await database.owner.query('CREATE TABLE note (text text)');
  });
  afterAll(() => database.drop());
  const notes = async () => (await database.owner.query<{ text: string }>('SELECT text FROM note')).rows;

  it('keeps what was done when the work ends well', async () => {
    const answer = await transaction(database.owner, async (session) => {
      await session.query(`INSERT INTO note VALUES ('kept')`);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await notes()).toEqual([{ text: 'kept' }]);
  });

  it('undoes everything when the work fails, and passes the failure on', async () => {
    const work = transaction(database.owner, async (session) => {
      await session.query(`INSERT INTO note VALUES ('lost')`);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await notes()).toEqual([{ text: 'kept' }]);
  });

  it('does not pretend to have kept anything when the work hides that a statement failed', async () => {
    const work = transaction(database.owner, async (session) => {
      await session.query(`INSERT INTO note VALUES ('lost')`);
      await session.query('SELECT 1/0').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await notes()).toEqual([{ text: 'kept' }]);
  });

  it('knows its tenant, and forgets it at its end', async () => {
    const tenant = `SELECT current_setting('rapport.tenant', true) AS tenant`;
    const inside = await transaction(database.pool, async (it) => (await it.query<{ tenant: string }>(tenant)).rows, {
      tenantId: "o'neill",
    });
    expect(inside).toEqual([{ tenant: "o'neill" }]);
    expect((await database.pool.query(tenant)).rows).toEqual([{ tenant: '' }]);
  });

  it('may be held to reading', async () => {
    const write = transaction(database.owner, (it) => it.query(`INSERT INTO note VALUES ('no')`), { readOnly: true });
    await expect(write).rejects.toThrow('read-only transaction');
  });

  it('gives no broken session back', async () => {
    const suicide = transaction(database.owner, (it) => it.query('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(suicide).rejects.toThrow();
    expect(await notes()).toEqual([{ text: 'kept' }]);
  });
});
