import { randomUUID } from 'node:crypto';
import { Connections } from './connections.js';
import type { Filled } from './fill-process.js';
import { onGround, type Ground } from './ground.js';
import { CALLER, ledgerAt, openRelationships, UNTIL } from './ledger.js';
import { perSecond, race, spoken, type Measured, type Ratio, type Work } from './measure.js';
import { startProcess } from './process.js';
import type { CaughtUp } from './projector-process.js';
import { ONE } from './queries.js';

const LARGE = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const SMALL = 10_000;
const CALLERS = 16;
const RELATIONSHIPS = 200;

/** Ledgers of several sizes, side by side and by turns: what else the machine does falls on all of them. */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const young = await grown(ground, 'young', SMALL);
    const half = await grown(ground, 'half', LARGE / 10);
    const old = await grown(ground, 'old', LARGE);
    const recording = await race({ floor: young.record, ours: old.record }, { callers: CALLERS });
    const asking = await race({ floor: young.ask, ours: old.ask }, { callers: CALLERS });
    return [
      slowdown(`record a touch${beside(SMALL)}`, recording),
      slowdown(`ask for a relationship with 20 entries${beside(SMALL)}`, asking),
      rates(`rebuild of all read models${beside(LARGE / 10)}`, old.built.perSecond, half.built.perSecond, '>= 0.77'),
      rates(
        `filling through the one way in${beside(LARGE / 10)}`,
        old.filled.perSecond,
        half.filled.perSecond,
        '>= 0.77',
      ),
      memory(`memory of the rebuild${beside(LARGE / 10)}`, old.built, half.built),
      memory(`memory of the filling${beside(LARGE / 10)}`, old.filled, half.filled),
    ];
  });

/** A ledger with its read models, an API over it, and what it took to make both. */
async function grown(ground: Ground, name: string, events: number) {
  const url = await ground.database(name);
  const filling = await startProcess<object, Filled>('fill-process.ts', { url, events, seed: 'growth' });
  await filling.stop();
  const building = await startProcess<object, CaughtUp>('projector-process.ts', { url });
  await building.stop();
  const { answer: filled } = filling;
  const { seconds, memoryMb } = building.answer;

  const ledger = await ledgerAt(ground, url);
  const { rows } = await ledger.pool.query<{ id: string }>(
    'SELECT relationship_id AS id FROM directory.relationships ORDER BY position LIMIT 1000',
  );
  const relationships = await openRelationships(ledger, RELATIONSHIPS);
  const api = await ground.started(startProcess<object, { url: string }>('api-process.ts', { url }));
  // Opened when they are used: the server closes those that stay idle while the next ledger grows.
  let connections: Promise<Connections> | undefined;
  ground.onEnd(async () => (await connections)?.close());

  const record: Work = (number) =>
    ledger.execute.run(
      {
        type: 'RecordTouch',
        relationshipId: relationships[number % RELATIONSHIPS]!,
        channel: 'EMAIL',
        direction: 'OUTBOUND',
        intent: 'INFORM',
        outcome: 'CONNECTED',
        occurredAt: UNTIL,
      },
      { ...CALLER, idempotencyKey: randomUUID() },
    );
  const ask: Work = async (number) => {
    const variables = { id: rows[number % rows.length]!.id, asOf: UNTIL };
    connections ??= Connections.open(api.url, CALLERS);
    return (await connections).post('/graphql', JSON.stringify({ query: ONE, variables }));
  };
  return { record, ask, filled, built: { perSecond: filled.events / seconds, memoryMb } };
}

const beside = (events: number): string =>
  `, ${LARGE.toLocaleString('en-US')} events beside ${events.toLocaleString('en-US')}`;

/** By how much a call takes longer. */
const slowdown = (path: string, { floor, ours }: Readonly<Record<'floor' | 'ours', Measured>>): Ratio => ({
  path,
  measured: spoken(ours),
  floor: spoken(floor),
  ratio: floor.perSecond / ours.perSecond,
  target: '< 1.3',
});

const rates = (path: string, ours: number, floor: number, target: string): Ratio => ({
  path,
  measured: perSecond(ours),
  floor: perSecond(floor),
  ratio: ours / floor,
  target,
});

type Weighed = { readonly memoryMb: number };

const memory = (path: string, ours: Weighed, floor: Weighed): Ratio => ({
  path,
  measured: `${Math.round(ours.memoryMb)} MB`,
  floor: `${Math.round(floor.memoryMb)} MB`,
  ratio: ours.memoryMb / floor.memoryMb,
});
