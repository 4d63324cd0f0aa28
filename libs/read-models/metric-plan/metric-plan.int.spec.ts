import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { contentHash, type MetricDefinition } from '../../metrics/definition.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { GivenDecisions } from '../testing/given-decisions.js';
import { day, GivenLedger, opened, partyId, relationshipId, SAID, touchId } from '../testing/given-ledger.js';

const metric = 'relationship-health';
const aged = (halfLifeDays: number, more: Partial<MetricDefinition> = {}): MetricDefinition => ({
  metric,
  components: [{ name: 'recency', type: 'recency', mode: 'AGE', halfLifeDays, weight: 1 }],
  bands: [
    { name: 'GREEN', from: 60 },
    { name: 'RED', from: 0 },
  ],
  ...more,
});
const touched = (name: string, at: Instant): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID }, at);
const later = (moment: Instant, days: number): Instant => fromMillis(toMillis(moment) + days * 86_400_000);

const PLAN = `query ($metric: String!, $body: String!, $asOf: DateTime, $days: Int! = 60, $knowing: HindsightKnowing! = THEN) {
  metricPlan(metric: $metric, body: $body, asOf: $asOf, hindsightDays: $days, hindsightKnowing: $knowing, movers: 3) {
    errors { code message path
      ... on DefinitionInvalid { line column allowed nearest problems { path line column } } }
    hash published { version } inForce { version } position
    changes { path before after } relationships affected
    distribution { before { scored mean quartiles bins { from count } } after { scored mean quartiles bins { from count } } }
    bandMoves { from to count }
    movers { relationshipId before after points because relationship { id b { displayName } } }
    rankCorrelation { spearman kendall }
    hindsight { lost kept unknownLost unknownKept
      before { lost kept recall precision } after { lost kept recall precision } }
    cost { relationships facts } } }`;

describe('the plan of a metric', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    read = await askable(ledger);
    const named = { partyId: partyId('they'), kind: 'PERSON', displayName: 'Dr. Abernathy', roles: [] } as const;
    await ledger.record(partyId('they'), event('PartyRegistered', named, day(0)));
    // Touched 30, 60 and 90 days before day 100.
    for (const days of [10, 40, 70]) {
      const id = relationshipId(`of day ${String(days)}`);
      await ledger.record(id, opened(id), touched(`on day ${String(days)}`, day(days)));
    }
    const decisions = new GivenDecisions(ledger, metric);
    await decisions.publish(2, aged(30));
    await decisions.activate(2);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const planned = async (
    body: MetricDefinition | string,
    more: object = {},
    roles: readonly 'analyst'[] = ['analyst'],
  ) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const variables = { metric, body: text, asOf: day(100), ...more };
    const { data, errors } = await read.ask(PLAN, variables, roles);
    expect(errors).toBeUndefined();
    return data!['metricPlan'] as unknown as Readonly<Record<string, unknown>>;
  };

  it('says what differs, who is affected, and by what', async () => {
    const plan = await planned(aged(60));
    // 100 * 2^(-age/h): ages 30, 60, 90 give 50, 25, 12.5 by 30 days, and 70.71, 50, 35.36 by 60.
    const root = 100 * Math.SQRT1_2;
    expect(plan).toMatchObject({
      ...{ errors: [], hash: contentHash(aged(60)), published: null, inForce: { version: 2 } },
      changes: [{ path: ['components', 'recency', 'halfLifeDays'], before: '30', after: '60' }],
      ...{ relationships: 3, affected: 3 },
      distribution: {
        before: { scored: 3, mean: 87.5 / 3, quartiles: [18.75, 25, 37.5] },
        after: {
          scored: 3,
          quartiles: [expect.closeTo((50 + root / 2) / 2, 9), 50, expect.closeTo((root + 50) / 2, 9)],
        },
      },
      bandMoves: [{ from: 'RED', to: 'GREEN', count: 1 }],
      rankCorrelation: { spearman: 1, kendall: 1 },
      cost: { relationships: 3, facts: 6 },
    });
    const movers = plan['movers'] as { readonly relationshipId: string; readonly points: number }[];
    expect(movers.map(({ points }) => points)).toEqual(
      [25, root / 2 - 12.5, root - 50].map((x) => expect.closeTo(x, 9)),
    );
    expect(movers[0]).toMatchObject({
      ...{ relationshipId: relationshipId('of day 40'), before: 25, after: 50, because: 'recency' },
      relationship: { id: relationshipId('of day 40'), b: { displayName: 'Dr. Abernathy' } },
    });
    const { before } = plan['distribution'] as { before: { bins: { from: number; count: number }[] } };
    expect(before.bins.filter(({ count }) => count > 0)).toEqual([
      { from: 10, count: 1 },
      { from: 25, count: 1 },
      { from: 50, count: 1 },
    ]);
  });

  it('of what is in force changes nothing, however it is written, and nothing is written', async () => {
    const head = await ledger.log.store.head();
    const unchanged = { changes: [], affected: 0, movers: [], bandMoves: [] };
    expect(await planned(aged(30))).toMatchObject({ ...unchanged, published: { version: 2 } });
    expect(await ledger.log.store.head()).toBe(head);
    const { rows } = await ledger.log.database.pool.query(`SELECT FROM metric_definitions.published`);
    expect(rows).toHaveLength(1);
  });

  it('looks only at relationships that the metric is for, now or then', async () => {
    const special = { ...aged(60), metric: 'care-health', relationshipKinds: ['CARE'] };
    expect(await planned(special, { metric: 'care-health' })).toMatchObject({
      ...{ inForce: null, relationships: 3, affected: 3, bandMoves: [{ from: 'RED', to: 'GREEN', count: 1 }] },
    });
    const elsewhere = { ...special, relationshipKinds: ['VENDOR'] };
    expect(await planned(elsewhere, { metric: 'care-health' })).toMatchObject({ relationships: 0, affected: 0 });
    expect(await planned(aged(30, { relationshipKinds: ['VENDOR'] }))).toMatchObject({
      ...{ relationships: 3, affected: 3, distribution: { after: { scored: 0, mean: null } } },
      rankCorrelation: { spearman: null },
    });
  });

  it('of a text that defines no metric says where it goes wrong, as data', async () => {
    const { errors, changes, distribution } = await planned(
      'metric: relationship-health\ncomponents:\n  - name: recency\n    type: recency\n    mode: GRASE\n    halfLifeDays: 30\n    weight: 1\nbands:\n  - { name: RED, from: 0 }\n',
    );
    expect(errors).toEqual([
      expect.objectContaining({
        ...{ code: 'DEFINITION_INVALID', line: 5, column: 11, nearest: 'GRACE', allowed: ['GRACE', 'AGE'] },
        path: ['body', 'components', '0', 'mode'],
      }),
    ]);
    expect([changes, distribution]).toEqual([null, null]);
    expect(await planned(':\n  - [')).toMatchObject({ errors: [{ code: 'DEFINITION_INVALID' }] });
    expect(await planned({ ...aged(30), metric: 'other' })).toMatchObject({
      errors: [{ code: 'DEFINITION_INVALID', path: ['body', 'metric'] }],
    });
  });

  it('refuses what it is not asked within bounds', async () => {
    const { errors } = await read.ask(PLAN, { metric, body: JSON.stringify(aged(30)), days: 0 }, ['analyst']);
    expect(errors![0]).toMatchObject({ extensions: { code: 'INVALID_INPUT', path: ['hindsightDays'] } });
  });

  it('looks back at what was lost knowing only what was known then', async () => {
    const [lapsed, kept] = [relationshipId('lapsed'), relationshipId('kept')];
    const began = later(fromMillis(Date.now()), -200);
    const begin = (id: typeof lapsed): LedgerEvent => {
      const ids = { relationshipId: id, a: partyId('we'), b: partyId('they') };
      return event('RelationshipOpened', { ...ids, kind: 'PEER', intent: 'UNKNOWN' } as const, began);
    };
    await ledger.record(lapsed, begin(lapsed), touched('la 1', began));
    await ledger.record(kept, begin(kept), touched('ke 1', began));
    const then = await ledger.moment();
    // Learnt afterwards: that there had been a touch the day before.
    const lapse = event('RelationshipLapsed', { from: 'ENGAGED' } as const, later(then, 60));
    await ledger.record(lapsed, touched('la late', later(then, -1)), lapse);
    await ledger.shown();

    const asOf = later(then, 60);
    const body = aged(400, { metric: 'peer-health', relationshipKinds: ['PEER'] });
    const ask = (more: object = {}) => planned(body, { metric: 'peer-health', asOf, ...more });
    expect(await ask()).toMatchObject({
      hindsight: {
        ...{ lost: 1, kept: 1, unknownLost: 0, unknownKept: 0 },
        // 200 days of silence: by 30 days 1 point and red, by 400 days 70.7 and green.
        before: { lost: 1, kept: 1, recall: 1, precision: 1 / 2 },
        after: { lost: 0, kept: 0, recall: 0, precision: null },
      },
    });
    expect(await ask({ knowing: 'NOW' })).toMatchObject({
      hindsight: { lost: 1, before: { lost: 0, kept: 1, recall: 0, precision: 0 } },
    });
    expect(await ask({ days: 61 })).toMatchObject({
      hindsight: { ...{ lost: 1, unknownLost: 1, unknownKept: 1 }, before: { lost: 0, recall: null } },
    });
  });
});
