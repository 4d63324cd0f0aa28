import { testDatabase } from '../../database/testing/test-database.js';
import { eventStoreContract } from '../event-store.contract.js';
import { contractCodec } from '../testing/open-log.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import { migrations } from './migrations.js';
import { EventStoreDbDouble } from './testing/eventstoredb-double.js';

eventStoreContract(
  'EventStoreDB, the double',
  async () => {
    const double = await EventStoreDbDouble.start();
    const database = await testDatabase(migrations);
    const open = () => new EventStoreDbEventStore({ url: double.url, pool: database.pool, codec: contractCodec });
    const store = open();
    let second: EventStoreDbEventStore | undefined;
    return {
      store,
      second: () => Promise.resolve((second ??= open())),
      disconnect: () => Promise.resolve(double.cutConnections()),
      close: async () => {
        await Promise.all([store.close(), second?.close()]);
        await double.close();
        await database.drop();
      },
    };
  },
  { densePositions: false },
);
