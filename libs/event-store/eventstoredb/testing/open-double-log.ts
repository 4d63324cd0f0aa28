import { testDatabase, type TestDatabase } from '../../../database/testing/test-database.js';
import { contractCodec, type OpenLog } from '../../testing/open-log.js';
import { EventStoreDbEventStore, type EventStoreDbOptions } from '../eventstoredb-event-store.js';
import { migrations } from '../migrations.js';
import { EventStoreDbDouble, type DoubleOptions } from './eventstoredb-double.js';

export interface DoubleLog extends OpenLog {
  readonly double: EventStoreDbDouble;
  readonly database: TestDatabase;
  open(options?: Partial<EventStoreDbOptions>): Promise<EventStoreDbEventStore>;
  disconnect(): Promise<void>;
}

/** A log on a server of its own, in this process. */
export async function openDoubleLog(
  doubleOptions: DoubleOptions = {},
  settings: Partial<EventStoreDbOptions> = {},
): Promise<DoubleLog> {
  const double = await EventStoreDbDouble.start(doubleOptions);
  const database = await testDatabase(migrations);
  const stores: EventStoreDbEventStore[] = [];
  const open = async (options: Partial<EventStoreDbOptions> = {}) => {
    const to = { url: double.url, databaseUrl: database.url, codec: contractCodec };
    const store = await EventStoreDbEventStore.open({ ...to, ...settings, ...options });
    stores.push(store);
    return store;
  };
  const store = await open();
  let second: Promise<EventStoreDbEventStore> | undefined;
  return {
    double,
    database,
    store,
    open,
    second: () => (second ??= open()),
    disconnect: () => Promise.resolve(double.cutConnections()),
    close: async () => {
      await Promise.all(stores.map((each) => each.close()));
      await double.close();
      await database.drop();
    },
  };
}
