import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import { testDatabase } from '../../libs/database/testing/test-database.js';
import { EventStoreDbEventStore } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import { migrations } from '../../libs/event-store/eventstoredb/migrations.js';
import { serverFacts } from '../../libs/event-store/eventstoredb/testing/server-facts.contract.js';
import { eventStoreContract } from '../../libs/event-store/event-store.contract.js';
import { contractCodec, type OpenLog } from '../../libs/event-store/testing/open-log.js';
import { breakableLine } from './breakable-line.js';
import { noContainers } from './container-runtime.js';

// What runs on the double everywhere, on the real server: one that EVENTSTORE_URL names (its MaxAppendSize must be
// raised to 16 MB), or one in a container per image.
const PORT = 2113;
const IMAGES = ['eventstore/eventstore:24.10', 'kurrentplatform/kurrentdb:25.1'];
const url = process.env['EVENTSTORE_URL'];
const reason = url ? undefined : await noContainers();

if (reason) {
  describe.skip(`EventStoreDB itself (${reason}, and no EVENTSTORE_URL)`, () => {
    it('keeps the contract of every event store', () => undefined);
  });
} else if (url) {
  serverFacts('EventStoreDB at EVENTSTORE_URL', () => Promise.resolve({ url, close: () => Promise.resolve() }));
  eventStoreContract('the log in EventStoreDB at EVENTSTORE_URL', () => openLog(url), { densePositions: false });
} else {
  describe.each(IMAGES)('%s', (image) => {
    let container: StartedTestContainer;
    beforeAll(async () => {
      container = await start(image);
    }, 300_000);
    afterAll(() => container.stop());

    serverFacts('the server', () =>
      Promise.resolve({
        url: urlOf(container.getHost(), container.getMappedPort(PORT)),
        close: () => Promise.resolve(),
      }),
    );
    eventStoreContract(
      'the log in it',
      async () => {
        const line = await breakableLine(container.getHost(), container.getMappedPort(PORT));
        const log = await openLog(urlOf('127.0.0.1', line.port));
        return {
          ...log,
          disconnect: () => Promise.resolve(line.cut()),
          close: async () => {
            await log.close();
            await line.close();
          },
        };
      },
      { densePositions: false },
    );
  });
}

/** One node in memory, without certificates. */
function start(image: string): Promise<StartedTestContainer> {
  const prefix = image.includes('kurrentdb') ? 'KURRENTDB' : 'EVENTSTORE';
  const settings = {
    INSECURE: 'true',
    MEM_DB: 'true',
    RUN_PROJECTIONS: 'None',
    ENABLE_ATOM_PUB_OVER_HTTP: 'false',
    MAX_APPEND_SIZE: '16000000',
    TELEMETRY_OPTOUT: 'true',
  };
  return new GenericContainer(image)
    .withEnvironment(Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${prefix}_${key}`, value])))
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp('/health/live', PORT).forStatusCode(204))
    .withStartupTimeout(240_000)
    .start();
}

const urlOf = (host: string, port: number): string => `esdb://${host}:${port}?tls=false`;

/** A log of its own on a server that others use too. */
async function openLog(url: string): Promise<OpenLog> {
  const database = await testDatabase(migrations);
  const prefix = `test_${randomBytes(6).toString('hex')}`;
  const open = () => EventStoreDbEventStore.open({ url, databaseUrl: database.url, codec: contractCodec, prefix });
  const store = await open();
  let second: Promise<EventStoreDbEventStore> | undefined;
  return {
    store,
    second: () => (second ??= open()),
    close: async () => {
      await Promise.all([store.close(), second?.then((opened) => opened.close())]);
      await database.drop();
    },
  };
}
