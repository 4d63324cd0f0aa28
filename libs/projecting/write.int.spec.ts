import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Projection, Row } from '../event-sourcing/projection.js';
import { GivenLog } from './testing/given-log.js';
import { UnfitValue } from './column-types.js';
import { compile, createTables, type Table } from './tables.js';
import { TableWriter } from './write.js';

const COLUMNS = {
  id: 'integer not null',
  words: 'text',
  several: 'text[]',
  name: 'uuid',
  day: 'date',
  moment: 'timestamptz',
  small: 'smallint',
  whole: 'integer',
  large: 'bigint',
  real: 'double precision',
  so: 'boolean',
  document: 'jsonb',
};
const projection: Projection = {
  name: 'written',
  version: 1,
  tables: { values: { columns: COLUMNS, key: ['id'] } },
  on: {},
};

const text = fc.string({ unit: 'binary', maxLength: 200 }).map((some) => some.toWellFormed().replaceAll('\0', ''));
const moment = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const integer = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const document = fc.jsonValue().map((some) => JSON.parse(JSON.stringify(some).replaceAll('\\u0000', '')) as unknown);
const row: fc.Arbitrary<Row> = fc.record({
  words: fc.option(text),
  several: fc.option(fc.array(text, { maxLength: 4 })),
  name: fc.option(fc.uuid()),
  day: fc.option(moment.map((some) => some.slice(0, 10))),
  moment: fc.option(moment),
  small: fc.option(integer(16)),
  whole: fc.option(integer(32)),
  large: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  real: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  so: fc.option(fc.boolean()),
  document: fc.option(document),
});

describe('writing rows', () => {
  let log: GivenLog;
  let table: Table;
  beforeAll(async () => {
    log = await GivenLog.open();
    const compiled = compile(projection);
    table = compiled.tables.get('values')!;
    for (const schema of ['copied', 'upserted']) {
      await log.database.owner.query(`CREATE SCHEMA ${schema}`);
      const session = await log.database.owner.connect();
      await createTables(session, schema, compiled);
      session.release();
    }
  });
  afterAll(() => log.close());

  const written = async (rows: readonly Row[]) => {
    const session = await log.database.owner.connect();
    try {
      const results: unknown[] = [];
      for (const schema of ['copied', 'upserted'] as const) {
        await session.query(`TRUNCATE ${schema}.values`);
        const writer = new TableWriter(table, schema);
        await (schema === 'copied' ? writer.copy(session, rows) : writer.upsert(session, rows));
        const found = await session.query<{ row: string }>(`SELECT t::text AS row FROM ${schema}.values t ORDER BY id`);
        results.push(found.rows.map((some) => some.row));
      }
      return results;
    } finally {
      session.release();
    }
  };

  it('puts the same rows there, copied or upserted, whatever their values are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (some) => {
        const [copied, upserted] = await written(some.map((values, id) => ({ ...values, id })));
        expect(copied).toEqual(upserted);
      }),
      { numRuns: 40, examples: [[[{ real: -0, document: 'a text', words: '', several: [] }]]] },
    );
  });

  it('copies rows of any length', async () => {
    const rows = [70_000, 10, 200_000, 0, 65_536].map((length, id) => ({ id, words: 'ä'.repeat(length) }));
    const [copied, upserted] = await written(rows);
    expect(copied).toEqual(upserted);
    expect(copied).toHaveLength(5);
  });

  it.each<[keyof typeof COLUMNS, unknown]>([
    ['words', 1],
    ['several', ['a', 1]],
    ['name', 'no-uuid'],
    ['day', '2026-1-1'],
    ['moment', '2026-01-01T00:00:00Z'],
    ['small', 40_000],
    ['whole', 2 ** 31],
    ['whole', 0.5],
    ['large', 2n ** 63n],
    ['large', 1],
    ['real', NaN],
    ['so', 'true'],
  ])('refuses for %s what would come back as something else: %p', async (column, value) => {
    await expect(written([{ id: 1, [column]: value }])).rejects.toThrow(UnfitValue);
  });
});
