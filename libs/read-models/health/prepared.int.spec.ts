import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { event } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { MetricDefinition } from '../../metrics/definition.js';
import { made, referralId, step } from '../referral-pipeline/testing/referral-stories.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { GivenDecisions } from '../testing/given-decisions.js';
import { day, GivenLedger, opened, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { statesOfEdition } from './editions.js';
import { LiveHealth } from './live-health.js';

const metric = 'relationship-health';
const TIES = 40;
const tie = (i: number) => relationshipId(`prepared ${String(i)}`);
const touched = (name: string, days: number): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID }, day(days));
/** The older the last touch, the higher: no other definition gives that order. */
const REVERSED: MetricDefinition = {
  metric,
  components: [
    {
      ...{ name: 'silence', type: 'decayed', weight: 1, halfLifeDays: 300, inverted: true },
      ...{ when: 'kind == "TOUCH"', saturation: { mode: 'LINEAR', full: 1 } },
    },
  ],
  bands: [{ name: 'ALL', from: 0 }],
};
const AGED: MetricDefinition = {
  metric,
  components: [{ name: 'recency', type: 'recency', mode: 'AGE', halfLifeDays: 300, weight: 1 }],
  bands: [{ name: 'ALL', from: 0 }],
};

describe('a published version', () => {
  let ledger: GivenLedger;
  let read: Askable;
  let health: LiveHealth;
  let decisions: GivenDecisions;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    read = await askable(ledger);
    decisions = new GivenDecisions(ledger, metric);
    await Promise.all(
      Array.from({ length: TIES }, async (_, i) => {
        const commitmentId = deriveId('cmt', String(i));
        const promise = {
          commitmentId,
          owedBy: partyId('we'),
          owedTo: partyId('they'),
          text: 'A plan.',
          dueAt: day(90),
        };
        const promised = event('CommitmentMade', promise, day(50));
        const kept = event('CommitmentKept', { commitmentId, lateDays: 0 }, day(80));
        await ledger.record(tie(i), opened(tie(i)), touched(`pr ${String(i)}`, 10 + i), promised, kept);
      }),
    );
    const sent = [made('pr', 30, { relationshipId: tie(0) }), step('SENT', 31)];
    await ledger.record(referralId('pr'), ...sent);
    await ledger.shown();
    health = await LiveHealth.takeOver(ledger.log.database.pool);
    await settle();
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const settle = async (): Promise<void> => {
    while (await health.proceed());
  };
  const ask = async (query: string): Promise<Readonly<Record<string, unknown>>> => {
    const { data, errors } = await read.ask(query, {}, ['analyst']);
    expect(errors).toBeUndefined();
    return data as unknown as Readonly<Record<string, unknown>>;
  };
  const stateOf = async (version: number) =>
    (
      await ask(
        `{ found: metricDefinition(metric: "${metric}", version: ${String(version)}) { state progress active } }`,
      )
    )['found'];
  /** By which version the order is, and by which the scores beside it. */
  const listed = async (): Promise<{ readonly first: string; readonly versions: readonly number[] }> => {
    const { relationships } = (await ask(
      '{ relationships(first: 40, orderBy: { field: HEALTH, direction: DESC }) { nodes { id health { definition { version } } } } }',
    )) as { relationships: { nodes: { id: string; health: { definition: { version: number } } }[] } };
    const versions = new Set(relationships.nodes.map(({ health: { definition } }) => definition.version));
    return { first: relationships.nodes[0]!.id, versions: [...versions] };
  };
  const parity = async (version: number) =>
    (
      await ask(`{ found: metricParity(metric: "${metric}", version: ${String(version)}, sample: 1000) {
      same sample events differing { relationshipId what } } }`)
    )['found'];

  it('is built beside the one that serves, as soon as it is there', async () => {
    await decisions.publish(2, AGED);
    expect(await stateOf(2)).toEqual({ state: 'PUBLISHED', progress: 0, active: false });
    await health.follow();
    expect(await stateOf(2)).toEqual({ state: 'BUILDING', progress: 0, active: false });
    expect(await parity(2)).toBeNull();
    await settle();
    expect(await stateOf(2)).toEqual({ state: 'READY', progress: 1, active: false });
    expect(await stateOf(1)).toEqual({ state: 'ACTIVE', progress: 1, active: true });
    expect((await listed()).versions).toEqual([1]);
  });

  it('is the same as what follows from the raw events of the log', async () => {
    const events = TIES * 4 + 2;
    expect(await parity(2)).toEqual({ same: true, sample: TIES, events, differing: [] });
    expect(await parity(1)).toEqual({ same: true, sample: TIES, events, differing: [] });
  });

  it('that is not so is told by its first difference', async () => {
    const [row] = await ledger.db.rows(sql<{ edition: number }>`
      SELECT edition FROM health.editions WHERE definitions = ${[`${metric}@2`]}`);
    const pieces = `health.pieces_${String(row!.edition)}`;
    const { pool } = ledger.log.database;
    await pool.query(`UPDATE ${pieces} SET score = score + 0.001 WHERE relationship_id = $1`, [tie(7)]);
    expect(await parity(2)).toMatchObject({
      same: false,
      differing: [{ relationshipId: tie(7), what: expect.stringMatching(/^A score of \S+ is kept; its events say /) }],
    });
    await pool.query(`UPDATE ${pieces} SET score = score - 0.001 WHERE relationship_id = $1`, [tie(7)]);
    const states = statesOfEdition(row!.edition);
    const another = `UPDATE ${states} s SET numbers = o.numbers FROM ${states} o WHERE s.relationship_id = $1 AND o.relationship_id = $2`;
    await pool.query(another, [tie(7), tie(8)]);
    expect(await parity(2)).toMatchObject({
      same: false,
      differing: [{ relationshipId: tie(7), what: expect.stringMatching(/^The state that is kept says recency is /) }],
    });
    await pool.query(`DELETE FROM ${states} WHERE relationship_id = $1`, [tie(7)]); // then its facts answer
    expect(await parity(2)).toMatchObject({ same: true });
  });

  it('follows what happens meanwhile', async () => {
    await ledger.record(tie(3), touched('pr later', 200));
    await ledger.shown();
    await settle();
    expect(await parity(2)).toMatchObject({ same: true, events: TIES * 4 + 3 });
  });

  it('comes into force for lists and scores at one moment', async () => {
    await decisions.activate(2, 100);
    // Whoever follows has not even seen it.
    expect(await listed()).toEqual({ first: tie(3), versions: [2] });
    expect(await stateOf(2)).toMatchObject({ state: 'ACTIVE', active: true });
    await settle();
    expect(await listed()).toEqual({ first: tie(3), versions: [2] });
    expect(await stateOf(1)).toMatchObject({ state: 'READY', active: false });
  });

  it('goes at one moment, too, when it is rolled back', async () => {
    const before = await ledger.db.rows(sql`SELECT edition FROM health.editions ORDER BY 1`);
    await decisions.rollBack(2, 1);
    expect((await listed()).versions).toEqual([1]);
    await settle();
    expect((await listed()).versions).toEqual([1]);
    expect(await ledger.db.rows(sql`SELECT edition FROM health.editions ORDER BY 1`)).toEqual(before);
  });

  it('makes room for the newest', async () => {
    const kept = async () => {
      const rows = await ledger.db.rows(sql<{ definitions: readonly string[] }>`
        SELECT definitions FROM health.editions WHERE tenant_id = ${TENANT} ORDER BY 1`);
      return rows.map(({ definitions }) => definitions.join());
    };
    await decisions.publish(3, { ...AGED, cadenceDays: 20 });
    await settle();
    expect(await kept()).toEqual([1, 2, 3].map((version) => `${metric}@${String(version)}`));
    await decisions.publish(4, REVERSED);
    await settle();
    expect(await kept()).toEqual([1, 2, 4].map((version) => `${metric}@${String(version)}`));
    await decisions.activate(4, 110);
    expect(await listed()).toEqual({ first: tie(0), versions: [4] });
  });
});
