import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../database/testing/test-database.js';
import type { Fields } from './copied.js';
import { ReadDatabase } from './read-database.js';

describe('rows that are copied', () => {
  let database: TestDatabase;
  let db: ReadDatabase;
  beforeAll(async () => {
    database = await testDatabase({});
    db = new ReadDatabase(database.owner);
  });
  afterAll(() => database.drop());

  const numbered = (row: Fields) => ({ number: row.bigint(), text: row.text(), word: row.word() });
  const upTo = (count: number): string =>
    `SELECT n::bigint, repeat('é', (n % 1000)::int), CASE WHEN n % 2 = 0 THEN 'Café' ELSE NULL END
       FROM generate_series(1, ${String(count)}) n`;
  const read = async <Row>(text: string, readRow: (row: Fields) => Row): Promise<Row[]> => {
    const rows: Row[] = [];
    for await (const some of db.copied(text, readRow)) rows.push(...some);
    return rows;
  };

  it('are all there, however they arrive, and however long', async () => {
    const rows = await read(upTo(5_000), numbered);
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 5_000 }, (_, n) => n + 1));
    expect(rows.filter(({ text, number }) => text?.length !== number! % 1000)).toEqual([]);
    expect(rows.slice(0, 2).map(({ word }) => word)).toEqual([null, 'Café']);
    const [long] = await read(`SELECT repeat('x', 3000000)`, (row) => row.text());
    expect(long).toHaveLength(3_000_000);
  });

  it('may be none', async () => {
    expect(await read(upTo(0), numbered)).toEqual([]);
  });

  it('may fail before the first and after many, or where they are read, and the pool goes on', async () => {
    await expect(read('SELECT nothing', numbered)).rejects.toThrow('nothing');
    await expect(
      read('SELECT 1 / (20000 - n) FROM generate_series(1, 20000) n', (row) => row.integer()),
    ).rejects.toThrow('division by zero');
    const unreadable = () => {
      throw new Error('unreadable');
    };
    await expect(read(upTo(10), unreadable)).rejects.toThrow('unreadable');
    expect(await read(upTo(2), (row) => row.bigint())).toEqual([1, 2]);
  });

  it('may be left before the end', async () => {
    for await (const some of db.copied(upTo(100_000), numbered)) {
      expect(some.length).toBeGreaterThan(0);
      break;
    }
    expect(await read(upTo(1), (row) => row.bigint())).toEqual([1]);
  });
});
