import { ROLES, type Caller } from '../../libs/access/caller.js';
import { openPool } from '../../libs/database/pool.js';
import { loadDemo } from '../../libs/demo/load-demo.js';
import { deriveId, type PartyId, type RelationshipId } from '../../libs/event-sourcing/id.js';
import type { Instant } from '../../libs/event-sourcing/instant.js';
import { Codec } from '../../libs/event-store/codec.js';
import type { EventStore } from '../../libs/event-store/event-store.js';
import { PostgresEventStore } from '../../libs/event-store/postgres/postgres-event-store.js';
import { Execute, isRefusal } from '../../libs/ledger/execute.js';
import { eventTypes, ledger, upcasters, type LedgerCommand } from '../../libs/ledger/ledger.js';
import type pg from 'pg';
import type { Ground } from './ground.js';

export const CALLER: Caller = { tenantId: 'demo', actor: { id: 'bench', kind: 'HUMAN' }, roles: ROLES };
/** Where every story ends, so that runs tell the same. */
export const UNTIL = '2026-06-01T00:00:00.000Z' as Instant;

/** A ledger as a process of the product has it: the log, the one way in, and a pool of the product's role. */
export interface Ledger {
  readonly url: string;
  readonly store: EventStore;
  readonly execute: Execute;
  readonly pool: pg.Pool;
}

export async function openLedger(url: string): Promise<Ledger & { close(): Promise<void> }> {
  const store = await PostgresEventStore.open({ url, codec: new Codec(eventTypes, upcasters) });
  const pool = openPool(url, { applicationName: 'bench', role: 'rapport_app', max: 20 });
  return {
    url,
    store,
    pool,
    execute: new Execute(store, ledger),
    async close() {
      await store.close();
      await pool.end();
    },
  };
}

/** A new ledger on the ground, in a database of that name. */
export const ledgerOn = async (ground: Ground, name: string): Promise<Ledger> =>
  ledgerAt(ground, await ground.database(name));

export async function ledgerAt(ground: Ground, url: string): Promise<Ledger> {
  const opened = await openLedger(url);
  ground.onEnd(() => opened.close());
  return opened;
}

/** Fills the ledger with stories of at least so many events. */
export async function tell({ execute, store }: Ledger, events: number, seed: string): Promise<void> {
  const from = await store.head();
  for (let part = 1; Number((await store.head()) - from) < events; part++) {
    const left = events - Number((await store.head()) - from);
    const parties = Math.max(1, Math.min(2_000, Math.floor(left / EVENTS_PER_TIE)));
    await loadDemo(execute, CALLER, { parties, years: 2, seed: `${seed}-${part}`, until: UNTIL });
  }
}

/** What the story of one physician comes to over two years. */
const EVENTS_PER_TIE = 36;

/** Ids of new relationships. */
export const openRelationships = async (ledger: Ledger, count: number): Promise<readonly RelationshipId[]> =>
  (await openTies(ledger, count)).map(({ id }) => id);

export interface OpenTie {
  readonly id: RelationshipId;
  readonly ours: PartyId;
  readonly theirs: PartyId;
}

/** New relationships between new parties, open since the beginning of 2024. */
export async function openTies({ execute }: Ledger, count: number): Promise<readonly OpenTie[]> {
  const occurredAt = '2024-01-01T00:00:00.000Z' as Instant;
  const carryOut = async (idempotencyKey: string, command: LedgerCommand): Promise<void> => {
    const result = await execute.run(command, { ...CALLER, idempotencyKey });
    if (isRefusal(result)) throw new Error(`${idempotencyKey}: ${result.message}`);
  };
  const numbers = Array.from({ length: count }, (_, number) => number);
  const party = (key: string): PartyId => deriveId('pty', CALLER.tenantId, key);
  const register = (key: string) =>
    carryOut(key, { type: 'RegisterParty', kind: 'PERSON', displayName: `Dr. ${key}`, occurredAt });
  await Promise.all(['bench:ours', ...numbers.map((number) => `bench:party-${number}`)].map(register));
  await Promise.all(
    numbers.map((number) =>
      carryOut(`bench:tie-${number}`, {
        type: 'OpenRelationship',
        a: party('bench:ours'),
        b: party(`bench:party-${number}`),
        kind: 'PHYSICIAN_RELATIONS',
        intent: 'RELATIONAL',
        occurredAt,
      }),
    ),
  );
  return numbers.map((number) => ({
    id: deriveId('rel', CALLER.tenantId, `bench:tie-${number}`),
    ours: party('bench:ours'),
    theirs: party(`bench:party-${number}`),
  }));
}
