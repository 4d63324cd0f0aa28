import type pg from 'pg';
import { openPool } from '../../libs/database/pool.js';
import { BUILT_IN } from '../../libs/ledger/metric/built-in.js';
import { dropEdition, readEditions } from '../../libs/read-models/health/editions.js';
import { planMetric, type PlanRequest } from '../../libs/read-models/metric-plan/plan-metric.js';
import { OPEN } from '../../libs/read-models/on.js';
import { Connections } from './connections.js';
import { FACTS_TABLE, ledgerWithFacts } from './facts.js';
import type { FloorOptions } from './floor-process.js';
import { onGround, type Ground } from './ground.js';
import type { BuiltHealth } from './health-process.js';
import { CALLER, UNTIL, type Ledger } from './ledger.js';
import { compared, millis, percentile, perSecond, race, type Ratio } from './measure.js';
import { startProcess } from './process.js';

const ROUNDS = 3;

/** Definitions of metrics over facts: whole builds, a pass over all, one relationship, a list. */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => [...(await rebuilds(ground)), ...(await plans(ground)), ...(await questions(ground))]);

/** A whole build of live health beside one SQL statement that groups the same sums and writes them down. */
async function rebuilds(ground: Ground): Promise<Ratio[]> {
  const ledger = await ledgerWithFacts(ground, 'rebuilt', { relationships: 10_000, factsEach: 100 });
  const facts = 1_000_000;
  const api = await ground.started(startProcess<object, { url: string }>('api-process.ts', { url: ledger.url }));
  const asked = await Connections.open(api.url, 1);
  ground.onEnd(() => {
    asked.close();
  });
  const ids = await idsOf(ledger);
  const ask = askHealth(asked, ids);
  const [ours, floor, memory, during]: [number[], number[], number[], number[]] = [[], [], [], []];
  await timesOf(ask, Promise.resolve(), 2_000);
  const idle = await timesOf(ask, Promise.resolve(), 5_000);
  for (let round = 0; round < ROUNDS; round++) {
    floor.push(facts / (await secondsOfGrouping(ledger.url)));
    await forget(ledger.url);
    ours.push(facts / (await build(ledger.url)).seconds);
  }
  for (let round = 0; round < ROUNDS; round++) {
    await forget(ledger.url);
    const building = build(ledger.url);
    during.push(...(await timesOf(ask, building, 0)));
    memory.push((await building).memoryMb);
  }
  const [rate, least] = [percentile(ours, 50), percentile(floor, 50)];
  const [calm, busy] = [percentile(idle, 99), percentile(during, 99)];
  return [
    {
      path: 'definition rebuild, 1,000,000 facts of 10,000 relationships',
      measured: `${perSecond(rate)} facts, ${Math.max(...memory).toFixed(0)} MB`,
      floor: `GROUP BY ${perSecond(least)}`,
      ratio: rate / least,
      target: '>= 0.5',
    },
    {
      path: 'health of one over the API while it runs: p99',
      measured: millis(busy),
      floor: `idle ${millis(calm)}`,
      ratio: busy / calm,
      target: '< 2',
    },
  ];
}

const build = async (url: string): Promise<BuiltHealth> => {
  const process = await startProcess<object, BuiltHealth>('health-process.ts', { url });
  await process.stop();
  return process.answer;
};

/** Asks again and again, so long and until that has come. */
async function timesOf(
  ask: (number: number) => Promise<unknown>,
  until: Promise<unknown>,
  forMs: number,
): Promise<number[]> {
  const times: number[] = [];
  let isOver = false;
  void until.finally(() => (isOver = true));
  const begun = performance.now();
  for (let number = 0; !isOver || performance.now() - begun < forMs; number++) {
    const start = performance.now();
    await ask(number);
    times.push(performance.now() - start);
  }
  return times;
}

async function forget(url: string): Promise<void> {
  await asOwner(url, async (owner) => {
    await owner.query('DELETE FROM health.serving');
    for (const edition of await readEditions(owner)) await dropEdition(owner, edition);
  });
}

const secondsOfGrouping = (url: string): Promise<number> =>
  asOwner(url, async (owner) => {
    await owner.query('DROP TABLE IF EXISTS grouped');
    await owner.query(`CREATE TABLE grouped AS ${SUMS} WHERE false GROUP BY tenant_id, relationship_id`);
    const begun = performance.now();
    await owner.query(
      `INSERT INTO grouped ${SUMS} WHERE tenant_id = '${CALLER.tenantId}' AND until_position = ${String(OPEN)}
        GROUP BY tenant_id, relationship_id`,
    );
    return (performance.now() - begun) / 1000;
  });

async function asOwner<Result>(url: string, work: (owner: pg.Pool) => Promise<Result>): Promise<Result> {
  const owner = openPool(url, { applicationName: 'bench', max: 1, settings: { jit: 'off' } });
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

const faded = (days: number): string =>
  `exp(-0.6931471805599453 * date_part('epoch', timestamptz '${UNTIL}' - occurred_at) / (86400 * ${String(days)}))`;
const sum = (what: string, when: string): string => `sum(${what}) FILTER (WHERE ${when})`;
const TOUCHED = `kind = 'TOUCH' AND outcome = 'CONNECTED'`;
const CHANNELS = ['EMAIL', 'PHONE_CALL', 'IN_PERSON_VISIT', 'SMS'];

/** What relationship-health@1 adds up of each relationship. */
const SUMS = `
  SELECT tenant_id, relationship_id, max(occurred_at) FILTER (WHERE ${TOUCHED}) AS last,
         ${[
           sum(`CASE channel WHEN 'IN_PERSON_VISIT' THEN 1.5 WHEN 'SMS' THEN 0.75 ELSE 1 END * ${faded(90)}`, TOUCHED),
           ...CHANNELS.map((channel) => sum(faded(180), `${TOUCHED} AND channel = '${channel}'`)),
           sum(`CASE direction WHEN 'INBOUND' THEN 1 WHEN 'MUTUAL' THEN 0.5 ELSE 0 END * ${faded(180)}`, TOUCHED),
           sum(`CASE direction WHEN 'OUTBOUND' THEN 1 WHEN 'MUTUAL' THEN 0.5 ELSE 0 END * ${faded(180)}`, TOUCHED),
           ...['CREDIBILITY', 'INTIMACY'].map((dimension) =>
             sum(
               `sign * CASE WHEN customized THEN 1.5 ELSE 1 END * ${faded(365)}`,
               `kind = 'TRUST_ACTION' AND dimension = '${dimension}'`,
             ),
           ),
           sum(faded(365), `kind = 'TOUCH' AND intent IN ('ASK', 'SELL') AND direction <> 'INBOUND'`),
           sum(
             faded(365),
             `(kind = 'TOUCH' AND intent IN ('GIVE', 'LISTEN', 'SERVE', 'CELEBRATE')) OR (kind = 'TRUST_ACTION' AND sign > 0)`,
           ),
           sum(
             `CASE WHEN late_days > 7 THEN 0.5 ELSE 1 END * ${faded(365)}`,
             `kind = 'COMMITMENT_KEPT' AND side = 'A'`,
           ),
           sum(faded(365), `kind = 'COMMITMENT_BROKEN' AND side = 'A'`),
           sum(`(sentiment_bp + 10000) / 20000.0 * ${faded(180)}`, `kind = 'FEEDBACK'`),
           sum(faded(180), `kind = 'FEEDBACK'`),
           sum(faded(60), `kind = 'REFERRAL'`),
           sum(faded(365), `kind = 'REFERRAL'`),
         ]
           .map((expression, index) => `${expression} AS s${String(index)}`)
           .join(',\n         ')}
    FROM ${FACTS_TABLE}`;

/** A whole plan: what is in force and what is proposed over all relationships, hindsight too. */
async function plans(ground: Ground): Promise<Ratio[]> {
  const ledger = await ledgerWithFacts(ground, 'planned', { relationships: 100_000, factsEach: 10 });
  const request: PlanRequest = {
    tenantId: CALLER.tenantId,
    inForce: [BUILT_IN.body],
    proposed: { ...BUILT_IN.body, cadenceDays: 45 },
    asOf: Date.parse(UNTIL),
    movers: 10,
    hindsight: { days: 60, knowing: 'THEN' },
  };
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    floor.push(await secondsOfGrouping(ledger.url));
    const { relationships, milliseconds } = await planMetric(ledger.pool, request);
    ours.push(milliseconds / 1000);
    if (relationships !== 100_000) throw new Error(`${String(relationships)} relationships were planned.`);
  }
  const [seconds, least] = [percentile(ours, 50), percentile(floor, 50)];
  return [
    {
      path: 'metricPlan over 100,000 relationships, 1,000,000 facts',
      measured: `${seconds.toFixed(1)} s`,
      floor: `GROUP BY ${least.toFixed(1)} s`,
      ratio: seconds / least,
      value: seconds,
      target: '< 10 s',
    },
  ];
}

/** One relationship of 1,000 facts, and a list in the order of health, beside one statement over bare HTTP. */
async function questions(ground: Ground): Promise<Ratio[]> {
  const ledger = await ledgerWithFacts(ground, 'asked', { relationships: 400, factsEach: 1_000 });
  await build(ledger.url);
  const statements = {
    one: `SELECT row_to_json(s)::text FROM (${SUMS} WHERE tenant_id = $1 AND relationship_id = $2 AND until_position = ${String(OPEN)}
           GROUP BY tenant_id, relationship_id) s`,
    list: `SELECT json_agg(d)::text FROM (SELECT relationship_id AS id, kind, stage, opened_at FROM directory.relationships
            WHERE tenant_id = $1 ORDER BY opened_at DESC, position DESC LIMIT 50) d`,
  };
  const options: FloorOptions = { url: ledger.url, statements };
  const [api, floor] = [
    await ground.started(startProcess<object, { url: string }>('api-process.ts', { url: ledger.url })),
    await ground.started(startProcess<object, { url: string }>('floor-process.ts', options)),
  ];
  const [asked, plain] = [await Connections.open(api.url, 1), await Connections.open(floor.url, 1)];
  ground.onEnd(() => {
    for (const connections of [asked, plain]) connections.close();
  });
  const ids = await idsOf(ledger);
  const ask = askHealth(asked, ids);
  const one = await race(
    {
      floor: (n) => plain.post('/one', JSON.stringify([CALLER.tenantId, ids[n % ids.length]])),
      ours: ask,
      before: askHealth(asked, ids, BEFORE),
    },
    { callers: 1 },
  );
  const list = await race(
    { floor: () => plain.post('/list', JSON.stringify([CALLER.tenantId])), ours: () => said(asked, LIST, {}) },
    { callers: 1 },
  );
  return [
    ...compared('health of one relationship of 1,000 facts, 1 connection', one, '< 5 ms').map((ratio) => ({
      ...ratio,
      value: one.ours.p50Ms,
    })),
    ...compared('the same as of before its last facts, from them', { floor: one.floor, ours: one.before }),
    ...compared('list of 50 in the order of health, 1 connection', list),
  ];
}

async function idsOf({ pool }: Ledger): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT relationship_id AS id FROM directory.relationships ORDER BY position LIMIT 400',
  );
  return rows.map(({ id }) => id);
}

const HEALTH = `query ($id: ID!, $asOf: DateTime!) {
  relationship(id: $id) { id health(asOf: $asOf) { score band components { name value contribution } caps { name } } } }`;
const LIST = `{ relationships(first: 50, orderBy: { field: HEALTH, direction: ASC }) { nodes { id kind stage openedAt } } }`;

/** Before the last facts. */
const BEFORE = '2025-06-01T00:00:00.000Z';

const askHealth =
  (asked: Connections, ids: readonly string[], asOf: string = UNTIL) =>
  (number: number) =>
    said(asked, HEALTH, { id: ids[number % ids.length], asOf });

/** An answer that tells of an error is none. */
async function said(asked: Connections, query: string, variables: object): Promise<string> {
  const answer = await asked.post('/graphql', JSON.stringify({ query, variables }));
  if (answer.includes('"errors"') || !answer.includes('"id"')) throw new Error(answer);
  return answer;
}
