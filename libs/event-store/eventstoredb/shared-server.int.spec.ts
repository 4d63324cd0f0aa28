import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setInterval } from 'node:timers/promises';
import { eventHash } from '../codec.js';
import type { ReadStreamOptions } from '../event-store.js';
import { appended, collect, eventsOf, newTenant, range } from '../testing/given-log.js';
import { contractCodec } from '../testing/open-log.js';
import { openDoubleLog, type DoubleLog } from './testing/open-double-log.js';

describe('an EventStoreDB that other applications use too', () => {
  let log: DoubleLog;
  let tenant: ReturnType<typeof newTenant>;
  beforeEach(async () => {
    log = await openDoubleLog();
    tenant = newTenant();
  });
  afterEach(() => log.close());

  const append = async (key: string | number, data: object = { key }) =>
    appended(
      await log.store.append({ stream: tenant.stream(key), expected: 'none', events: [tenant.event(key, { data })] }),
    );
  const foreign = (count: number, stream = 'rapport2.relationship-demo.1') => {
    for (const i of range(count)) log.double.appendForeign(stream, 'TouchRecorded', { not: 'ours', i });
  };
  const bytesOf = (event: { data: Uint8Array }) => Buffer.from(event.data).toString('utf8');

  it('is read without what is not ours, in both directions and page by page', async () => {
    for (const i of range(5)) {
      foreign(100);
      await append(i);
      foreign(7, 'rapport');
    }
    for (const pageSize of [1, 64, undefined]) {
      const options = pageSize ? { pageSize } : {};
      const forwards = eventsOf(await collect(log.store.readAll(options)));
      expect(forwards.map((e) => e.idempotencyKey)).toEqual(range(5).map(String));
      const backwards = await collect(log.store.readAll({ ...options, direction: 'backwards' }));
      expect(eventsOf(backwards)).toEqual(forwards.toReversed());
    }
  });

  it('does not stumble over what somebody else wrote to a stream of ours', async () => {
    await append('a');
    log.double.appendForeign(`rapport.${tenant.stream('strange')}`, 'TouchRecorded', { not: 'ours' });
    const { position } = await append('b');
    expect(eventsOf(await collect(log.store.readAll()))).toHaveLength(2);
    expect(await collect(log.store.readStream(tenant.stream('strange')))).toEqual([]);
    for await (const page of log.store.subscribe()) if (page.position === position) break;
  });

  it('has a stream of ours read to its end, although others wrote a page of it', async () => {
    const stream = tenant.stream('ours');
    const keys = async (options?: ReadStreamOptions) =>
      (await collect(log.store.readStream(stream, options))).map(({ idempotencyKey }) => idempotencyKey);
    await append('ours');
    foreign(700, `rapport.${stream}`);
    const events = [tenant.event('later')];
    expect(await log.store.append({ stream, expected: 'existing', events })).toMatchObject({ revision: 701 });
    foreign(300, `rapport.${stream}`);
    expect(await keys()).toEqual(['ours', 'later']);
    expect(await keys({ direction: 'backwards' })).toEqual(['later', 'ours']);
    expect(await keys({ direction: 'backwards', limit: 1 })).toEqual(['later']);
  });

  it('has a head: the last event of ours, however much others write', async () => {
    expect(await log.store.head()).toBe(0n);
    const { position } = await append('a');
    for (const count of [1, 600, 30]) {
      foreign(count);
      expect(await log.store.head()).toBe(position);
    }
    const next = await append('b');
    foreign(3);
    expect(await log.store.head()).toBe(next.position);
  });

  it('is followed past what is not ours', async () => {
    await append('a');
    foreign(500);
    const last = await append('b');
    const seen: string[] = [];
    for await (const page of log.store.subscribe({ pageSize: 1 })) {
      seen.push(...page.events.map((e) => e.idempotencyKey));
      if (page.caughtUp && page.position === last.position) break;
    }
    expect(seen).toEqual(['a', 'b']);
  });

  it('tells a live subscription how far it has got while only others write', async () => {
    const { position } = await append('a');
    const others = new AbortController();
    const writing = (async () => {
      for await (const _ of setInterval(1, undefined, { signal: others.signal })) foreign(8);
    })().catch(() => undefined);
    for await (const page of log.store.subscribe({ from: position })) {
      expect(page.events).toEqual([]);
      if (page.position > position) break;
    }
    others.abort();
    await writing;
  });

  it('has no event of ours where another one stands, or none begins', async () => {
    const { position } = await append('a');
    foreign(1);
    const { position: foreignPosition } = log.double.log.events.at(-1)!;
    expect(await log.store.hashAt(position)).toBeDefined();
    expect(await log.store.hashAt(position + 1n)).toBeUndefined();
    expect(await log.store.hashAt(foreignPosition)).toBeUndefined();
  });

  it('is found through the gossip of its cluster', async () => {
    const { position } = await append('a');
    const store = await log.open({ url: log.double.discoverUrl });
    expect(await store.head()).toBe(position);
    expect(await store.append({ stream: tenant.stream('a'), expected: 0, events: [tenant.event('b')] })).toMatchObject({
      revision: 1,
    });
  });

  it('keeps our data as JSON, byte for byte the canonical form', async () => {
    const data = { z: 1, a: { 'line\u2028': 'Grüße', nested: [0.1, -1e-7, null] }, __proto_: true };
    const { position } = await append('a', data);
    const there = log.double.log.events.at(-1)!;
    expect(there).toMatchObject({ stream: `rapport.${tenant.stream('a')}`, type: 'TouchRecorded', isJson: true });
    const encoded = contractCodec.encode(tenant.event('a', { data }));
    expect(bytesOf(there)).toBe(encoded.data.toString('utf8'));
    expect(Buffer.from(there.metadata).toString('utf8')).toBe(encoded.meta.toString('utf8'));
    expect(await log.store.hashAt(position)).toBe(eventHash(encoded));
  });

  it('keeps the canonical form also where JSON.stringify would not', async () => {
    const data = { '10': 'ten', '9': 'nine', a: { '2': 1, '10': 2, '!': 3 } };
    const { position } = await append('a', data);
    const there = log.double.log.events.at(-1)!;
    const encoded = contractCodec.encode(tenant.event('a', { data }));
    expect(there.isJson).toBe(false);
    expect(bytesOf(there)).toBe(encoded.data.toString('utf8'));
    expect(await log.store.hashAt(position)).toBe(eventHash(encoded));
    expect(await collect(log.store.readStream(tenant.stream('a')))).toMatchObject([{ data }]);
  });

  it('lets two prefixes be two logs', async () => {
    await append('a');
    const other = await openOther();
    expect(await other.store.head()).toBe(0n);
    const events = [tenant.event('a')];
    expect(await other.store.append({ stream: tenant.stream('a'), expected: 'none', events })).toMatchObject({
      outcome: 'appended',
    });
    expect(eventsOf(await collect(other.store.readAll()))).toHaveLength(1);
    await other.close();
  });

  /** Another application of ours, with a database of its own. */
  const openOther = () => openDoubleLog({}, { url: log.double.url, prefix: 'other' });
});
