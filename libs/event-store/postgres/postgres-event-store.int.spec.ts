import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../../database/testing/test-database.js';
import { eventStoreContract } from '../event-store.contract.js';
import { contractCodec, type OpenLog } from '../testing/open-log.js';
import { migrations } from './migrations.js';
import { PostgresEventStore } from './postgres-event-store.js';

async function openLog(): Promise<OpenLog & { database: TestDatabase }> {
  const database = await testDatabase(migrations);
  const open = () => PostgresEventStore.open({ url: database.url, codec: contractCodec });
  const store = await open();
  let second: Promise<PostgresEventStore> | undefined;
  return {
    database,
    store,
    second: () => (second ??= open()),
    disconnect: async () => {
      await database.owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'rapport: log'`,
      );
    },
    close: async () => {
      await store.close();
      await (await second)?.close();
      await database.drop();
    },
  };
}

eventStoreContract('the log in PostgreSQL', openLog, { densePositions: true });
