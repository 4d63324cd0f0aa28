import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { migrate, type Migrations } from '../migrate.js';
import { openPool, withDatabase } from '../pool.js';

export interface TestDatabase {
  /** As the owner. */
  readonly url: string;
  /** As the product: role rapport_app. */
  readonly pool: pg.Pool;
  readonly owner: pg.Pool;
  drop(): Promise<void>;
}

/**
 * A database of its own for a test, with the migrations applied: a copy (50 ms) of a template that is made once per run
 * for each set of names.
 */
export async function testDatabase(migrations: Migrations): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('No server for tests. Run them by `npm test`, which starts one.');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const admin = openPool(server, { applicationName: 'test', max: 1 });
  const template = await templateOf(admin, server, migrations);
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);

  const url = withDatabase(server, name);
  const pool = openPool(url, { applicationName: 'test', role: 'rapport_app' });
  const owner = openPool(url, { applicationName: 'test: owner', max: 4 });
  return {
    url,
    pool,
    owner,
    async drop() {
      await Promise.all([pool.end(), owner.end()]);
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** Made by the first who needs it; other workers wait for it at the lock. */
async function templateOf(admin: pg.Pool, server: string, migrations: Migrations): Promise<string> {
  const set = [process.env.TEST_RUN, ...Object.keys(migrations)].join();
  const name = `template_${createHash('sha256').update(set).digest('hex').slice(0, 16)}`;
  const session = await admin.connect();
  try {
    await session.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const { rows } = await session.query<{ done: boolean }>(
      'SELECT datistemplate AS done FROM pg_database WHERE datname = $1',
      [name],
    );
    if (!rows[0]?.done) {
      if (rows[0]) await session.query(`DROP DATABASE ${name} WITH (FORCE)`); // its maker was killed
      await session.query(`CREATE DATABASE ${name}`);
      await migrate(withDatabase(server, name), migrations);
      await session.query(`ALTER DATABASE ${name} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    }
    await session.query('SELECT pg_advisory_unlock(hashtext($1))', [name]);
    return name;
  } finally {
    session.release();
  }
}
