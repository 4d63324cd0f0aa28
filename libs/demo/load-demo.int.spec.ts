import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../database/testing/test-database.js';
import type { Instant } from '../event-sourcing/instant.js';
import { Codec } from '../event-store/codec.js';
import { migrations } from '../event-store/postgres/migrations.js';
import { PostgresEventStore } from '../event-store/postgres/postgres-event-store.js';
import { Execute } from '../ledger/execute.js';
import { eventTypes, ledger } from '../ledger/ledger.js';
import { loadDemo } from './load-demo.js';

let database: TestDatabase;
let store: PostgresEventStore;

beforeAll(async () => {
  database = await testDatabase(migrations);
  store = await PostgresEventStore.open({ url: database.url, codec: new Codec(eventTypes) });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

describe('the story of the demo, told to the ledger', () => {
  it('is accepted as a whole, and told again changes nothing', async () => {
    const caller = { tenantId: 'demo', actor: { id: 'demo', kind: 'IMPORT' as const } };
    const story = { parties: 60, years: 2, seed: '1', until: '2026-03-01T00:00:00.000Z' as Instant };
    const commands = await loadDemo(new Execute(store, ledger), caller, story);
    const head = await store.head();
    expect(head).toBeGreaterThanOrEqual(BigInt(commands));

    expect(await loadDemo(new Execute(store, ledger), caller, story)).toBe(commands);
    expect(await store.head()).toBe(head);
  });
});
