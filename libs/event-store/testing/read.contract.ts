import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Recorded } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { START } from '../../event-sourcing/position.js';
import type { EventStore, ReadAllOptions, ReadStreamOptions } from '../event-store.js';
import { eventHash } from '../codec.js';
import { appended, collect, eventsOf, newTenant, range } from './given-log.js';
import { contractCodec, type LogTraits, type OpenLog } from './open-log.js';

export function readContract(log: () => OpenLog, { densePositions }: LogTraits): void {
  const tenant = newTenant();
  const neighbour = newTenant();
  const stream = tenant.stream(1);
  let store: EventStore;
  let before: bigint;
  let all: Recorded[];

  // Twelve touches and gifts by turns over two streams of one tenant, with a neighbour's event after each.
  beforeAll(async () => {
    ({ store } = log());
    before = await store.head();
    for (const i of range(12)) {
      const type = i % 2 === 0 ? 'TouchRecorded' : 'GiftRecorded';
      const revision = Math.floor(i / 2) - 1;
      const expected = revision < 0 ? 'none' : revision;
      const events = [tenant.event(i, { type })];
      appended(await store.append({ stream: tenant.stream(i % 2), expected, events }));
      const other = [neighbour.event(i, { type: 'TouchRecorded' })];
      appended(await store.append({ stream: neighbour.stream(i), expected: 'none', events: other }));
    }
    all = eventsOf(await collect(store.readAll({ from: before, tenantId: tenant.tenantId })));
  });

  const numbers = (events: readonly Recorded[]) => events.map((e) => Number(e.idempotencyKey));

  it.each<[string, ReadStreamOptions | undefined, number[]]>([
    ['the whole', undefined, [1, 3, 5, 7, 9, 11]],
    ['from a revision', { from: 4 }, [9, 11]],
    ['from a revision it has not reached', { from: 6 }, []],
    ['the first few', { limit: 2 }, [1, 3]],
    ['a few from a revision', { from: 2, limit: 2 }, [5, 7]],
    ['backwards', { direction: 'backwards' }, [11, 9, 7, 5, 3, 1]],
    ['the last', { direction: 'backwards', limit: 1 }, [11]],
    ['backwards from a revision', { direction: 'backwards', from: 1 }, [3, 1]],
  ])('reads of a stream %s', async (_, options, expected) => {
    expect(numbers(await collect(store.readStream(stream, options)))).toEqual(expected);
  });

  it('counts the events up to a position', async () => {
    const since = async (position: bigint) => (await store.countTo(position)) - (await store.countTo(before));
    expect(await since(all.at(-1)!.position)).toBe(23n); // with the neighbour's between them
    expect(await since(all[3]!.position)).toBe(7n);
    expect(await since(all[0]!.position)).toBe(1n);
    expect(await store.countTo(START)).toBe(0n);
    const { position } = all[7]!;
    expect(await (await log().second()).countTo(position)).toBe(await store.countTo(position));
  });

  it('reads a stream that does not exist as empty', async () => {
    expect(await collect(store.readStream(tenant.stream('never')))).toEqual([]);
    expect(await collect(store.readStream(tenant.stream('never'), { direction: 'backwards' }))).toEqual([]);
  });

  it('reads the ends of many streams at once, without those that have nothing new', async () => {
    const tails = await store.readStreams([
      { stream: tenant.stream(0), from: 4 },
      { stream: tenant.stream(1), from: 0 },
      { stream: neighbour.stream(3), from: 1 },
      { stream: tenant.stream('never'), from: 0 },
    ]);
    expect([...tails.keys()].toSorted()).toEqual([tenant.stream(0), tenant.stream(1)]);
    expect(numbers(tails.get(tenant.stream(0))!)).toEqual([8, 10]);
    expect(numbers(tails.get(tenant.stream(1))!)).toEqual([1, 3, 5, 7, 9, 11]);
    expect(await store.readStreams([])).toEqual(new Map());
  });

  it.each<[string, ReadAllOptions, number[]]>([
    ['all', {}, range(12)],
    ['by a type', { types: ['GiftRecorded'] }, [1, 3, 5, 7, 9, 11]],
    ['by several types, also unknown ones', { types: ['GiftRecorded', 'TouchRecorded', 'Never'] }, range(12)],
    ['by no type at all', { types: [] }, []],
    ['a few', { limit: 5 }, range(5)],
    ['a few by type', { limit: 2, types: ['GiftRecorded'] }, [1, 3]],
  ])("reads of one tenant's log %s, in pages of any size and in both directions", async (_, options, expected) => {
    for (const pageSize of [1, 2, 5, 100]) {
      const forwards = { ...options, pageSize, tenantId: tenant.tenantId, from: before };
      const pages = await collect(store.readAll(forwards));
      expect(numbers(eventsOf(pages))).toEqual(expected);
      for (const page of pages) expect(page.events.length).toBeLessThanOrEqual(pageSize);

      const { limit, ...filter } = forwards;
      const backwards = { ...filter, direction: 'backwards', from: undefined } as const;
      const whole = numbers(eventsOf(await collect(store.readAll({ ...filter })))).reverse();
      const events = eventsOf(await collect(store.readAll({ ...backwards, ...(limit ? { limit } : {}) })));
      expect(numbers(events)).toEqual(whole.slice(0, limit));
    }
  });

  it('reads on from any position, exclusive, in both directions', async () => {
    for (const [i, event] of all.entries()) {
      const options = { from: event.position, tenantId: tenant.tenantId };
      expect(numbers(eventsOf(await collect(store.readAll(options))))).toEqual(range(12).slice(i + 1));
      const backwards = await collect(store.readAll({ ...options, direction: 'backwards' }));
      expect(numbers(eventsOf(backwards))).toEqual(range(i).reverse());
    }
  });

  it('reads the events of every tenant in the order of their positions', async () => {
    const positions = eventsOf(await collect(store.readAll({ from: before }))).map((e) => e.position);
    expect(positions.length).toBeGreaterThanOrEqual(24);
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
    if (densePositions) expect(positions.slice(0, 24)).toEqual(range(24).map((i) => before + BigInt(i + 1)));
  });

  describe('a page', () => {
    it('ends at its last event, or at the head, and says whether that is reached', async () => {
      const pages = await collect(store.readAll({ from: before, tenantId: tenant.tenantId, pageSize: 5 }));
      for (const page of pages) {
        const last = page.events.at(-1);
        if (last && !page.caughtUp) expect(page.position).toBeGreaterThanOrEqual(last.position);
        expect(page.hash).toBe(last && (await store.hashAt(last.position)));
      }
      expect(pages.map((page) => page.caughtUp)).toEqual([...pages.slice(1).map(() => false), true]);
      expect(pages.at(-1)!.position).toBeGreaterThanOrEqual(all.at(-1)!.position);
    });

    it('moves on past what a filter left out', async () => {
      const pages = await collect(store.readAll({ from: before, types: ['Never'] }));
      expect(eventsOf(pages)).toEqual([]);
      expect(pages.at(-1)!.caughtUp).toBe(true);
      expect(pages.at(-1)!.hash).toBeUndefined();
      expect(pages.at(-1)!.position).toBeGreaterThanOrEqual(all.at(-1)!.position);
    });
  });

  it('is never read further than it was asked to', async () => {
    for await (const page of store.readAll({ from: before, pageSize: 1 })) {
      expect(page.events).toHaveLength(1);
      break;
    }
    for await (const event of store.readStream(stream)) {
      expect(event.revision).toBe(0);
      break;
    }
  });

  it('knows where a moment lies between its events', async () => {
    const events = eventsOf(await collect(store.readAll()));
    for (const { recordedAt } of [events[0]!, all[0]!, all.at(-1)!]) {
      const first = events.findIndex((event) => event.recordedAt >= recordedAt);
      const last = events[first - 1]?.position ?? START;
      expect(await store.seamAt(recordedAt)).toEqual({ last, next: events[first]!.position });
    }
    expect(await store.seamAt('2001-01-01T00:00:00.000Z' as Instant)).toEqual({
      last: START,
      next: events[0]!.position,
    });
    expect(await store.seamAt('2101-01-01T00:00:00.000Z' as Instant)).not.toHaveProperty('next');
  });

  it('has a head, and a hash of the stored bytes at every position', async () => {
    const event = tenant.event('head');
    const { position } = appended(
      await store.append({ stream: tenant.stream('head'), expected: 'none', events: [event] }),
    );
    const head = await store.head();
    if (densePositions) expect(head).toBe(position);
    else expect(head).toBeGreaterThanOrEqual(position);
    expect(await store.hashAt(position)).toBe(eventHash(contractCodec.encode(event)));
    expect(await store.hashAt(START)).toBeUndefined();
    expect(await store.hashAt(head + 1_000_000n)).toBeUndefined();
  });
}
