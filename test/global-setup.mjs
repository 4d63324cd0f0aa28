// One PostgreSQL for all tests of a run, durable like the real one but in memory where the system has such a directory.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './typescript.mjs';

const { startEmbeddedPostgres } = await import('../libs/database/embedded-postgres.ts');
const { isAlive } = await import('../libs/database/postgres-cluster.ts');
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export default async function () {
  await removeLeftovers();
  process.env.TEST_RUN = String(process.pid); // tells the templates of runs apart
  if (process.env.TEST_DATABASE_URL) return; // a throw-away server of your own
  const directory = join(MEMORY, `rapport-test-${process.pid}`);
  const server = await startEmbeddedPostgres({ directory, settings: { max_connections: '300' } });
  process.env.TEST_DATABASE_URL = server.url;
  globalThis.stopTestServer = async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, async () => {
      await globalThis.stopTestServer();
      process.exit(1);
    });
  }
}

/** A run that was killed could not stop its servers. */
async function removeLeftovers() {
  for (const parent of new Set([MEMORY, tmpdir()])) {
    for (const name of readdirSync(parent)) {
      const pid = Number(/^rapport-test-(\d+)/.exec(name)?.[1]);
      if (!pid || isAlive(pid)) continue;
      const directory = join(parent, name);
      await (await startEmbeddedPostgres({ directory })).stop();
      rmSync(directory, { recursive: true, force: true });
    }
  }
}
