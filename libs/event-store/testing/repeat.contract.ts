import { expect, it } from '@jest/globals';
import type { OpenLog } from './open-log.js';
import type { Append } from '../event-store.js';
import { appended, collect, newTenant, range } from './given-log.js';

export function repeatContract(log: () => OpenLog): void {
  it('answers a repeat with the first events and appends nothing', async () => {
    const { store } = log();
    const tenant = newTenant();
    const append: Append = { stream: tenant.stream(1), expected: 'none', events: tenant.events('a', 3) };
    await store.append(append);
    await store.append({ stream: append.stream, expected: 2, events: [tenant.event('later')] });
    const first = (await collect(store.readStream(append.stream))).slice(0, 3);

    expect(await store.append(append)).toEqual({ outcome: 'repeated', events: first });
    // a repeat that was decided on the newer state is still a repeat
    expect(await store.append({ ...append, expected: 3 })).toEqual({ outcome: 'repeated', events: first });
    expect(await store.append({ ...append, events: append.events.slice(0, 1) })).toMatchObject({ outcome: 'repeated' });
    expect(await collect(store.readStream(append.stream))).toHaveLength(4);
  });

  it('answers a repeat the same way after a restart', async () => {
    const tenant = newTenant();
    const append: Append = { stream: tenant.stream(1), expected: 'none', events: [tenant.event('a')] };
    await log().store.append(append);
    const second = await log().second();
    expect(await second.append(append)).toEqual({
      outcome: 'repeated',
      events: await collect(second.readStream(append.stream)),
    });
  });

  it('names the first event when a key comes back with other input', async () => {
    const { store } = log();
    const tenant = newTenant();
    const first = tenant.event('a');
    await store.append({ stream: tenant.stream(1), expected: 'none', events: [first] });
    for (const stream of [tenant.stream(1), tenant.stream(2)]) {
      const outcome = await store.append({ stream, expected: 'none', events: [{ ...first, inputHash: 'another' }] });
      expect(outcome).toEqual({ outcome: 'keyConflict', firstEventId: first.id });
    }
    expect(await collect(store.readStream(tenant.stream(2)))).toEqual([]);
  });

  it('appends once what 20 send at the same moment, whichever process they reach', async () => {
    const stores = [log().store, await log().second()];
    const tenant = newTenant();
    const append: Append = { stream: tenant.stream(1), expected: 'none', events: tenant.events('a', 2) };
    const outcomes = await Promise.all(range(20).map((i) => stores[i % 2]!.append(append)));

    const events = await collect(stores[0]!.readStream(append.stream));
    expect(events).toHaveLength(2);
    expect(outcomes.filter((o) => o.outcome === 'appended')).toHaveLength(1);
    const repeats = outcomes.filter((o) => o.outcome !== 'appended');
    expect(repeats).toEqual(repeats.map(() => ({ outcome: 'repeated', events })));
  });

  it('lets the first of two payloads under one key win when they race', async () => {
    const stores = [log().store, await log().second()];
    const tenant = newTenant();
    const event = tenant.event('a');
    const outcomes = await Promise.all(
      range(10).map((i) =>
        stores[i % 2]!.append({
          stream: tenant.stream(i),
          expected: 'none',
          events: [{ ...event, inputHash: `input ${i}` }],
        }),
      ),
    );
    expect(outcomes.filter((o) => o.outcome === 'appended')).toHaveLength(1);
    expect(outcomes.filter((o) => o.outcome === 'keyConflict')).toHaveLength(9);
  });

  it('finds an append by its first event, and an event by its id', async () => {
    const { store } = log();
    const tenant = newTenant();
    const stream = tenant.stream(1);
    const ids = tenant.events('a', 3).map((e) => e.id);
    await store.append({ stream, expected: 'none', events: [tenant.event('before')] });
    await store.append({ stream, expected: 0, events: tenant.events('a', 3) });
    appended(await store.append({ stream, expected: 3, events: [tenant.event('after')] }));

    const events = await collect(store.readStream(stream));
    expect(await store.findAppend(ids[0]!)).toEqual(events.slice(1, 4));
    expect(await store.findEvent(ids[1]!)).toEqual(events[2]);
    expect(await store.findAppend(tenant.event('never').id)).toBeUndefined();
    expect(await store.findEvent(tenant.event('never').id)).toBeUndefined();
  });
}
