import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Page } from '../event-store/event-store.js';
import { collect } from '../event-store/testing/given-log.js';
import { Applier, type Work } from './applier.js';
import { bulkLoad } from './bulk.js';
import { StaleWorker } from './failures.js';
import { rebuild } from './rebuild.js';
import { GivenLog, type GivenEvent } from './testing/given-log.js';
import { toy } from './testing/toy.js';

const fail = (problem: string) => {
  throw new Error(problem);
};
const nothing = () => undefined;
const never = new AbortController().signal;
const made = (entry: string, account: string, amount = 1): GivenEvent => ({
  type: 'EntryMade',
  data: { entry, account, amount, tags: [] },
});

describe('applying the log to a build', () => {
  let log: GivenLog;
  beforeAll(async () => {
    log = await GivenLog.open();
  });
  afterAll(() => log.close());

  const pages = (pageSize: number, { store } = log): Promise<Page[]> => collect(store.readAll({ pageSize }));

  it('leaves the rows as they are when a page comes twice', async () => {
    await log.append([
      made('one', 'a'),
      made('two', 'a'),
      { type: 'EntryMoved', data: { entry: 'one', account: 'b' } },
    ]);
    const work = await log.work(toy('twice'));
    const applier = await Applier.open(work);
    for (const page of await pages(2)) {
      await applier.apply(page);
      const once = await log.rows(work.build.schema);
      await applier.apply(page);
      await (await Applier.open(work)).apply(page);
      expect(await log.rows(work.build.schema)).toEqual(once);
    }
    expect((await log.rows('twice')).entries).toHaveLength(2);
  });

  it('refuses the write of an owner whose build was taken over, before and after it was written to', async () => {
    await log.append([made('three', 'a')]);
    const stale = await log.work(toy('taken'));
    const old = await Applier.open(stale);
    const [first, ...rest] = await pages(1);
    await old.apply(first!);
    const work = await log.own(stale.projection, stale.build.schema);
    await expect(old.apply(rest[0]!)).rejects.toThrow(StaleWorker);
    const before = await log.rows(work.build.schema);
    await (await Applier.open(work)).apply(rest[0]!);
    await expect(Applier.open(stale)).rejects.toThrow(StaleWorker);
    await expect(old.apply(rest[0]!)).rejects.toThrow(StaleWorker);
    expect(await log.rows(work.build.schema)).not.toEqual(before);
  });

  it('says what a handler reads without having named it', async () => {
    const forgetful = toy('forgetful', 1, {
      EntryDeleted: { apply: (event, rows) => void rows.get('entries', [event.tenantId, 'one']) },
    });
    await log.append([{ type: 'EntryDeleted', data: { entry: 'one' } }]);
    const applier = await Applier.open(await log.work(forgetful));
    const applying = async () => {
      for (const page of await pages(100)) await applier.apply(page);
    };
    await expect(applying()).rejects.toThrow('gets entries (demo, one) without naming it');
  });

  const entry = fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5', 'ünïcødé \\ "\t\n');
  const account = fc.constantFrom('a', 'b', 'c\r\\.');
  const events = fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          type: fc.constant('EntryMade'),
          data: fc.record({
            entry,
            account,
            amount: fc.double({ noNaN: true, noDefaultInfinity: true }),
            tags: fc.array(fc.constantFrom('x', 'NULL', '{,}', '"\\', ''), { maxLength: 3 }),
          }),
        }),
      },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('EntryMoved'), data: fc.record({ entry, account }) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('EntryDeleted'), data: fc.record({ entry }) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('AccountClosed'), data: fc.record({ account }) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('NobodyListens'), data: fc.record({ account }) }) },
    ),
    { minLength: 1, maxLength: 40 },
  );

  it('gives the same rows to the byte in pages of any size, in bulk, and in bulk that remembers next to nothing', async () => {
    const samePicture = async (some: GivenEvent[], pageSize: number, kept: number) => {
      await using own = await GivenLog.open();
      await own.append(some);
      const works: Work[] = [];
      for (const way of ['pages', 'single', 'bulk', 'tight', 'resumed']) works.push(await own.work(toy(way)));
      const [inPages, single, inBulk, tight, resumed] = works as [Work, Work, Work, Work, Work];

      const applier = await Applier.open(inPages);
      for (const page of await pages(pageSize, own)) await applier.apply(page);
      for (const page of await pages(1, own)) await (await Applier.open(single)).apply(page);
      await rebuild(inBulk, never, fail);
      const limits = { capacity: kept * 500, changes: kept, events: 1000, page: pageSize };
      await bulkLoad(tight, undefined, nothing, never, limits);
      await rebuild(tight, never, fail);
      for (const page of await pages(1, own)) await bulkLoad(resumed, page.position, nothing, never);
      await rebuild(resumed, never, fail);

      const expected = await own.rows(inPages.build.schema);
      for (const { build } of works) expect(await own.rows(build.schema)).toEqual(expected);
    };
    const size = fc.integer({ min: 1, max: 9 });
    await fc.assert(fc.asyncProperty(events, size, size, samePicture), {
      numRuns: process.env['RAPPORT_LONG'] ? 500 : 20,
    });
  });
});
