import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openPool } from '../../libs/database/pool.js';
import type { RelationshipId } from '../../libs/event-sourcing/id.js';
import type { Instant } from '../../libs/event-sourcing/instant.js';
import { ProjectedPositions } from '../../libs/projecting/positions.js';
import { projections } from '../../libs/read-models/read-models.js';
import { onGround, type Ground } from './ground.js';
import { LAG_FLOOR_DONE, LAG_FLOOR_NEWS } from './lag-channels.js';
import { CALLER, ledgerOn, openRelationships, type Ledger } from './ledger.js';
import { millis, percentile, type Ratio } from './measure.js';
import { startProcess } from './process.js';

const PER_SECOND = 200;
const ROUNDS = 6;
const ROUND_MS = 4_000;
const RELATIONSHIPS = 500;

/** Records one event, resolves with how long after its acknowledgement its row could be read. */
type Trip = (number: number) => Promise<number>;

/** From the acknowledged commit of an event until every read model shows it, at a steady rate. */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const ledger = await ledgerOn(ground, 'lag');
    const relationships = await openRelationships(ledger, RELATIONSHIPS);
    await ground.started(startProcess('projector-process.ts', { url: ledger.url }));
    const positions = new ProjectedPositions(ledger.pool);
    ground.onEnd(() => positions.close());
    const readModels = projections.map(({ name }) => name);
    const trips = {
      floor: await floorTrip(ground),
      ours: ourTrip(ledger, relationships, positions, readModels),
      health: ourTrip(ledger, relationships, positions, ['health']),
    };

    const lags: Record<keyof typeof trips, number[]> = { floor: [], ours: [], health: [] };
    await steadily(trips.floor, 1_000);
    await steadily(trips.ours, 2_000);
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of ['floor', 'ours', 'health'] as const)
        lags[name].push(...(await steadily(trips[name], ROUND_MS)));
    }
    const ratios = (what: string, times: readonly number[], targets: readonly (string | undefined)[]): Ratio[] =>
      ([50, 99] as const).map((percent, index) => {
        const [floor, ours] = [percentile(lags.floor, percent), percentile(times, percent)];
        return {
          path: `live lag, commit to ${what}, ${PER_SECOND} events/s: p${percent}`,
          measured: millis(ours),
          floor: millis(floor),
          ratio: ours / floor,
          value: ours,
          target: targets[index],
        };
      });
    return [
      ...ratios('readable row', lags.ours, ['<= 5 ms', '<= 20 ms']),
      ...ratios('lists in the order of health', lags.health, [undefined, '<= 20 ms']),
    ];
  });

/** Starts a trip every few milliseconds, whatever became of the ones before. */
async function steadily(trip: Trip, forMs: number): Promise<readonly number[]> {
  const trips: Promise<number>[] = [];
  const begun = performance.now();
  for (let number = 0; performance.now() - begun < forMs; number++) {
    const due = begun + (number * 1000) / PER_SECOND;
    if (due > performance.now()) await delay(due - performance.now());
    trips.push(trip(number));
  }
  return Promise.all(trips);
}

function ourTrip(
  { execute }: Ledger,
  relationships: readonly RelationshipId[],
  positions: ProjectedPositions,
  readModels: readonly string[],
): Trip {
  return async (number) => {
    const result = await execute.run(
      {
        type: 'RecordTouch',
        relationshipId: relationships[number % RELATIONSHIPS]!,
        channel: 'EMAIL',
        direction: 'OUTBOUND',
        intent: 'INFORM',
        outcome: 'CONNECTED',
        occurredAt: '2026-03-09T09:30:00.000Z' as Instant,
      },
      { ...CALLER, idempotencyKey: randomUUID() },
    );
    if (!('position' in result)) throw new Error(result.message);
    const committed = performance.now();
    const { reached } = await positions.waitFor(readModels, result.position, 30_000);
    if (!reached) throw new Error('The read models do not follow.');
    return performance.now() - committed;
  };
}

async function floorTrip(ground: Ground): Promise<Trip> {
  const url = await ground.database('lag_floor');
  const pool = openPool(url, { applicationName: 'bench', max: 4 });
  ground.onEnd(() => pool.end());
  await pool.query(`
    CREATE TABLE lag_log (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL, data bytea NOT NULL);
    CREATE TABLE lag_rows (id bigint PRIMARY KEY, stream text NOT NULL, data jsonb NOT NULL);
    CREATE INDEX ON lag_rows (stream, id)`);
  await ground.started(startProcess('lag-floor-process.ts', { url }));

  let reached = 0n;
  const waiting = new Map<bigint, () => void>();
  const listener = await pool.connect();
  ground.onEnd(() => {
    listener.release(true);
  });
  listener.on('notification', ({ payload = '' }) => {
    reached = BigInt(payload);
    for (const [position, resolve] of waiting) if (position <= reached && waiting.delete(position)) resolve();
  });
  await listener.query(`LISTEN ${LAG_FLOOR_DONE}`);

  const data = Buffer.from(JSON.stringify({ channel: 'EMAIL', direction: 'OUTBOUND', intent: 'INFORM' }));
  return async (number) => {
    const { rows } = await pool.query<{ position: bigint }>({
      name: 'insert',
      text: `INSERT INTO lag_log (stream, data) VALUES ($1, $2) RETURNING position, pg_notify('${LAG_FLOOR_NEWS}', '')`,
      values: [`relationship-${number % RELATIONSHIPS}`, data],
    });
    const committed = performance.now();
    const { position } = rows[0]!;
    if (position > reached) await new Promise<void>((resolve) => waiting.set(position, resolve));
    return performance.now() - committed;
  };
}
