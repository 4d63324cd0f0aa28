import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Recorded } from '../../event-sourcing/event.js';
import { toUuid } from '../../event-sourcing/id.js';
import type { Append } from '../event-store.js';
import { appended, collect, eventsOf, newTenant } from '../testing/given-log.js';
import { openDoubleLog, type DoubleLog } from './testing/open-double-log.js';
import { EventStoreDbDouble } from './testing/eventstoredb-double.js';

describe('the index beside EventStoreDB', () => {
  let log: DoubleLog;
  let tenant: ReturnType<typeof newTenant>;
  beforeEach(async () => {
    log = await openDoubleLog({ recentEvents: 0 });
    tenant = newTenant();
  });
  afterEach(() => log.close());

  const one = (key: string, more: Partial<Append> = {}): Append => ({
    stream: tenant.stream(key),
    expected: 'none',
    events: [tenant.event(key)],
    ...more,
  });
  const take = (name: string, owner: string) => ({ take: [{ name, owner, refusal: 'NAME_TAKEN' }] });
  const owner = (text: string, values: unknown[] = []) => log.database.owner.query(text, values);
  const stored = async (store = log.store) =>
    eventsOf(await collect(store.readAll({ tenantId: tenant.tenantId }))).map((e) => e.idempotencyKey);

  const recorded = async (position: bigint): Promise<void> => {
    const { rowCount } = await owner('SELECT FROM eventstoredb.checkpoint WHERE position >= $1', [position]);
    if (rowCount === 0) await recorded(position);
  };

  /** What a process leaves behind that died after it had entered its append. */
  const entered = (append: Append, ago = '0 s') =>
    owner(
      `INSERT INTO eventstoredb.appends (first_event_id, attempt, input_hash, stream, revision, claimed_at)
       VALUES ($1, gen_random_uuid(), $2, $3, $4, clock_timestamp() - $5::interval)`,
      [
        toUuid(append.events[0]!.id),
        append.events[0]!.inputHash,
        append.stream,
        append.expected === 'none' ? 0 : Number(append.expected) + 1,
        ago,
      ],
    );

  it('is rebuilt from the log when it is lost: keys, ids and names', async () => {
    await log.store.append({ stream: tenant.stream('a'), expected: 'none', events: tenant.events('a', 3) });
    await log.store.append(one('b', { claims: take('npi:1', 'pty_b') }));
    await log.store.append(one('c', { claims: take('npi:2', 'pty_c') }));
    await log.store.append(one('d', { claims: { release: ['npi:2'] } }));
    await owner('TRUNCATE eventstoredb.appends, eventstoredb.claims, eventstoredb.checkpoint, eventstoredb.tallies');

    const store = await log.open();
    expect(await store.append(one('b'))).toMatchObject({ outcome: 'repeated' });
    const events = tenant.events('a', 3);
    expect(await store.findAppend(events[0]!.id)).toHaveLength(3);
    expect(await store.findEvent(events[2]!.id)).toMatchObject({ id: events[2]!.id, revision: 2 });
    expect(await store.findAppend(events[2]!.id)).toBeUndefined();
    expect(await store.append(one('e', { claims: take('npi:1', 'pty_e') }))).toMatchObject({ owner: 'pty_b' });
    expect(await store.append(one('f', { claims: take('npi:2', 'pty_f') }))).toMatchObject({ outcome: 'appended' });
  });

  it('counts the events of a log however long, and again when it is lost', async () => {
    await log.store.append({ stream: tenant.stream('a'), expected: 'none', events: tenant.events('a', 900) });
    log.double.appendForeign('elsewhere-1', 'Something', { not: 'ours' });
    const { position } = appended(await log.store.append(one('b')));
    const places = eventsOf(await collect(log.store.readAll())).map((event) => event.position);
    const hundredths = places.filter((_, index) => index % 100 === 0);
    const counted = async (store = log.store) => Promise.all(hundredths.map((place) => store.countTo(place)));
    const right = hundredths.map((_, index) => BigInt(index * 100 + 1));
    expect(right.at(-1)).toBe(901n);
    expect(await counted()).toEqual(right);
    await recorded(position);
    expect(await counted(await log.open())).toEqual(right);
    await owner('TRUNCATE eventstoredb.appends, eventstoredb.checkpoint, eventstoredb.tallies');
    expect(await counted(await log.open())).toEqual(right);
  });

  it('bears with a process of before it counted, and counts what that one has recorded', async () => {
    const first = appended(await log.store.append(one('a')));
    await recorded(first.position);
    await log.store.close();
    await owner('DELETE FROM eventstoredb.checkpoint');
    const record = ({ position, id, recordedAt }: Recorded) =>
      owner(
        `INSERT INTO eventstoredb.checkpoint (position, event_id, recorded_at) VALUES ($1, $2, $3)
         ON CONFLICT (the_one) DO UPDATE SET position = excluded.position, event_id = excluded.event_id,
           recorded_at = excluded.recorded_at`,
        [position, toUuid(id), recordedAt],
      );
    const store = await log.open();
    const second = appended(await store.append(one('b')));
    const events = eventsOf(await collect(store.readAll()));
    await store.close();
    for (const event of events) await record(event);
    const next = await log.open();
    expect(await next.countTo(first.position)).toBe(1n);
    expect(await next.countTo(second.position)).toBe(2n);
    const third = appended(await next.append(one('c')));
    expect(await next.countTo(third.position)).toBe(3n);
  });

  it('knows of what another process appended since', async () => {
    await log.store.append(one('a'));
    const behind = await log.open();
    await log.store.append(one('b', { claims: take('npi:1', 'pty_b') }));
    expect(await behind.append(one('b'))).toMatchObject({ outcome: 'repeated' });
    expect(await behind.append(one('c', { claims: take('npi:1', 'pty_c') }))).toMatchObject({ owner: 'pty_b' });
  });

  it('is emptied when the log is another one', async () => {
    const { position } = appended(await log.store.append(one('a', { claims: take('npi:1', 'pty_a') })));
    await recorded(position);
    const other = await EventStoreDbDouble.start();
    other.appendForeign('elsewhere-1', 'Something', { so: 'that positions differ' });
    const store = await log.open({ url: other.url });
    expect(await store.append(one('a', { claims: take('npi:1', 'pty_z') }))).toMatchObject({ outcome: 'appended' });
    expect(await stored(store)).toEqual(['a']);
    await store.close();
    await other.close();
  });

  describe('after a process died between entering an append and sending it', () => {
    it('lets the same append be sent for the same place', async () => {
      await entered(one('a'));
      expect(await log.store.append(one('a'))).toMatchObject({ outcome: 'appended' });
      expect(await stored()).toEqual(['a']);
    });

    it('says so when it had been stored after all', async () => {
      await log.store.append(one('a'));
      await owner(`UPDATE eventstoredb.appends SET attempt = gen_random_uuid(), claimed_at = clock_timestamp()`);
      expect(await log.store.append(one('a'))).toMatchObject({ outcome: 'repeated' });
    });

    it('lets it go elsewhere once another event stands in its place', async () => {
      await entered(one('a', { stream: tenant.stream('s') }));
      await log.store.append(one('b', { stream: tenant.stream('s') }));
      const again = one('a', { stream: tenant.stream('s'), expected: 0 });
      expect(await log.store.append(again)).toMatchObject({ outcome: 'appended', revision: 1 });
    });

    it('lets another input have the key once the process is certainly gone', async () => {
      await entered(one('a'), '1 minute');
      const events = [{ ...tenant.event('a'), inputHash: 'another' }];
      expect(await log.store.append(one('a', { events }))).toMatchObject({ outcome: 'appended' });
      expect(await log.store.append(one('a'))).toMatchObject({ outcome: 'keyConflict' });
    });

    it('finds nothing of it', async () => {
      await entered(one('a'));
      expect(await log.store.findAppend(tenant.event('a').id)).toBeUndefined();
      expect(await log.store.findEvent(tenant.event('a').id)).toBeUndefined();
    });
  });

  describe('after a process died that had reserved a name', () => {
    const reserve = (name: string, append: Append) =>
      owner(
        `INSERT INTO eventstoredb.claims (tenant_id, name, reserved_for, reserved_by)
         SELECT $1, $2, first_event_id, attempt FROM eventstoredb.appends WHERE first_event_id = $3`,
        [tenant.tenantId, name, toUuid(append.events[0]!.id)],
      );

    it('gives the name to the append that was stored', async () => {
      appended(await log.store.append(one('a', { claims: take('npi:1', 'pty_a') })));
      await owner('DELETE FROM eventstoredb.claims');
      await reserve('npi:1', one('a'));
      expect(await log.store.append(one('b', { claims: take('npi:1', 'pty_b') }))).toMatchObject({ owner: 'pty_a' });
    });

    it('gives it to the next who asks when the append can never be stored', async () => {
      await entered(one('a', { stream: tenant.stream('s') }));
      await reserve('npi:1', one('a'));
      await log.store.append(one('b', { stream: tenant.stream('s') }));
      const next = one('c', { claims: take('npi:1', 'pty_c') });
      expect(await log.store.append(next)).toMatchObject({ outcome: 'appended' });
    });

    it('gives it to the next who asks when nothing is known of the append', async () => {
      await owner(
        `INSERT INTO eventstoredb.claims (tenant_id, name, reserved_for, reserved_by) VALUES ($1, $2, $3, $3)`,
        [tenant.tenantId, 'npi:1', randomUUID()],
      );
      const next = one('c', { claims: take('npi:1', 'pty_c') });
      expect(await log.store.append(next)).toMatchObject({ outcome: 'appended' });
    });
  });
});
