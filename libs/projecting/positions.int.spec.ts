import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Applier } from './applier.js';
import { ProjectedPositions } from './positions.js';
import { rebuild } from './rebuild.js';
import { GivenLog } from './testing/given-log.js';
import { toy } from './testing/toy.js';

const never = new AbortController().signal;
const made = (entry: string) => ({ type: 'EntryMade', data: { entry, account: 'a', amount: 1, tags: [] } });

describe('waiting for read models', () => {
  let log: GivenLog;
  let positions: ProjectedPositions;
  beforeAll(async () => {
    log = await GivenLog.open();
    positions = new ProjectedPositions(log.database.pool);
  });
  afterAll(async () => {
    await positions.close();
    await log.close();
  });

  /** A live build, and how to let it catch up. */
  const live = async (name: string) => {
    const work = await log.work(toy(name));
    await rebuild(work, never, () => undefined);
    const applier = await Applier.open(work);
    return async () => {
      for await (const page of log.store.readAll({ from: applier.position })) await applier.apply(page);
    };
  };

  it('ends when the slowest of them gets there', async () => {
    const [one, two] = [await live('one'), await live('two')];
    const position = await log.append([made('a')]);
    const waiting = positions.waitFor(['one', 'two'], position, 20_000);
    await one();
    const both = await Promise.race([waiting, positions.waitFor(['one'], position, 20_000)]);
    expect(both).toEqual({ reached: true, position });
    expect((await positions.waitFor(['two'], position, 1)).reached).toBe(false);
    await two();
    expect(await waiting).toEqual({ reached: true, position });
  });

  it('tells where the slowest is when the time is over', async () => {
    const catchUp = await live('slow');
    const before = await log.append([made('b')]);
    await catchUp();
    await positions.waitFor(['slow'], before, 20_000);
    const position = await log.append([made('c')]);
    expect(await positions.waitFor(['slow'], position, 20)).toEqual({ reached: false, position: before });
  });

  it('asks nobody for what was reached before', async () => {
    const catchUp = await live('known');
    const position = await log.append([made('d')]);
    await catchUp();
    await positions.waitFor(['known'], position, 20_000);
    expect(await positions.waitFor(['known'], position, 0)).toEqual({ reached: true, position });
  });

  it('has nothing to wait for without read models, and waits in vain for one that nobody builds', async () => {
    expect(await positions.waitFor([], 7n, 0)).toEqual({ reached: true, position: 7n });
    expect(await positions.waitFor(['nobody'], 7n, 5)).toEqual({ reached: false, position: 0n });
  });

  it('goes on after its connection is cut', async () => {
    const catchUp = await live('cut');
    await log.database.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query = 'LISTEN rapport_projected'`,
    );
    const position = await log.append([made('e')]);
    const waiting = positions.waitFor(['cut'], position, 20_000);
    await catchUp();
    expect(await waiting).toEqual({ reached: true, position });
  });

  it('does not count a build whose derived columns are still to come', async () => {
    const position = await log.append([made('f')]);
    const work = await log.work(toy('young'));
    const applier = await Applier.open(work);
    for await (const page of log.store.readAll()) await applier.apply(page);
    expect((await positions.waitFor(['young'], position, 20)).reached).toBe(false);
    await rebuild(work, never, () => undefined);
    expect(await positions.waitFor(['young'], position, 20_000)).toEqual({ reached: true, position });
  });
});
