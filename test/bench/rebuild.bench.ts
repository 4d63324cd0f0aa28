import type pg from 'pg';
import { openPool } from '../../libs/database/pool.js';
import type { Projection } from '../../libs/event-sourcing/projection.js';
import { projections } from '../../libs/read-models/read-models.js';
import { onGround } from './ground.js';
import { openLedger, tell } from './ledger.js';
import { percentile, perSecond, type Ratio } from './measure.js';
import type { CaughtUp } from './projector-process.js';
import { startProcess } from './process.js';

const EVENTS = 100_000;
const ROUNDS = 3;
const NAIVE_MS = 3_000;

/**
 * Every read model from the log, with tables, indexes and derived columns, beside the usual projection: one upsert per
 * row, each committed. That one is spared the reading of the log and all that handlers do.
 */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const ledger = await openLedger(await ground.database('told'));
    await tell(ledger, EVENTS, 'rebuild');
    const events = Number(await ledger.store.head());
    await ledger.close();

    const ratios: Ratio[] = [];
    for (const projection of projections) {
      const [ours, naive]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        const url = await ground.copy('told', `${projection.name}_${round}`);
        const options = { url, names: [projection.name] };
        const projector = await startProcess<object, CaughtUp>('projector-process.ts', options);
        await projector.stop();
        ours.push(events / projector.answer.seconds);
        const rate = await upsertRate(url, projection);
        if (rate === undefined) break;
        naive.push(rate);
      }
      if (naive.length === 0) {
        console.log(`left out: the story has nothing for ${projection.name}`);
        continue;
      }
      const [rate, floor] = [percentile(ours, 50), percentile(naive, 50)];
      ratios.push({
        path: `rebuild of ${projection.name} from ${events.toLocaleString('en-US')} events`,
        measured: `${perSecond(rate)} events`,
        floor: `${perSecond(floor)} upserts`,
        ratio: rate / floor,
        target: '>= 40',
      });
    }
    return ratios;
  });

/** Upserts rows of the largest table of a build, one by one, into an empty table like it; undefined: it has none. */
async function upsertRate(url: string, { name, version, tables }: Projection): Promise<number | undefined> {
  const pool = openPool(url, { applicationName: 'bench: floor', max: 1 });
  const owner = await pool.connect();
  try {
    const schema = `${name}_v${version}`;
    const table = await largest(owner, schema, Object.keys(tables));
    const { columns, key } = tables[table]!;
    const names = Object.keys(columns);
    const { rows } = await owner.query<string[]>({
      text: `SELECT ${names.map((column) => `${column}::text`).join()} FROM ${schema}.${table} LIMIT 20000`,
      rowMode: 'array',
    });
    if (rows.length === 0) return undefined;
    await owner.query(`CREATE TABLE upserted (LIKE ${schema}.${table} INCLUDING ALL)`);
    const text = `INSERT INTO upserted (${names.join()}) VALUES (${names.map((_, i) => `$${i + 1}`).join()})
      ON CONFLICT (${key.join()}) DO UPDATE SET ${names.map((column) => `${column} = excluded.${column}`).join()}`;
    let done = 0;
    const begun = performance.now();
    while (performance.now() - begun < NAIVE_MS) {
      await owner.query({ name: 'upsert', text, values: rows[done++ % rows.length]! });
    }
    return (done / (performance.now() - begun)) * 1000;
  } finally {
    owner.release();
    await pool.end();
  }
}

async function largest(owner: pg.ClientBase, schema: string, tables: readonly string[]): Promise<string> {
  const sizes = new Map<string, bigint>();
  for (const table of tables) {
    const { rows } = await owner.query<{ count: bigint }>(`SELECT count(*) FROM ${schema}.${table}`);
    sizes.set(table, rows[0]!.count);
  }
  return tables.reduce((most, table) => (sizes.get(table)! > sizes.get(most)! ? table : most));
}
