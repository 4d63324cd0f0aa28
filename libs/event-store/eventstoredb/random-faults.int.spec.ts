import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { Claims } from '../../event-sourcing/decider.js';
import type { EventId } from '../../event-sourcing/id.js';
import { AppendOutcomeUnknown, StoreUnavailable } from '../errors.js';
import type { Append, AppendOutcome, EventStore } from '../event-store.js';
import { collect, eventsOf, newTenant, range } from '../testing/given-log.js';
import type { AppendNote } from './stored-event.js';
import { APPEND_FAULTS, type EventStoreDbDouble } from './testing/eventstoredb-double.js';
import { openDoubleLog, type DoubleLog } from './testing/open-double-log.js';

const forMs = process.env['RAPPORT_LONG'] ? 60_000 : 4_000;

describe('while EventStoreDB and PostgreSQL fail at random under eight writers of two processes', () => {
  let log: DoubleLog;
  let stores: EventStore[];
  const tenant = newTenant();
  const shared = [tenant.stream('shared 0'), tenant.stream('shared 1')];
  beforeEach(async () => {
    // the server itself remembers some event ids for a while: here none
    log = await openDoubleLog({ recentEvents: 0 }, { timeoutMs: 700, patienceMs: 4_000 });
    stores = [log.store, await log.second()];
    for (const stream of shared) await log.store.append({ stream, expected: 'none', events: [tenant.event(stream)] });
  });
  afterEach(() => log.close());

  it(
    'nothing is lost or doubled, and a name has one owner at a time',
    async () => {
      const until = Date.now() + forMs;
      const abort = new AbortController();
      const following = eventsUntil(abort.signal);
      const written = await Promise.all([...range(8).map((writer) => write(writer, until)), fail(until)]);

      const stored = eventsOf(await collect(log.store.readAll()));
      const ids = stored.map((e) => e.id);
      expect(ids.toSorted()).toEqual(
        [...shared.map((stream) => tenant.event(stream).id), ...written.flat()].toSorted(),
      );
      await recorded(stored.at(-1)!.position);
      expect(await owners()).toEqual(ownersSaidBy(log.double));
      abort.abort();
      expect(await following).toEqual(ids);
    },
    forMs + 60_000,
  );

  /** Answers the ids of what was acknowledged. */
  async function write(writer: number, until: number): Promise<EventId[]> {
    const acknowledged: EventId[] = [];
    for (let i = 0; Date.now() < until; i++) {
      const key = `${writer}.${i}`;
      const events = tenant.events(key, i % 3 === 0 ? 3 : 1);
      const claims = claimsOf(writer, i);
      const place: Pick<Append, 'stream' | 'expected'> =
        i % 2 === 0
          ? { stream: shared[writer % 2]!, expected: 'existing' }
          : { stream: tenant.stream(key), expected: 'none' };
      const { outcome } = await untilAnswered({ ...place, events, ...(claims && { claims }) });
      if (outcome === 'appended' || outcome === 'repeated') acknowledged.push(...events.map((e) => e.id));
      else expect(outcome).toBe('claimTaken');
    }
    return acknowledged;
  }

  /** As callers do: repeats with the same key, in whichever process. */
  async function untilAnswered(append: Append): Promise<AppendOutcome> {
    for (;;) {
      try {
        return await anyOf(stores).append(append);
      } catch (error) {
        if (!(error instanceof StoreUnavailable || error instanceof AppendOutcomeUnknown)) throw error;
        await delay(30);
      }
    }
  }

  async function fail(until: number): Promise<[]> {
    const { double, database } = log;
    while (Date.now() < until) {
      await delay(Math.random() * 300);
      const dice = Math.random();
      if (dice < 0.6) double.appendFaults.push(anyOf(APPEND_FAULTS));
      else if (dice < 0.8) double.cutConnections();
      else if (dice < 0.9) await database.owner.query(TERMINATE);
      else {
        await double.stop();
        await delay(Math.random() * 800);
        await double.restart();
      }
    }
    double.appendFaults.length = 0;
    return [];
  }

  async function eventsUntil(signal: AbortSignal): Promise<EventId[]> {
    const pages = await collect(log.store.subscribe({ pageSize: 7, signal }));
    return eventsOf(pages).map((e) => e.id);
  }

  async function recorded(position: bigint): Promise<void> {
    const { rowCount } = await log.database.owner.query('SELECT FROM eventstoredb.checkpoint WHERE position >= $1', [
      position,
    ]);
    if (rowCount === 0) await recorded(position);
  }

  async function owners(): Promise<Map<string, string>> {
    const { rows } = await log.database.owner.query<{ name: string; owner: string }>(
      'SELECT name, owner FROM eventstoredb.claims WHERE owner IS NOT NULL',
    );
    return new Map(rows.map(({ name, owner }) => [name, owner]));
  }
});

/** A few names go from hand to hand. */
function claimsOf(writer: number, i: number): Claims | undefined {
  if (i % 7 === 2) return { take: [{ name: `n${i % 5}`, owner: `pty_${writer}`, refusal: 'NAME_TAKEN' }] };
  if (i % 7 === 5) return { release: [`n${(i - 3) % 5}`] };
  return undefined;
}

/** What the log itself says about names, in its order: nobody takes what another has. */
function ownersSaidBy(double: EventStoreDbDouble): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { stream, metadata } of double.log.events) {
    if (!stream.startsWith('rapport.')) continue;
    const { append } = JSON.parse(Buffer.from(metadata).toString()) as { append?: AppendNote };
    for (const name of append?.claims?.release ?? []) owners.delete(name);
    for (const { name, owner } of append?.claims?.take ?? []) {
      expect([undefined, owner]).toContain(owners.get(name));
      owners.set(name, owner);
    }
  }
  return owners;
}

const anyOf = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]!;

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'rapport: log'`;
