import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { openPool, withDatabase } from '../../database/pool.js';
import { AppendOutcomeUnknown, StoreUnavailable } from '../errors.js';
import { APPEND_LOCK } from './append-function.js';
import { appended, collect, eventsOf, newTenant, range } from '../testing/given-log.js';
import { openPostgresLog, type PostgresLog } from './testing/open-postgres-log.js';

describe('an append whose connection is lost', () => {
  let log: PostgresLog;
  let tenant: ReturnType<typeof newTenant>;
  beforeEach(async () => {
    log = await openPostgresLog();
    tenant = newTenant();
  });
  afterEach(() => log.close());

  const append = (key: string | number, store = log.store) =>
    store.append({ stream: tenant.stream(key), expected: 'none', events: [tenant.event(key)] });
  const keys = async () => eventsOf(await collect(log.store.readAll())).map((e) => e.idempotencyKey);

  it('is carried out once when it had not been', async () => {
    const release = await holdAppends();
    const waiting = append('a');
    await untilOneWaits();
    await log.disconnect();
    await release();
    expect(appended(await waiting).position).toBe(1n);
    expect(await keys()).toEqual(['a']);
  });

  it('is answered as appended when it had been, and only the answer was lost', async () => {
    const line = await unreliableLine(log.database.url);
    const store = await log.open(line.url);
    await append('before', store);
    line.loseNextAnswer();
    const outcomes = await Promise.all([append('a', store), append('b', store)]);
    expect(line.lost()).toBe(1);
    expect(outcomes.map((o) => appended(o).position)).toEqual([2n, 3n]);
    expect(await keys()).toEqual(['before', 'a', 'b']);
    await store.close();
    line.close();
  });

  it('is still a repeat when somebody else had appended it', async () => {
    const line = await unreliableLine(log.database.url);
    const store = await log.open(line.url);
    await append('a');
    line.loseNextAnswer();
    const repeat = { ...tenant.event('a'), correlationId: 'of the repeat' };
    const outcome = await store.append({ stream: tenant.stream('a'), expected: 'none', events: [repeat] });
    expect(outcome.outcome).toBe('repeated');
    await store.close();
    line.close();
  });

  it('has an unknown outcome when the database stays away, and the process lives on', async () => {
    const release = await holdAppends();
    const sent = append('a');
    await untilOneWaits();
    await letNobodyIn(true);
    await expect(sent).rejects.toThrow(AppendOutcomeUnknown);
    // what was not even sent was certainly not stored
    await expect(append('b')).rejects.toThrow(StoreUnavailable);
    await expect(log.store.head()).rejects.toThrow(StoreUnavailable);
    await release();
    await letNobodyIn(false);
    expect(await append('a')).toMatchObject({ outcome: 'appended' });
  }, 60_000);

  it('costs nothing and doubles nothing however often connections are terminated', async () => {
    const outcomes = [];
    for (const round of range(10)) {
      // enough for batches behind one another, in one stream: the order has to be kept too
      const writing = range(60).map((i) =>
        log.store.append({
          stream: tenant.stream(round),
          expected: i === 0 ? 'none' : i - 1,
          events: [tenant.event(`${round}.${i}`)],
        }),
      );
      await log.disconnect();
      outcomes.push(...(await Promise.all(writing)));
    }
    expect(outcomes.map((o) => appended(o).position)).toEqual(range(600).map((i) => BigInt(i + 1)));
    expect(await keys()).toHaveLength(600);
  }, 60_000);

  /** Takes the turn of all appends, until released. */
  async function holdAppends(): Promise<() => Promise<void>> {
    const holder = await log.database.owner.connect();
    await holder.query(`SELECT pg_advisory_lock(${APPEND_LOCK})`);
    return async () => {
      await holder.query(`SELECT pg_advisory_unlock(${APPEND_LOCK})`);
      holder.release();
    };
  }

  async function untilOneWaits(): Promise<void> {
    const { rows } = await log.database.owner.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
    if (rows.length === 0) await untilOneWaits();
  }

  async function letNobodyIn(closed: boolean): Promise<void> {
    const elsewhere = openPool(withDatabase(log.database.url, 'postgres'), { applicationName: 'test' });
    await elsewhere.query(`ALTER DATABASE ${new URL(log.database.url).pathname.slice(1)} ALLOW_CONNECTIONS ${!closed}`);
    await elsewhere.end();
    if (closed) await log.disconnect();
  }
});

/** A line to the server that can swallow an answer and break. */
async function unreliableLine(url: string) {
  const { host, port } = new pg.Client(url);
  const sessions = new Set<Socket>();
  let isToLose = false;
  let lost = 0;
  const server = createServer((client) => {
    const upstream = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    for (const socket of [client, upstream]) {
      sessions.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
    client.pipe(upstream);
    upstream.on('data', (data) => {
      if (!isToLose) return client.write(data);
      isToLose = false;
      lost++;
      client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const line = new URL(url);
  line.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: line.href,
    loseNextAnswer: () => (isToLose = true),
    lost: () => lost,
    close: () => {
      server.close();
      for (const socket of sessions) socket.destroy();
    },
  };
}
