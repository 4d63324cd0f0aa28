import { afterEach, describe, expect, it } from '@jest/globals';
import type { Recorded } from '../../event-sourcing/event.js';
import type { AppendOutcome, Page } from '../event-store.js';
import { AppendOutcomeUnknown, StoreUnavailable } from '../errors.js';
import { appended, collect, eventsOf, newTenant, range } from '../testing/given-log.js';
import { APPEND_FAULTS, type AppendFault, type DoubleOptions } from './testing/eventstoredb-double.js';
import { openDoubleLog, type DoubleLog } from './testing/open-double-log.js';

const IMPATIENT = { timeoutMs: 500, patienceMs: 3_000 };
const PATIENT = { timeoutMs: 5_000, patienceMs: 10_000 };

let log: DoubleLog;
afterEach(() => log.close());

const given = async (doubleOptions: DoubleOptions = {}, settings = IMPATIENT) => {
  log = await openDoubleLog(doubleOptions, settings);
  const tenant = newTenant();
  const append = (key: string | number, store = log.store) =>
    store.append({ stream: tenant.stream(key), expected: 'none', events: [tenant.event(key)] });
  return { tenant, append };
};
const stored = async () => eventsOf(await collect(log.store.readAll()));
const keys = (events: readonly Recorded[]) => events.map((e) => e.idempotencyKey);

describe('an append to EventStoreDB', () => {
  it.each(APPEND_FAULTS)('is carried out once: %s', async (fault) => {
    const { tenant, append } = await given();
    await append('before');
    log.double.appendFaults.push(fault);
    const events = tenant.events('a', 3);
    const outcome = appended(await log.store.append({ stream: tenant.stream('a'), expected: 'none', events }));
    const [, ...there] = await stored();
    expect(there.map((e) => e.id)).toEqual(events.map((e) => e.id));
    expect(there[2]).toMatchObject({ revision: 2, position: outcome.position, recordedAt: outcome.recordedAt });
    expect(await append('after')).toMatchObject({ outcome: 'appended' });
  });

  it('finds the stream further on when its place was taken while nobody answered', async () => {
    const { tenant, append } = await given();
    await append('a');
    const stream = tenant.stream('a');
    log.double.appendFaults.push('no answer and not stored');
    const waiting = log.store.append({ stream, expected: 0, events: [tenant.event('slow')] });
    const other = await log.second();
    await log.double.appendReceived(2);
    await other.append({ stream, expected: 0, events: [tenant.event('fast')] });
    expect(await waiting).toEqual({ outcome: 'wrongRevision', actual: 1 });
  });

  it('was certainly not stored while there is no connection', async () => {
    const { append } = await given();
    await append('before');
    await log.double.stop();
    await expect(stored()).rejects.toThrow(StoreUnavailable); // now the client knows, too
    await expect(append('a')).rejects.toThrow(StoreUnavailable);
    await log.double.restart();
    expect(await append('a')).toMatchObject({ outcome: 'appended' });
    expect(keys(await stored())).toEqual(['before', 'a']);
  });

  it('is not accepted before the index knows the log, which takes a connection', async () => {
    const { append } = await given({}, { timeoutMs: 100, patienceMs: 300 });
    await log.double.stop();
    await expect(append('a')).rejects.toThrow(StoreUnavailable);
    await log.double.restart();
    expect(await append('a')).toMatchObject({ outcome: 'appended' });
  });

  it.each<[AppendFault, string]>([
    ['no answer though stored', 'repeated'],
    ['no answer and not stored', 'appended'],
  ])('has an unknown outcome when the server stays away (%s), and is repeated: %s', async (fault, outcome) => {
    const { append } = await given();
    await append('before');
    log.double.appendFaults.push(fault);
    const lost = append('a');
    await log.double.appendReceived(2);
    await log.double.stop();
    await expect(lost).rejects.toThrow(AppendOutcomeUnknown);
    await log.double.restart();
    expect(await append('a')).toMatchObject({ outcome });
    expect(keys(await stored())).toEqual(['before', 'a']);
  });

  it('ends no process, however many large ones were on their way', async () => {
    const { tenant } = await given();
    const text = 'x'.repeat(200_000);
    const append = (i: number): Promise<AppendOutcome> =>
      log.store.append({ stream: tenant.stream(i), expected: 'none', events: [tenant.event(i, { data: { text } })] });
    const sent = range(40).map(append);
    await log.double.appendReceived(5);
    log.double.cutConnections();
    // A slow machine may not learn in time whether one was stored: that is said, and a repeat finds out.
    for (const [i, outcome] of (await Promise.allSettled(sent)).entries()) {
      const { outcome: again } = await append(i);
      if (outcome.status === 'fulfilled') expect([outcome.value.outcome, again]).toEqual(['appended', 'repeated']);
      else {
        expect(outcome.reason).toBeInstanceOf(AppendOutcomeUnknown);
        expect(['appended', 'repeated']).toContain(again);
      }
    }
    expect(await stored()).toHaveLength(40);
  });

  it('costs nothing and doubles nothing however often connections break', async () => {
    const { append } = await given();
    for (const round of range(10)) {
      const writing = range(10).map((i) => append(`${round}.${i}`));
      log.double.cutConnections();
      for (const outcome of await Promise.all(writing)) expect(outcome.outcome).toBe('appended');
    }
    expect(keys(await stored()).toSorted()).toEqual(
      range(10)
        .flatMap((round) => range(10).map((i) => `${round}.${i}`))
        .toSorted(),
    );
  });

  it('is refused for ever when the server finds it too large', async () => {
    const { tenant, append } = await given({ maxAppendSize: 10_000 });
    const events = [tenant.event('a', { data: { text: 'x'.repeat(10_000) } })];
    const large = { stream: tenant.stream('a'), expected: 'none', events } as const;
    await expect(log.store.append(large)).rejects.toMatchObject({ name: 'AppendTooLarge', mostBytes: 10_000 });
    expect(await append('a')).toMatchObject({ outcome: 'appended' });
  });
});

describe('a subscription to EventStoreDB', () => {
  it('goes on where it was after a restart of the server', async () => {
    const { append } = await given();
    const seen: string[] = [];
    for await (const page of log.store.subscribe({ pageSize: 2 })) {
      seen.push(...keys(page.events));
      if (!page.caughtUp) continue;
      if (seen.length >= 12) break;
      await log.double.restart();
      for (const i of range(3)) await append(`${seen.length}.${i}`);
    }
    expect(seen).toEqual([0, 3, 6, 9].flatMap((before) => range(3).map((i) => `${before}.${i}`)));
  });

  it('waits for a server that is away', async () => {
    const { append } = await given();
    await append('a');
    const pages: AsyncIterator<Page> = log.store.subscribe()[Symbol.asyncIterator]();
    expect((await pages.next()).value).toMatchObject({ events: [{ idempotencyKey: 'a' }] });
    await log.double.stop();
    const next = pages.next();
    await log.double.restart();
    await append('b');
    const seen: Recorded[] = [];
    for (let page = await next; seen.length === 0; page = await pages.next())
      if (!page.done) seen.push(...page.value.events);
    expect(keys(seen)).toEqual(['b']);
    await pages.return?.();
  });

  it('loses nothing when the server drops it for being slow', async () => {
    const { append } = await given({}, PATIENT);
    log.double.dropWhenLagging = 40;
    const seen: string[] = [];
    const until = 400;
    for await (const page of log.store.subscribe({ pageSize: 10 })) {
      seen.push(...keys(page.events));
      if (seen.length >= until) break;
      // the server cannot hand over what is written here until this page is done with
      if (seen.length === 0) await Promise.all(range(until).map((i) => append(i)));
    }
    expect(seen.toSorted()).toEqual(range(until).map(String).toSorted());
    expect(log.double.dropped).toBeGreaterThan(0);
  });

  it('leaves nothing open on the server when its consumer breaks', async () => {
    const { append } = await given();
    await append('a');
    for (const _ of range(10)) for await (const page of log.store.subscribe()) if (page.caughtUp) break;
    await log.double.untilSubscriptions(1); // the one of the index
  });
});
