import { Codec } from '../../libs/event-store/codec.js';
import type { EventStore } from '../../libs/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import { PostgresEventStore } from '../../libs/event-store/postgres/postgres-event-store.js';
import { eventTypes, upcasters } from '../../libs/ledger/ledger.js';

export interface LogPlace {
  /** Where the read models are, and the log too unless `eventStoreUrl` says otherwise. */
  readonly databaseUrl: string;
  readonly eventStoreUrl: string | undefined;
}

/** The log of the settings. Rejects with `StoreUnavailable` or `UnsafeStore`. */
export function openLog({ databaseUrl, eventStoreUrl }: LogPlace): Promise<EventStore> {
  const codec = new Codec(eventTypes, upcasters);
  return eventStoreUrl === undefined
    ? PostgresEventStore.open({ url: databaseUrl, codec })
    : EventStoreDbEventStore.open({ url: eventStoreUrl, databaseUrl, codec });
}
