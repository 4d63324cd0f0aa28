import { testDatabase, type TestDatabase } from '../../../database/testing/test-database.js';
import { contractCodec, type OpenLog } from '../../testing/open-log.js';
import { migrations } from '../migrations.js';
import { PostgresEventStore } from '../postgres-event-store.js';

export interface PostgresLog extends OpenLog {
  readonly database: TestDatabase;
  open(url?: string): Promise<PostgresEventStore>;
  disconnect(): Promise<void>;
}

/** A log in a database of its own. */
export async function openPostgresLog(): Promise<PostgresLog> {
  const database = await testDatabase(migrations);
  const stores: PostgresEventStore[] = [];
  const open = async (url = database.url) => {
    const store = await PostgresEventStore.open({ url, codec: contractCodec });
    stores.push(store);
    return store;
  };
  const store = await open();
  let second: Promise<PostgresEventStore> | undefined;
  return {
    database,
    store,
    open,
    second: () => (second ??= open()),
    disconnect: async () => {
      await database.owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'rapport: log'`,
      );
    },
    close: async () => {
      await Promise.all(stores.map((each) => each.close()));
      await database.drop();
    },
  };
}
