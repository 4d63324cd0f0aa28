import { relative } from 'node:path';
import { startEmbeddedPostgres } from '../../libs/database/embedded-postgres.js';
import { openPool } from '../../libs/database/pool.js';
import type { Settings } from '../settings.js';
import type { Stage } from './stages.js';

export interface Database extends Stage {
  /** As the owner. */
  readonly url: string;
  /** Resolves when the server ends; never for one that is not ours. */
  readonly exited: Promise<void>;
}

/** The database of the settings, else the embedded one under their directory. */
export async function openDatabase({ databaseUrl, directory }: Settings): Promise<Database> {
  if (databaseUrl !== undefined) {
    const pool = openPool(databaseUrl, { applicationName: 'rapport: dev', max: 1 });
    await pool.query('SELECT').finally(() => pool.end());
    return { url: databaseUrl, exited: new Promise(() => undefined), note: new URL(databaseUrl).host };
  }
  const server = await startEmbeddedPostgres({ directory });
  const where = `embedded PostgreSQL in ${relative(process.cwd(), directory) || directory}`;
  return { ...server, note: server.started ? where : `${where}, which was up already` };
}
