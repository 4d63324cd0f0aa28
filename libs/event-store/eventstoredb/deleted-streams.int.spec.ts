import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamDeleted } from '../errors.js';
import type { Append } from '../event-store.js';
import { appended, collect, eventsOf, newTenant } from '../testing/given-log.js';
import { openDoubleLog, type DoubleLog } from './testing/open-double-log.js';

describe('a stream of ours that an operator has deleted', () => {
  let log: DoubleLog;
  let tenant: ReturnType<typeof newTenant>;
  beforeEach(async () => {
    log = await openDoubleLog({ recentEvents: 0 });
    tenant = newTenant();
    appended(await log.store.append(one('a', 'none')));
    appended(await log.store.append(one('b', 0)));
  });
  afterEach(() => log.close());

  const stream = () => tenant.stream('s');
  const one = (key: string, expected: Append['expected']): Append => ({
    stream: stream(),
    expected,
    events: [tenant.event(key)],
  });
  const onServer = () => `rapport.${stream()}`;
  const stored = async () => eventsOf(await collect(log.store.readAll())).map((event) => event.idempotencyKey);

  describe.each([
    ['for good', () => log.double.log.tombstone(onServer())],
    ['so that it can be written again', () => log.double.log.softDelete(onServer())],
  ])('%s', (_, remove) => {
    beforeEach(remove);

    it('is named by whoever reads it, from the beginning, from anywhere, from the end, or beside others', async () => {
      for (const options of [{}, { from: 1 }, { direction: 'backwards' as const }])
        await expect(collect(log.store.readStream(stream(), options))).rejects.toThrow(StreamDeleted);
      const wanted = [tenant.stream('new'), stream()].map((stream) => ({ stream, from: 0 }));
      await expect(log.store.readStreams(wanted)).rejects.toMatchObject({ name: 'StreamDeleted', stream: stream() });
      expect(await collect(log.store.readStream(tenant.stream('new')))).toEqual([]);
    });

    it('is named to whoever finds or repeats an append to it', async () => {
      await expect(log.store.findAppend(tenant.event('a').id)).rejects.toThrow(StreamDeleted);
      await expect(log.store.append(one('a', 'none'))).rejects.toThrow(StreamDeleted);
      expect(await stored()).toEqual(['a', 'b']);
    });

    it('is named to whoever appends to it as to one that exists', async () => {
      await expect(log.store.append(one('c', 'existing'))).rejects.toThrow(StreamDeleted);
      expect(await stored()).toEqual(['a', 'b']);
    });
  });

  it('for good takes no append, whatever it expects, and holds no name back', async () => {
    log.double.log.tombstone(onServer());
    const claims = { take: [{ name: 'npi:1', owner: 'pty_c', refusal: 'NAME_TAKEN' }] };
    await expect(log.store.append({ ...one('c', 'none'), claims })).rejects.toThrow(StreamDeleted);
    await expect(log.store.append(one('c', 1))).rejects.toThrow(StreamDeleted);
    const elsewhere = { ...one('d', 'none'), stream: tenant.stream('t'), claims };
    expect(await log.store.append(elsewhere)).toMatchObject({ outcome: 'appended' });
    expect(await stored()).toEqual(['a', 'b', 'd']);
  });

  it('goes on where it ended when an append that takes it for new comes after all, and that one is told', async () => {
    log.double.log.softDelete(onServer());
    const events = tenant.events('c', 2);
    const append = { stream: stream(), expected: 'none', events } as const;
    await expect(log.store.append(append)).rejects.toMatchObject({ name: 'StreamDeleted', storedAt: 2 });
    expect(await log.store.append(append)).toMatchObject({ outcome: 'repeated' });
    await expect(collect(log.store.readStream(stream()))).rejects.toThrow(StreamDeleted);
    expect(await stored()).toHaveLength(4);
  });

  it('is told of also where many appends are acknowledged together', async () => {
    log.double.log.softDelete(onServer());
    const others = ['x', 'y', 'z'].map((key) => ({ ...one(key, 'none'), stream: tenant.stream(key) }));
    const outcomes = await Promise.allSettled([one('c', 'none'), ...others].map((append) => log.store.append(append)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(outcomes[0]).toMatchObject({ reason: { name: 'StreamDeleted', storedAt: 2 } });
  });

  it('is named after somebody has cut off its beginning', async () => {
    log.double.log.softDelete(onServer());
    expect(await log.store.append(one('c', 1))).toMatchObject({ outcome: 'appended', revision: 2 });
    await expect(collect(log.store.readStream(stream()))).rejects.toThrow(StreamDeleted);
    expect(await collect(log.store.readStream(stream(), { from: 2 }))).toHaveLength(1);
  });
});
