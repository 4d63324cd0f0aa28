import { afterEach, describe, expect, it } from '@jest/globals';
import { setInterval } from 'node:timers/promises';
import { appended, collect, eventsOf, newTenant, range } from '../testing/given-log.js';
import { EventStoreDbDouble, type DoubleOptions } from './testing/eventstoredb-double.js';
import { openDoubleLog, type DoubleLog } from './testing/open-double-log.js';

const MANY = 6_000;
/** More than a look reads backwards, far less than others have written. */
const FEW = 2_000;

describe('the head of a log on a server where others have written thousands of events', () => {
  let log: DoubleLog;
  let tenant: ReturnType<typeof newTenant>;
  afterEach(() => log.close());

  const given = async (options: DoubleOptions = {}) => {
    log = await openDoubleLog(options);
    tenant = newTenant();
  };
  const append = async (key: string) =>
    appended(await log.store.append({ stream: tenant.stream(key), expected: 'none', events: [tenant.event(key)] }));
  const foreign = (count: number) => {
    for (const i of range(count)) log.double.appendForeign('orders-1', 'OrderPlaced', { i });
  };
  const another = () => log.open();
  /** How many events the server sends meanwhile. */
  const sentDuring = async (work: () => Promise<unknown>): Promise<number> => {
    const before = log.double.eventsSent;
    await work();
    return log.double.eventsSent - before;
  };
  const looks = async () => {
    const { rows } = await log.database.owner.query<{ through: bigint; head: bigint }>(
      'SELECT * FROM eventstoredb.look',
    );
    return rows[0];
  };
  /** Until somebody has kept how far the log was looked through. */
  const lookedThrough = async (position: bigint): Promise<void> => {
    if (((await looks())?.through ?? 0n) < position) await lookedThrough(position);
  };

  describe.each([
    ['says when a subscription has caught up', {}],
    ['is of a version before 23.10 and does not', { tellsCaughtUp: false }],
  ])('which %s', (_, options) => {
    it('is found without most of what they wrote, be there an event of ours or none', async () => {
      await given(options);
      foreign(MANY);
      expect(await sentDuring(async () => expect(await log.store.head()).toBe(0n))).toBeLessThan(FEW);
      const { position } = await append('a');
      foreign(MANY);
      expect(await sentDuring(async () => expect(await log.store.head()).toBe(position))).toBeLessThan(FEW);
    });

    it('is there for the next process at once', async () => {
      await given(options);
      const { position } = await append('a');
      foreign(MANY);
      await log.store.head();
      expect(
        await sentDuring(async () => {
          const next = await another();
          expect(await next.head()).toBe(position);
          expect(await next.head()).toBe(position);
        }),
      ).toBeLessThan(10);
    });

    it('comes with a whole log that is read without what they wrote', async () => {
      await given(options);
      for (const key of ['a', 'b', 'c']) {
        await append(key);
        foreign(MANY);
      }
      const next = await another();
      const read = async () => {
        const events = eventsOf(await collect(next.readAll()));
        expect(events.map((event) => event.idempotencyKey)).toEqual(['a', 'b', 'c']);
      };
      expect(await sentDuring(read)).toBeLessThan(FEW);
      expect(await sentDuring(read)).toBeLessThan(10);
      const { position } = await append('d');
      foreign(MANY);
      const tell = async () => expect(await next.countTo(position)).toBe(4n);
      expect(await sentDuring(tell)).toBeLessThan(FEW);
      const readLast = async () => {
        const events = eventsOf(await collect(next.readAll({ direction: 'backwards', limit: 1 })));
        expect(events.map((event) => event.idempotencyKey)).toEqual(['d']);
      };
      await next.head();
      expect(await sentDuring(readLast)).toBeLessThan(10);
    });
  });

  it('lets a process open without looking at the log', async () => {
    await given();
    foreign(MANY);
    expect(await sentDuring(another)).toBe(1);
  });

  it('is known to a process that follows the log while only they write', async () => {
    await given();
    const { position } = await append('a');
    const others = new AbortController();
    const writing = (async () => {
      for await (const _ of setInterval(1, undefined, { signal: others.signal })) foreign(8);
    })().catch(() => undefined);
    await lookedThrough(position + 1n);
    others.abort();
    await writing;
    expect(await looks()).toMatchObject({ head: position });
    const next = await another();
    expect(await sentDuring(async () => expect(await next.head()).toBe(position))).toBeLessThan(FEW);
  });

  it('is looked for again when the event where the last look ended is gone', async () => {
    await given();
    const { position } = await append('a');
    foreign(MANY);
    await log.store.head();
    log.double.log.events.pop();
    foreign(1);
    expect(await log.store.head()).toBe(position);
    expect(await (await another()).head()).toBe(position);
  });

  it('is looked for again in another log', async () => {
    await given();
    await append('a');
    foreign(MANY);
    await log.store.head();
    const other = await EventStoreDbDouble.start();
    for (const i of range(2 * MANY)) other.appendForeign('orders-1', 'OrderPlaced', { i });
    const elsewhere = await log.open({ url: other.url });
    expect(await elsewhere.head()).toBe(0n);
    const { position } = appended(
      await elsewhere.append({ stream: tenant.stream('b'), expected: 'none', events: [tenant.event('b')] }),
    );
    expect(await elsewhere.head()).toBe(position);
    await elsewhere.close();
    await other.close();
  });
});
