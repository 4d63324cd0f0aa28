import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { migrate } from '../../libs/database/migrate.js';
import { openPool } from '../../libs/database/pool.js';
import { eventStoreContract } from '../../libs/event-store/event-store.contract.js';
import { migrations } from '../../libs/event-store/postgres/migrations.js';
import { PostgresEventStore } from '../../libs/event-store/postgres/postgres-event-store.js';
import { contractCodec, type OpenLog } from '../../libs/event-store/testing/open-log.js';
import { noContainers } from './container-runtime.js';

// What runs on the embedded PostgreSQL everywhere, on the image that servers run.
const IMAGE = 'postgres:18';
const reason = await noContainers();

if (reason) {
  describe.skip(`PostgreSQL in a container (${reason})`, () => {
    it('keeps the contract of every event store', () => undefined);
  });
} else {
  describe(IMAGE, () => {
    let container: StartedPostgreSqlContainer;
    beforeAll(async () => {
      container = await new PostgreSqlContainer(IMAGE).start();
    }, 300_000);
    afterAll(() => container.stop());
    eventStoreContract('the log in it', () => openLog(container.getConnectionUri()), { densePositions: true });
  });
}

async function openLog(url: string): Promise<OpenLog> {
  await migrate(url, migrations);
  const owner = openPool(url, { applicationName: 'test: owner', max: 1 });
  const open = () => PostgresEventStore.open({ url, codec: contractCodec });
  const store = await open();
  let second: Promise<PostgresEventStore> | undefined;
  return {
    store,
    second: () => (second ??= open()),
    disconnect: async () => {
      await owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'rapport: log'`,
      );
    },
    close: async () => {
      await Promise.all([store.close(), second?.then((opened) => opened.close())]);
      await owner.end();
    },
  };
}
