import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { formatPosition } from '../event-sourcing/position.js';
import { projectionStatus, type ProjectionStatus } from './status.js';
import { GivenLog, type GivenEvent } from './testing/given-log.js';
import { toy } from './testing/toy.js';

const made = (entry: string, account = 'a'): GivenEvent => ({
  type: 'EntryMade',
  data: { entry, account, amount: 1, tags: ['x'] },
});
const many = (count: number, prefix = 'e') => Array.from({ length: count }, (_, i) => made(`${prefix}${String(i)}`));

describe('projectors', () => {
  let log: GivenLog;
  beforeEach(async () => {
    log = await GivenLog.open();
  });
  afterEach(() => log.close());

  const status = async (name: string): Promise<ProjectionStatus> => {
    const found = (await projectionStatus(log.database.pool, log.store)).find((each) => each.name === name);
    return found ?? ({ name, state: 'LIVE', position: -1n } as ProjectionStatus);
  };
  const untilState = (name: string, state: ProjectionStatus['state']) =>
    log.eventually(async () => {
      const found = await status(name);
      return found.state === state && found;
    });
  const owners = async (): Promise<string[]> => {
    const { rows } = await log.database.pool.query<{ owner: string }>(
      `SELECT owner FROM projecting.builds WHERE role = 'LIVE' AND owner IS NOT NULL AND expires_at > now()`,
    );
    return rows.map(({ owner }) => owner);
  };
  const countIn = async (schema: string, table: string): Promise<number> =>
    (await log.rows(schema, [table]))[table]!.length;

  it('builds what the log holds already, and follows it', async () => {
    await log.append(many(700));
    log.projector([toy()]);
    const position = await log.append([made('later')]);
    const live = await log.until('toy', position);
    expect(live.schema).toBe('toy_v1');
    expect(await countIn('toy', 'entries')).toBe(701);
    expect(await status('toy')).toMatchObject({
      version: 1,
      state: 'LIVE',
      position,
      lagEvents: 0n,
      lagSeconds: 0,
      progress: 1,
      lastError: null,
    });
  });

  it('serves readers from the first moment, before anything is built', async () => {
    log.projector([toy()]);
    await log.eventually(() => log.findBuild('toy', 'LIVE'));
    expect(await countIn('toy', 'entries')).toBe(0);
  });

  it('shares the work, and takes over what a dead process leaves', async () => {
    const projections = ['one', 'two', 'three', 'four'].map((name) => toy(name));
    const problems: string[] = [];
    const first = log.projector(projections, { report: (problem) => problems.push(problem) });
    await log.eventually(async () => (await owners()).length === 4);
    log.projector(projections);
    await log.eventually(async () => {
      const all = await owners();
      return all.length === 4 && all.filter((owner) => owner === all[0]).length === 2;
    });
    let position = await log.append(many(10));
    for (const { name } of projections) await log.until(name, position);

    await first.stop();
    await log.eventually(async () => new Set(await owners()).size === 1 && (await owners()).length === 4);
    position = await log.append([made('after')]);
    for (const { name } of projections) await log.until(name, position);
    for (const { name } of projections) expect(await log.rows(name)).toEqual(await log.rows('one'));
    expect(problems).toEqual([]);
  });

  it('takes over when the lease of a silent process runs out, and refuses what that one writes later', async () => {
    const work = await log.work(toy());
    await log.append([made('one')]);
    log.projector([toy()]);
    const head = await log.append([made('two')]);
    expect((await status('toy')).position).toBe(0n);
    await log.database.pool.query(`UPDATE projecting.builds SET expires_at = now() WHERE schema_name = 'toy_v1'`);
    const { schema } = await log.until('toy', head);
    expect(schema).toBe(work.build.schema);
  });

  it.each([
    ['a handler throws', { type: 'HandlerBroken', data: { entry: 'bad' } }, 'This handler is broken.'],
    ['the database refuses the row', { type: 'RowRefused', data: { entry: 'bad' } }, /null value/],
  ])(
    'stops only the projection in which %s, names the event, and goes on once it is skipped',
    async (_, bad, reason) => {
      const immune = toy('immune', 1, {
        HandlerBroken: { apply: () => undefined },
        RowRefused: { apply: () => undefined },
      });
      log.projector([toy(), immune]);
      const good = await log.append(many(30));
      await log.until('toy', good);
      const poison = await log.append([...many(7, 'f'), bad]);
      const head = await log.append(many(20, 'g'));
      await log.until('immune', head);

      const { lastError, position } = await untilState('toy', 'FAILED');
      expect(lastError).toMatchObject({
        reason: expect.stringMatching(reason) as unknown,
        position: formatPosition(poison),
        eventId: expect.stringMatching(/^evt_/) as unknown,
        eventType: bad.type,
        build: 'toy_v1',
      });
      expect(position).toBe(poison - 1n);
      expect(await countIn('toy', 'entries')).toBe(37);

      const skip = {
        projection: 'toy',
        position: formatPosition(poison),
        eventId: lastError!.eventId,
        reason: 'a test',
      };
      const skipped = await log.control('EventSkipped', skip);
      await log.until('toy', skipped);
      expect((await status('toy')).state).toBe('LIVE');
      expect(await log.rows('toy')).toEqual(await log.rows('immune'));

      await log.control('ProjectionRebuildRequested', { projection: 'toy' });
      await log.eventually(async () => (await log.build('toy', 'LIVE')).schema === 'toy_v1_2');
      expect(await log.rows('toy')).toEqual(await log.rows('toy_v1'));
    },
  );

  it('finds a poison event in the midst of a rebuild, and rebuilds once it is skipped', async () => {
    await log.append(many(3000));
    const poison = await log.append([{ type: 'HandlerBroken', data: { entry: 'bad' } }]);
    await log.append(many(50, 'f'));
    log.projector([toy()]);
    const { lastError } = await untilState('toy', 'FAILED');
    expect(lastError).toMatchObject({ position: formatPosition(poison), eventType: 'HandlerBroken' });
    const skip = { projection: 'toy', position: formatPosition(poison), eventId: lastError!.eventId, reason: 'a test' };
    await log.until('toy', await log.control('EventSkipped', skip));
    expect(await countIn('toy', 'entries')).toBe(3050);
  });

  it('pauses and resumes', async () => {
    log.projector([toy()]);
    const before = await log.append([made('before')]);
    await log.until('toy', before);
    await log.control('ProjectionPaused', { projection: 'toy' });
    await untilState('toy', 'PAUSED');
    await log.eventually(async () => (await owners()).length === 0);
    const while_ = await log.append([made('while')]);
    const { state, position, lagEvents } = await status('toy');
    expect([state, position < while_, lagEvents > 0n]).toEqual(['PAUSED', true, true]);
    await log.until('toy', await log.control('ProjectionResumed', { projection: 'toy' }));
    expect(await countIn('toy', 'entries')).toBe(2);
  });

  it('refuses a log that is not the one it has applied, and tries again when told to', async () => {
    const projector = log.projector([toy()]);
    await log.until('toy', await log.append([made('one')]));
    await projector.stop();
    const { pool } = log.database;
    const { rows } = await pool.query<{ hash: string }>('SELECT hash FROM projecting.builds');
    await pool.query(`UPDATE projecting.builds SET hash = repeat('0', 64)`);
    log.projector([toy()]);
    expect((await untilState('toy', 'FAILED')).lastError?.reason).toMatch(/^The log changed/);
    const head = await log.append([made('two')]);
    expect((await status('toy')).position).toBeLessThan(head);
    await pool.query('UPDATE projecting.builds SET hash = $1', [rows[0]!.hash]);
    await log.control('ProjectionResumed', { projection: 'toy' });
    await log.until('toy', head);
  });

  it('refuses a log that ends before what it has applied', async () => {
    const work = await log.work(toy());
    await log.database.pool.query('UPDATE projecting.builds SET position = 5, owner = NULL WHERE schema_name = $1', [
      work.build.schema,
    ]);
    log.projector([toy()]);
    expect((await untilState('toy', 'FAILED')).lastError?.reason).toMatch(/^The log changed/);
  });

  it('goes on after its connections are cut, and loses and doubles nothing', async () => {
    const problems: string[] = [];
    log.projector([toy(), toy('other')], { report: (problem) => problems.push(problem) });
    let head = 0n;
    for (let round = 0; round < 5; round++) {
      head = await log.append(many(20, `r${String(round)}_`));
      await log.database.owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'test'`,
      );
    }
    await log.until('toy', head);
    await log.until('other', head);
    expect(await countIn('toy', 'entries')).toBe(100);
    expect(await log.rows('toy')).toEqual(await log.rows('other'));
    expect((await status('toy')).lastError).toBeNull();
  });

  it('applies again what a crash of the database lost, without waiting for the next event', async () => {
    const head = await log.append(many(20));
    log.projector([toy()]);
    await log.until('toy', head);
    const before = await log.rows('toy');
    const tables = Object.keys(before).map((table) => `toy_v1.${table}`);
    await log.database.owner.query(
      `WITH lost AS (UPDATE projecting.builds SET position = 0, hash = NULL, hash_position = NULL) SELECT;
       TRUNCATE ${tables.join(', ')};
       SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
    );
    await log.until('toy', head);
    expect(await log.rows('toy')).toEqual(before);
  });
});
