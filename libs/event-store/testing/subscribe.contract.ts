import { expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import type { Recorded } from '../../event-sourcing/event.js';
import type { EventStore, Page, SubscribeOptions } from '../event-store.js';
import { appended, collect, eventsOf, newTenant, range } from './given-log.js';
import type { OpenLog } from './open-log.js';

const writingMs = process.env['RAPPORT_LONG'] ? 30_000 : 3_000;

export function subscribeContract(log: () => OpenLog): void {
  const append = async (tenant: ReturnType<typeof newTenant>, key: string | number, type = 'TouchRecorded') =>
    appended(
      await log().store.append({ stream: tenant.stream(key), expected: 'none', events: [tenant.event(key, { type })] }),
    );
  const keys = (events: readonly Recorded[]) => events.map((e) => e.idempotencyKey);

  it('gives what was there, says when it has caught up, and goes on with what comes', async () => {
    const tenant = newTenant();
    const before = await log().store.head();
    for (const i of range(5)) await append(tenant, i);
    const follower = follow(log().store, { from: before, pageSize: 2 });
    await follower.until((page) => page.caughtUp);
    expect(keys(follower.events)).toEqual(['0', '1', '2', '3', '4']);
    const { position } = await append(tenant, 'live');
    await follower.until((page) => page.position >= position);
    expect(keys(follower.events)).toEqual(['0', '1', '2', '3', '4', 'live']);
    expect(follower.pages.at(-1)!.hash).toBe(await log().store.hashAt(position));
    await follower.stop();
  });

  it('starts with the first event of all when no position is given', async () => {
    await append(newTenant(), 0);
    const first = eventsOf(await collect(log().store.readAll({ limit: 1 })));
    const follower = follow(log().store, { pageSize: 1 });
    await follower.until(() => follower.events.length > 0);
    expect(follower.events).toEqual(first);
    await follower.stop();
  });

  it('says at once that it has caught up where there is nothing to read', async () => {
    const { position } = await append(newTenant(), 0);
    const follower = follow(log().store, { from: position });
    await follower.until((page) => page.caughtUp);
    expect(follower.events).toEqual([]);
    await follower.stop();
  });

  it('gives only the wanted types and tenant, and moves its position past all others', async () => {
    const tenant = newTenant();
    const neighbour = newTenant();
    const before = await log().store.head();
    const follower = follow(log().store, { from: before, types: ['GiftRecorded'], tenantId: tenant.tenantId });
    const caughtUp = async (position: bigint) => follower.until((page) => page.caughtUp && page.position >= position);
    await caughtUp(before);
    await append(tenant, 'touch');
    await append(tenant, 'gift', 'GiftRecorded');
    await append(neighbour, 'gift', 'GiftRecorded');
    await caughtUp((await append(tenant, 'last')).position);
    expect(follower.events.map((e) => [e.tenantId, e.idempotencyKey])).toEqual([[tenant.tenantId, 'gift']]);
    await follower.stop();
  });

  it('feeds many followers, each at its own pace and from its own position', async () => {
    const tenant = newTenant();
    const before = await log().store.head();
    const early = range(4).map((i) => follow(log().store, { from: before, pageSize: i + 1 }));
    for (const i of range(10)) await append(tenant, i);
    const late = follow(log().store, { from: before });
    const { position } = await append(tenant, 'last');
    for (const follower of [...early, late]) {
      await follower.until((page) => page.position >= position);
      expect(keys(follower.events)).toEqual([...range(10).map(String), 'last']);
      await follower.stop();
    }
  });

  it('keeps a follower that does not pull from filling the memory', async () => {
    const { store } = log();
    const tenant = newTenant();
    const before = await store.head();
    // Far more than a follower may hold, and few bytes, which cost more to write and to read back than to hold.
    const [count, size] = [64, 1 << 18];
    const write = async (i: number) => {
      const events = [tenant.event(i, { data: { note: 'x'.repeat(size) } })];
      appended(await store.append({ stream: tenant.stream(i), expected: 'none', events }));
    };
    await Promise.all(range(count).map(write));
    const idle = store.subscribe({ from: before, pageSize: 1 })[Symbol.asyncIterator]();
    const memory = memoryInUse();
    expect((await idle.next()).value).toMatchObject({ caughtUp: false });
    // the other follower's way through the log is the time in which the idle one could have read ahead
    let seen = 0;
    for await (const page of store.subscribe({ from: before, pageSize: 1 })) {
      seen += page.events.length;
      if (page.caughtUp) break;
    }
    expect(seen).toBe(count);
    expect(memoryInUse() - memory).toBeLessThan(count * size * 0.75);
    await idle.return?.();
  });

  it('ends when its signal aborts, waiting or not', async () => {
    const { position } = await append(newTenant(), 0);
    const abort = new AbortController();
    const follower = follow(log().store, { from: position, signal: abort.signal });
    await follower.until((page) => page.caughtUp);
    abort.abort();
    await follower.ended;
    expect(await collect(log().store.subscribe({ signal: AbortSignal.abort() }))).toEqual([]);
  });

  it('ends when its consumer breaks, and another can follow', async () => {
    const tenant = newTenant();
    const before = await log().store.head();
    await append(tenant, 0);
    for (const _ of range(30)) {
      for await (const page of log().store.subscribe({ from: before })) {
        expect(keys(page.events)).toEqual(['0']);
        break;
      }
    }
  });

  it('loses and doubles nothing over lost connections', async () => {
    const { store } = log();
    if (!log().disconnect) return;
    const tenant = newTenant();
    const before = await store.head();
    const follower = follow(store, { from: before, pageSize: 3 });
    await follower.until((page) => page.caughtUp);
    const written: string[] = [];
    for (const round of range(4)) {
      await log().disconnect!();
      for (const i of range(10)) {
        const key = `${round}.${i}`;
        // an append whose connection broke is repeated by its caller until it is answered
        await untilAnswered(() =>
          store.append({ stream: tenant.stream(key), expected: 'none', events: [tenant.event(key)] }),
        );
        written.push(key);
        if (i === 5) await log().disconnect!();
      }
    }
    const last = (await collect(store.readStream(tenant.stream('3.9'))))[0]!;
    await follower.until((page) => page.position >= last.position);
    expect(keys(follower.events)).toEqual(written);
    await follower.stop();
  });

  it(
    'misses nothing as a slow reader among eight writers of two processes',
    async () => {
      const stores = [log().store, await log().second()];
      const tenant = newTenant();
      const follower = follow(stores[0]!, { from: await stores[0]!.head(), pageSize: 50 }, 2);
      const until = Date.now() + writingMs;
      const acknowledged: Recorded['id'][] = [];
      let last = 0n;
      const write = async (writer: number) => {
        for (let i = 0; Date.now() < until; i++) {
          const event = tenant.event(`${writer}.${i}`);
          const expected = i === 0 ? 'none' : i - 1;
          const append = { stream: tenant.stream(writer), expected, events: [event] } as const;
          const { position } = appended(await stores[writer % 2]!.append(append));
          acknowledged.push(event.id);
          if (position > last) last = position;
        }
      };
      await Promise.all(range(8).map(write));
      await follower.until((page) => page.position >= last);

      const seen = follower.events.map((e) => e.id);
      expect(seen.toSorted()).toEqual(acknowledged.toSorted());
      const positions = follower.events.map((e) => e.position);
      expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
      await follower.stop();
    },
    writingMs * 2 + 30_000,
  );
}

/** Consumes a subscription; `slowMs` is what the consumer takes per page. */
function follow(store: EventStore, options: SubscribeOptions, slowMs = 0) {
  const abort = new AbortController();
  const pages: Page[] = [];
  const events: Recorded[] = [];
  const waiting = new Set<() => void>();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  const ended = (async () => {
    for await (const page of store.subscribe({ ...options, signal })) {
      pages.push(page);
      events.push(...page.events);
      for (const look of waiting) look();
      if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
    }
  })();
  return {
    pages,
    events,
    ended,
    /** Until the newest page satisfies. */
    until: (satisfied: (page: Page) => boolean): Promise<void> => {
      const reached = new Promise<void>((resolve) => {
        const look = () => {
          const page = pages.at(-1);
          if (!page || !satisfied(page)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
      // a subscription that fails must fail the test, not let it wait
      return Promise.race([reached, ended.then(() => Promise.reject(new Error('The subscription has ended.')))]);
    },
    stop: async () => {
      abort.abort();
      await ended;
    },
  };
}

async function untilAnswered<T>(attempt: () => Promise<T>, attempts = 20): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (attempts === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return untilAnswered(attempt, attempts - 1);
  }
}

function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage(); // what lies outside the heap is given back only after the first
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
