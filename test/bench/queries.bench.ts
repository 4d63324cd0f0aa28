import { deepStrictEqual } from 'node:assert';
import { Connections } from './connections.js';
import { floorsBy, LIST, LIST_WITH_HEALTH, ONE, ONE_WITH_HEALTH } from './queries.js';
import type { FloorOptions } from './floor-process.js';
import { onGround } from './ground.js';
import { CALLER, ledgerOn, tell, UNTIL, type Ledger } from './ledger.js';
import { slotsAt, TOLERANCE } from '../../libs/read-models/health/pieces.js';
import { compared, race, type Ratio } from './measure.js';
import type { BuiltHealth } from './health-process.js';
import type { CaughtUp } from './projector-process.js';
import { startProcess } from './process.js';

const EVENTS = 50_000;
const CONNECTIONS = 16;

/** Questions over GraphQL beside one prepared statement each that answers the same JSON, over bare HTTP. */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const ledger = await ledgerOn(ground, 'queries');
    await tell(ledger, EVENTS, 'queries');
    const projector = await startProcess<object, CaughtUp>('projector-process.ts', { url: ledger.url });
    await projector.stop();
    const health = await startProcess<object, BuiltHealth>('health-process.ts', { url: ledger.url });
    await health.stop();
    const { rows } = await ledger.pool.query<{ id: string }>(
      'SELECT relationship_id AS id FROM touch_frequency.relationships WHERE last_touch_at IS NOT NULL ORDER BY 1 LIMIT 1000',
    );
    const api = await ground.started(startProcess<object, { url: string }>('api-process.ts', { url: ledger.url }));
    const floorOptions: FloorOptions = { url: ledger.url, statements: floorsBy(await editionOf(ledger)) };
    const floor = await ground.started(startProcess<object, { url: string }>('floor-process.ts', floorOptions));
    const asked = await Connections.open(api.url, CONNECTIONS);
    const plain = await Connections.open(floor.url, CONNECTIONS);
    ground.onEnd(() => {
      for (const connections of [asked, plain]) connections.close();
    });

    const idOf = (number: number) => rows[number % rows.length]!.id;
    const ask = (query: string, variables: object) => asked.post('/graphql', JSON.stringify({ query, variables }));
    const one = {
      floor: (number: number) => plain.post('/one', JSON.stringify([CALLER.tenantId, UNTIL, idOf(number)])),
      ours: (number: number) => ask(ONE, { id: idOf(number), asOf: UNTIL }),
      healthFloor: (number: number) =>
        plain.post('/oneWithHealth', JSON.stringify([CALLER.tenantId, UNTIL, idOf(number), TILES])),
      health: (number: number) => ask(ONE_WITH_HEALTH, { id: idOf(number), asOf: UNTIL }),
    };
    const list = {
      floor: () => plain.post('/list', JSON.stringify([CALLER.tenantId, UNTIL])),
      ours: () => ask(LIST, { asOf: UNTIL }),
      healthFloor: () => plain.post('/listWithHealth', JSON.stringify([CALLER.tenantId, UNTIL, TILES])),
      health: () => ask(LIST_WITH_HEALTH, { asOf: UNTIL }),
    };
    for (const { floor, ours, healthFloor, health } of [one, list]) {
      const pairs = [[await ours(7), await floor(7)] as const, [await health(7), await healthFloor(7)] as const];
      for (const [answer, least] of pairs) deepStrictEqual(said(answer), said(least));
      expectNear(...pairs[1]!);
    }
    const [ones, lists] = [await race(one, { callers: CONNECTIONS }), await race(list, { callers: CONNECTIONS })];
    return [
      ...compared('query: one relationship, 20 entries, touches', ones, '>= 0.5'),
      ...compared('the same with health', { floor: ones.healthFloor, ours: ones.health }, '>= 0.5'),
      ...compared('query: list of 50, stewards, touches', lists, '>= 0.5'),
      ...compared('the same with health', { floor: lists.healthFloor, ours: lists.health }, '>= 0.5'),
    ];
  });

const TILES = slotsAt(Date.parse(UNTIL));

async function editionOf({ pool }: Ledger): Promise<number> {
  const { rows } = await pool.query<{ edition: number }>('SELECT edition FROM health.serving');
  return rows[0]!.edition;
}

/** PostgreSQL writes moments in another way. Scores are compared by themselves. */
const said = (answer: string): unknown =>
  JSON.parse(answer, (key, value: unknown) => {
    if (key === 'health') return undefined;
    return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value;
  });

/** What was written down beforehand is right within two points. */
function expectNear(answer: string, floor: string): void {
  const [ours, theirs] = [scoresIn(answer), scoresIn(floor)];
  const isNear = ours.every((score, i) => Math.abs(score - theirs[i]!) <= TOLERANCE * 1.1);
  if (ours.length === 0 || ours.length !== theirs.length || !isNear) throw new Error(`${answer} is not ${floor}`);
}

function scoresIn(answer: string): number[] {
  const scores: number[] = [];
  JSON.parse(answer, (key, value: unknown) => {
    if (key === 'score') scores.push(value as number);
    return value;
  });
  return scores;
}
