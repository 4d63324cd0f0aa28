import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../apps/migrations.js';
import { startEmbeddedPostgres } from '../../libs/database/embedded-postgres.js';
import { migrate } from '../../libs/database/migrate.js';
import { openPool, withDatabase } from '../../libs/database/pool.js';
import type { BenchProcess } from './process.js';

/** What a bench stands on. Everything on it is gone when the bench ends, however it ends. */
export interface Ground {
  /** Url of a new database with all tables of the product, as the owner. */
  database(name: string): Promise<string>;
  /** Url of a copy of a database that nobody is connected to. */
  copy(from: string, name: string): Promise<string>;
  /** Ended before the server is. */
  started<Answer>(starting: Promise<BenchProcess<Answer>>): Promise<Answer>;
  /** Closed before the server is, last one first. */
  onEnd(close: () => unknown): void;
  /** For files. */
  readonly directory: string;
}

/** A durable PostgreSQL of its own, with PostgreSQL's own settings, on the disk of this machine. */
export async function onGround<Result>(bench: (ground: Ground) => Promise<Result>): Promise<Result> {
  // The name: what a killed bench leaves is removed by the next `npm test`, see test/global-setup.mjs.
  const directory = mkdtempSync(join(tmpdir(), `rapport-test-${process.pid}-`));
  const server = await startEmbeddedPostgres({ directory, settings: { max_connections: '200' } });
  const closing: (() => unknown)[] = [];
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= leave());
  async function leave(): Promise<void> {
    for (const close of closing.reverse()) await close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const interrupt = () => void end().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  const admin = openPool(server.url, { applicationName: 'bench', max: 1 });
  closing.push(() => admin.end());
  try {
    return await bench({
      directory,
      async database(name) {
        await admin.query(`CREATE DATABASE ${name}`);
        const url = withDatabase(server.url, name);
        await migrate(url, migrations);
        return url;
      },
      async copy(from, name) {
        await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
        return withDatabase(server.url, name);
      },
      async started(starting) {
        const process = await starting;
        closing.push(() => process.stop());
        return process.answer;
      },
      onEnd: (close) => void closing.push(close),
    });
  } finally {
    await end();
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}
