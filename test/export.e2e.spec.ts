import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { rapport } from '../apps/cli/testing/rapport.js';
import { ProjectedPositions } from '../libs/projecting/positions.js';
import { projections } from '../libs/read-models/read-models.js';

/** What tells when the ledger heard of a fact, and nothing of the fact. */
const LEDGER_TIME = /^(recorded_?at|known_(from|until))$/i;

describe('a ledger that was exported and taken back into an empty one', () => {
  let here: TestApi;
  let there: TestApi;
  let folder: string;
  beforeAll(async () => {
    [here, there] = [await testApi(projections), await testApi(projections)];
    folder = mkdtempSync(join(tmpdir(), 'rapport-export-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await here.stop();
    await there.stop();
  });

  async function run(api: TestApi, ...args: readonly string[]): Promise<string> {
    const environment = { RAPPORT_URL: api.url, RAPPORT_TOKEN: await api.token() };
    const { stdout, stderr, code } = await rapport(environment)(...args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  /** Every row of every read model, once they show all that is recorded. */
  async function rows({ store, database: { pool } }: TestApi): Promise<Readonly<Record<string, readonly string[]>>> {
    const positions = new ProjectedPositions(pool);
    const names = projections.map(({ name }) => name);
    const { reached } = await positions.waitFor(names, await store.head(), 30_000);
    await positions.close();
    expect(reached).toBe(true);
    const all: Record<string, readonly string[]> = {};
    for (const { name, tables } of projections) {
      for (const table of Object.keys(tables)) {
        const found = await pool.query<object>(`SELECT * FROM ${name}.${table}`);
        all[`${name}.${table}`] = found.rows.map((row) => JSON.stringify(row, withoutLedgerTime)).sort();
      }
    }
    return all;
  }

  it('has the same read models, row by row: late facts, corrections, merges and all', async () => {
    await run(here, 'demo', '--parties', '12', '--years', '1', '--seed', 'export', '--until', '2026-03-01');
    const path = join(folder, 'export.ndjson');
    writeFileSync(path, await run(here, 'export'));
    const result = JSON.parse(await run(there, 'import', path, '--type', 'events', '--json')) as object;
    expect(result).toMatchObject({ rejectedRows: 0, repeated: 0 });
    const [made, taken] = [await rows(here), await rows(there)];
    expect(taken).toEqual(made);
    for (const table of ['timeline.entries', 'campaigns.responses', 'directory.merges', 'trust.actions']) {
      expect(made[table]?.length).toBeGreaterThan(0);
    }
  }, 60_000);
});

const withoutLedgerTime = (name: string, value: unknown): unknown =>
  LEDGER_TIME.test(name) ? undefined : typeof value === 'bigint' ? String(value) : value;
