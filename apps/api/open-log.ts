import type pg from 'pg';
import { Codec } from '../../libs/event-store/codec.js';
import type { EventStore } from '../../libs/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import { PostgresEventStore } from '../../libs/event-store/postgres/postgres-event-store.js';
import { eventTypes, upcasters } from '../../libs/ledger/ledger.js';

export interface LogPlace {
  /** Where the read models are, and the log too unless `eventStoreUrl` says otherwise. */
  readonly databaseUrl: string;
  readonly eventStoreUrl: string | undefined;
  /** Of the database, as role `rapport_app`. */
  readonly pool: pg.Pool;
}

/** The log of the settings. Rejects with `StoreUnavailable` or `UnsafeStore`. */
export async function openLog({ databaseUrl, eventStoreUrl, pool }: LogPlace): Promise<EventStore> {
  const codec = new Codec(eventTypes, upcasters);
  if (eventStoreUrl === undefined) return PostgresEventStore.open({ url: databaseUrl, codec });
  const store = new EventStoreDbEventStore({ url: eventStoreUrl, pool, codec });
  await store.head(); // whether it is there
  return store;
}
