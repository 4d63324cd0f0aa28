import type pg from 'pg';
import { openPool } from '../../libs/database/pool.js';
import { LAG_FLOOR_DONE, LAG_FLOOR_NEWS } from './lag-channels.js';
import { serve } from './process.js';

/** The least that can follow a table: on NOTIFY read what is new, upsert it as one batch, tell those who wait. */
serve(async ({ url }: { url: string }) => {
  const pool = openPool(url, { applicationName: 'bench: floor', max: 2 });
  const listener = await pool.connect();
  const session = await pool.connect();
  let working: Promise<void> | undefined;
  let isNews = false;
  listener.on('notification', () => {
    isNews = true;
    working ??= follow().finally(() => (working = undefined));
  });
  async function follow(): Promise<void> {
    while (isNews) {
      isNews = false;
      await applyNews(session);
    }
  }
  await listener.query(`LISTEN ${LAG_FLOOR_NEWS}`);
  return {
    answer: {},
    async stop() {
      await working;
      listener.release(true);
      session.release(true);
      await pool.end();
    },
  };
});

let position = '0';

async function applyNews(session: pg.PoolClient): Promise<void> {
  const { rows } = await session.query<{ position: bigint; stream: string; data: string }>({
    name: 'read',
    text: `SELECT position, stream, convert_from(data, 'UTF8') AS data FROM lag_log WHERE position > $1 ORDER BY position LIMIT 500`,
    values: [position],
  });
  const last = rows.at(-1);
  if (!last) return;
  await session.query('BEGIN');
  await session.query({
    name: 'upsert',
    text: `INSERT INTO lag_rows (id, stream, data) SELECT * FROM unnest($1::bigint[], $2::text[], $3::jsonb[])
           ON CONFLICT (id) DO UPDATE SET stream = excluded.stream, data = excluded.data`,
    values: [rows.map((row) => row.position), rows.map((row) => row.stream), rows.map((row) => row.data)],
  });
  await session.query(`NOTIFY ${LAG_FLOOR_DONE}, '${last.position}'`);
  await session.query('COMMIT');
  position = String(last.position);
}
