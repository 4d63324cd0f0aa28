import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../../database/testing/test-database.js';
import type { Position } from '../../event-sourcing/position.js';
import type { EventStore } from '../../event-store/event-store.js';
import { migrations } from '../../event-store/postgres/migrations.js';
import { PostgresEventStore } from '../../event-store/postgres/postgres-event-store.js';
import { appended, newTenant } from '../../event-store/testing/given-log.js';
import { contractCodec } from '../../event-store/testing/open-log.js';
import { LiveLog } from './live-log.js';

let database: TestDatabase;
let store: EventStore;
beforeAll(async () => {
  database = await testDatabase(migrations);
  store = await PostgresEventStore.open({ url: database.url, codec: contractCodec });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const tenant = newTenant();
let written = 0;

/** Appends events to streams of their own; the position of the last. */
async function write(count: number): Promise<Position> {
  const appends = Array.from({ length: count }, () => {
    const name = String(written++);
    return store.append({ stream: tenant.stream(name), expected: 'none', events: [tenant.event(name)] });
  });
  const positions = (await Promise.all(appends)).map((outcome) => appended(outcome).position);
  return positions.reduce((last, one) => (one > last ? one : last));
}

/** Positions in the order in which they came, until the last one is there. */
async function follow(live: LiveLog, after: Position | undefined, last: Position): Promise<Position[]> {
  const leaving = new AbortController();
  const positions: Position[] = [];
  for await (const events of live.follow(after, leaving.signal)) {
    positions.push(...events.map(({ position }) => position));
    if (positions.at(-1)! >= last) break;
  }
  return positions;
}

const between = (after: Position, last: Position): Position[] =>
  Array.from({ length: Number(last - after) }, (_, index) => after + BigInt(index) + 1n);

describe('following the log', () => {
  it('gives each follower all that comes after his place, once and in order', async () => {
    const live = new LiveLog(store);
    const start = await write(20);
    const last = start + 100n;
    const followers = [0n, 5n, start, start + 50n].map((after) => follow(live, after, last));
    await write(100);
    expect(await Promise.all(followers)).toEqual([0n, 5n, start, start + 50n].map((after) => between(after, last)));
  });

  it('lets a slow one read the log by himself once memory has moved on without him', async () => {
    const live = new LiveLog(store, 10);
    const start = await store.head();
    const leaving = new AbortController();
    const slow = live.follow(start, leaving.signal);
    const first = write(1);
    const seen = (await slow.next()).value!.map(({ position }) => position);
    await first;
    const last = start + 201n;
    const quick = follow(live, undefined, last);
    for (let times = 0; times < 20; times++) await write(10);
    expect((await quick).at(-1)).toBe(last);
    while (seen.at(-1)! < last) seen.push(...(await slow.next()).value!.map(({ position }) => position));
    expect(seen).toEqual(between(start, last));
    await slow.return();
  });

  it('ends at once for who leaves while nothing comes', async () => {
    const live = new LiveLog(store);
    const leaving = new AbortController();
    const waiting = live.follow(undefined, leaving.signal).next();
    leaving.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});
