import { Kysely, PostgresDialect } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { openPool } from './pool.js';

/** Migrations by name. Names say the order; once released they never change. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Brings the database up to date, as its owner; returns the names of what was done. Several may do so at once: one
 * works, the others wait and find nothing to do. All of it happens or nothing.
 */
export async function migrate(url: string, migrations: Migrations): Promise<readonly string[]> {
  const pool = openPool(url, { applicationName: 'rapport: migrate', max: 2 });
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await pool.query(CREATE_ROLE);
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: () => Promise.resolve(migrations) },
      allowUnorderedMigrations: true, // each library numbers its own: a later one of the log sorts before old ones
    });
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error instanceof Error) throw error;
    return results.map(({ migrationName }) => migrationName);
  } finally {
    await database.destroy();
  }
}

// Roles belong to the server, so two databases may be creating it at once; there is no CREATE ROLE IF NOT EXISTS.
const CREATE_ROLE = `
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rapport_app') THEN
      CREATE ROLE rapport_app NOLOGIN;
      GRANT rapport_app TO CURRENT_USER;
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$`;
