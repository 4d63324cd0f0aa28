import { expect, it } from '@jest/globals';
import type { LogTraits, OpenLog } from './open-log.js';
import type { Expected } from '../event-store.js';
import { appended, collect, newTenant, range } from './given-log.js';

export function appendContract(log: () => OpenLog, { densePositions }: LogTraits): void {
  it('gives every event the next revision of its stream and a later position', async () => {
    const { store } = log();
    const tenant = newTenant();
    const before = await store.head();
    const first = appended(
      await store.append({ stream: tenant.stream(1), expected: 'none', events: tenant.events('a', 3) }),
    );
    const other = appended(
      await store.append({ stream: tenant.stream(2), expected: 'none', events: [tenant.event('b')] }),
    );
    const next = appended(await store.append({ stream: tenant.stream(1), expected: 2, events: [tenant.event('c')] }));

    expect([first.revision, other.revision, next.revision]).toEqual([2, 0, 3]);
    const events = await collect(store.readStream(tenant.stream(1)));
    expect(events.map((e) => e.revision)).toEqual([0, 1, 2, 3]);
    expect(events[2]).toMatchObject({ position: first.position, recordedAt: first.recordedAt });
    expect(events[3]).toMatchObject({ position: next.position, recordedAt: next.recordedAt });
    const positions = [before, events[0]!, events[1]!, events[2]!, other, events[3]!].map((at) =>
      typeof at === 'bigint' ? at : at.position,
    );
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
    if (densePositions) expect(positions).toEqual(range(6).map((i) => before + BigInt(i)));
  });

  it('gives back what was appended, and where and when the log put it', async () => {
    const { store } = log();
    const tenant = newTenant();
    const event = tenant.event('a', { causationId: 'evt_before', data: { nested: { list: [1, null, 'x', 0.1] } } });
    const { position, recordedAt } = appended(
      await store.append({ stream: tenant.stream(1), expected: 'none', events: [event] }),
    );
    expect(await collect(store.readStream(tenant.stream(1)))).toEqual([
      { ...event, stream: tenant.stream(1), revision: 0, position, recordedAt },
    ]);
    expect(recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it.each<[string, number, Expected, 'none' | number | undefined]>([
    ['a new stream is expected new', 0, 'none', undefined],
    ['a stream with events is not new', 2, 'none', 1],
    ['a stream is expected at its last revision', 2, 1, undefined],
    ['a stream has gone on', 2, 0, 1],
    ['a stream has not got so far', 2, 7, 1],
    ['a stream without events has no revision', 0, 0, 'none'],
    ['a stream with events exists', 2, 'existing', undefined],
    ['a stream without events does not exist', 0, 'existing', 'none'],
  ])('%s', async (_, length, expected, refusedAt) => {
    const { store } = log();
    const tenant = newTenant();
    const stream = tenant.stream(1);
    if (length > 0) await store.append({ stream, expected: 'none', events: tenant.events('before', length) });
    const outcome = await store.append({ stream, expected, events: tenant.events('now', 2) });
    expect(outcome).toMatchObject(
      refusedAt === undefined
        ? { outcome: 'appended', revision: length + 1 }
        : { outcome: 'wrongRevision', actual: refusedAt },
    );
    // all of them or none
    expect(await collect(store.readStream(stream))).toHaveLength(refusedAt === undefined ? length + 2 : length);
  });

  it.each<[string, number]>([
    ['a new stream', 0],
    ['a stream at one revision', 3],
  ])('lets exactly one of 50 racers win %s', async (_, length) => {
    const stores = [log().store, await log().second()];
    const tenant = newTenant();
    const stream = tenant.stream(1);
    if (length > 0) await stores[0]!.append({ stream, expected: 'none', events: tenant.events('before', length) });
    const outcomes = await Promise.all(
      range(50).map((racer) =>
        stores[racer % 2]!.append({
          stream,
          expected: length === 0 ? 'none' : length - 1,
          events: [tenant.event(racer)],
        }),
      ),
    );
    expect(outcomes.filter((o) => o.outcome === 'appended')).toHaveLength(1);
    const losers = outcomes.filter((o) => o.outcome !== 'appended');
    expect(losers).toEqual(losers.map(() => ({ outcome: 'wrongRevision', actual: length })));
    expect(await collect(stores[0]!.readStream(stream))).toHaveLength(length + 1);
  });

  it('appends all of 50 racers that expect no revision, one after the other', async () => {
    const stores = [log().store, await log().second()];
    const tenant = newTenant();
    const stream = tenant.stream(1);
    await stores[0]!.append({ stream, expected: 'none', events: [tenant.event('first')] });
    const outcomes = await Promise.all(
      range(50).map((i) => stores[i % 2]!.append({ stream, expected: 'existing', events: [tenant.event(i)] })),
    );
    const revisions = outcomes.map((o) => appended(o).revision).toSorted((a, b) => a - b);
    expect(revisions).toEqual(range(50).map((i) => i + 1));
    const events = await collect(stores[1]!.readStream(stream));
    expect(events.map((e) => e.revision)).toEqual(range(51));
  });

  it('carries out appends to one stream in the order they were sent, without being waited for', async () => {
    const { store } = log();
    const tenant = newTenant();
    const stream = tenant.stream(1);
    const outcomes = await Promise.all(
      range(40).map((i) => store.append({ stream, expected: i === 0 ? 'none' : i - 1, events: [tenant.event(i)] })),
    );
    expect(outcomes.map((o) => appended(o).revision)).toEqual(range(40));
    const events = await collect(store.readStream(stream));
    expect(events.map((e) => e.idempotencyKey)).toEqual(range(40).map(String));
  });

  it('lets a conflict and a repeat lose only their own append', async () => {
    const { store } = log();
    const tenant = newTenant();
    const old = { stream: tenant.stream('old'), expected: 'none', events: [tenant.event('old')] } as const;
    await store.append(old);
    const outcomes = await Promise.all([
      store.append({ stream: tenant.stream(1), expected: 'none', events: tenant.events('1', 2) }),
      store.append({ stream: old.stream, expected: 7, events: [tenant.event('conflict')] }),
      store.append(old),
      store.append({ stream: old.stream, expected: 0, events: [tenant.event('next')] }),
      store.append({ stream: tenant.stream(2), expected: 'none', events: [tenant.event('2')] }),
    ]);
    expect(outcomes.map((o) => o.outcome)).toEqual(['appended', 'wrongRevision', 'repeated', 'appended', 'appended']);
  });

  it('never lets recordedAt fall while the position rises', async () => {
    const stores = [log().store, await log().second()];
    const tenant = newTenant();
    const before = await stores[0]!.head();
    await Promise.all(
      range(60).map((i) =>
        stores[i % 2]!.append({ stream: tenant.stream(i), expected: 'none', events: [tenant.event(i)] }),
      ),
    );
    const pages = await collect(stores[0]!.readAll({ from: before, tenantId: tenant.tenantId }));
    const times = pages.flatMap((page) => page.events.map((e) => e.recordedAt));
    expect(times).toHaveLength(60);
    expect(times).toEqual(times.toSorted());
  });
}
