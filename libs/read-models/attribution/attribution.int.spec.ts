import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type CampaignId, type PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { ReferralFacts } from '../../ledger/referral/facts.js';
import type { TouchFacts } from '../../ledger/touch/touch.js';
import { made, referralId, step, value } from '../referral-pipeline/testing/referral-stories.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { attributed, type AttributionQuestion } from './attributed.js';

const [we, doctor, twin] = [partyId('we'), partyId('doctor'), partyId('twin')];
const [ann, ben] = [partyId('ann'), partyId('ben')];
const tie = relationshipId('tie');
const spring: CampaignId = deriveId('cmp', 'spring');
const AMENDED = { targetEventId: deriveId('evt', 'any'), reason: 'It was otherwise.' };

const registered = (id: PartyId, name: string): LedgerEvent =>
  event('PartyRegistered', { partyId: id, kind: 'PERSON', displayName: name, roles: [] } as const, day(0));

const ASK = `query ($model: AttributionModel!, $outcome: AttributionOutcome!, $by: AttributionDimension!,
                    $from: DateTime, $to: DateTime, $lookbackDays: Int! = 90, $halfLifeDays: Float! = 7) {
  attribution(model: $model, outcome: $outcome, by: $by, from: $from, to: $to, lookbackDays: $lookbackDays,
              halfLifeDays: $halfLifeDays) {
    rows { key label creditMicros outcomes value { amountMinor currency } }
    unattributed unattributedValue { amountMinor currency } total totalValue { amountMinor currency } outcomes } }`;

interface Shown {
  readonly rows: readonly { readonly key: string | null; readonly creditMicros: number; readonly label: string }[];
  readonly unattributed: number;
  readonly total: number;
}

describe('attribution', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    for (const [name, id] of Object.entries({ we, doctor, twin, ann, ben })) {
      await ledger.record(id, registered(id, name));
    }
    const sides = { relationshipId: tie, a: we, b: doctor, kind: 'PHYSICIAN_RELATIONS', intent: 'UNKNOWN' } as const;
    await ledger.record(
      tie,
      event('RelationshipOpened', sides, day(0)),
      event('StewardAssigned', { stewardId: ann, role: 'PRIMARY' } as const, day(0)),
      touch('visit', 10, { channel: 'IN_PERSON_VISIT', intent: 'LISTEN' }),
      touch('scanner', 11, { channel: 'WEB', outcome: 'AUTOMATED' }),
      touch('call', 20, { channel: 'PHONE_CALL', intent: 'GIVE' }),
      event('StewardHandedOver', handedOver, day(25)),
      touch('mail', 30, { channel: 'EMAIL', campaignId: spring }),
      touch('too late', 41, { channel: 'FAX' }),
    );
    await ledger.record(
      spring,
      event('CampaignPlanned', plan, day(1)),
      event('CampaignCostRecorded', { costId: deriveId('cst', 'print'), ...COST }, day(5)),
    );
    await refer('first', 40, {}, step('ACCEPTED', 42), step('SEEN', 50), value(1000, 'USD', 60));
    await refer('stranger', 40, { referrerId: partyId('stranger') }, value(70, 'EUR', 61), step('CLOSED', 70));
    await ledger.shown();
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const touch = (name: string, days: number, more: Partial<TouchFacts> = {}): LedgerEvent =>
    event('TouchRecorded', { touchId: touchId(name), ...SAID, ...more }, day(days));
  const refer = (name: string, days: number, more: Partial<ReferralFacts>, ...after: readonly LedgerEvent[]) =>
    ledger.record(referralId(name), made(name, days, more), ...after);
  const handedOver = { fromStewardId: ann, stewardId: ben, role: 'PRIMARY', warmIntro: true } as const;
  const plan = {
    campaignId: spring,
    name: 'Heart month',
    audiences: [{ name: 'physicians', partyIds: [doctor] }],
    channels: ['EMAIL'],
    window: { from: day(1), to: day(60) },
    budgetMinor: 500_000,
    currency: 'USD',
  } as const;
  const COST = { amountMinor: 200, currency: 'USD', kind: 'PRINT', incurredOn: '2026-01-05' } as const;

  async function ask(variables: Record<string, unknown>): Promise<Shown & { readonly statements: number }> {
    const { data, errors, statements } = await read.ask(ASK, { outcome: 'MADE', by: 'CHANNEL', ...variables });
    expect(errors).toBeUndefined();
    return { ...(data as unknown as { attribution: Shown }).attribution, statements };
  }
  const credits = ({ rows }: Shown): Readonly<Record<string, number>> =>
    Object.fromEntries(rows.map(({ key, creditMicros }): [string, number] => [String(key), creditMicros]));

  it('splits each outcome over what happened before it, and shows what nothing led to', async () => {
    const answer = await ask({ model: 'LINEAR' });
    expect(answer).toMatchObject({
      rows: [
        { key: 'IN_PERSON_VISIT', label: 'In person visit', creditMicros: 333_334, outcomes: 1 },
        { key: 'EMAIL', label: 'Email', creditMicros: 333_333 },
        { key: 'PHONE_CALL', label: 'Phone call', creditMicros: 333_333 },
      ],
      unattributed: 1_000_000,
      unattributedValue: [{ amountMinor: 70, currency: 'EUR' }],
      total: 2_000_000,
      totalValue: [
        { amountMinor: 70, currency: 'EUR' },
        { amountMinor: 1000, currency: 'USD' },
      ],
      outcomes: 2,
      statements: 1,
    });
  });

  it('answers by intent, by who was steward then, by campaign, with names', async () => {
    expect(credits(await ask({ model: 'POSITION', by: 'INTENT' }))).toEqual({ LISTEN: 400_000, GIVE: 600_000 });
    const stewards = await ask({ model: 'LINEAR', by: 'STEWARD' });
    expect(stewards).toMatchObject({
      rows: [
        { key: ann, label: 'ann', creditMicros: 666_667 },
        { key: ben, label: 'ben', creditMicros: 333_333 },
      ],
      statements: 2,
    });
    expect(await ask({ model: 'LAST', by: 'CAMPAIGN' })).toMatchObject({
      rows: [
        { key: spring, label: 'Heart month', creditMicros: 1_000_000 },
        { key: null, label: 'No campaign', creditMicros: 0 },
      ],
    });
  });

  it('looks back from when it was seen, closed or brought value, in the window that is asked for', async () => {
    expect(credits(await ask({ model: 'LAST', outcome: 'SEEN', to: day(55) }))).toMatchObject({ FAX: 1_000_000 });
    expect(credits(await ask({ model: 'LAST', outcome: 'VALUE' }))).toMatchObject({ FAX: 1_000_000 });
    expect(await ask({ model: 'LAST', from: day(40.5) })).toMatchObject({ total: 0, rows: [] });
    expect(credits(await ask({ model: 'LINEAR', lookbackDays: 15 }))).toEqual({ EMAIL: 1_000_000 });
    expect(credits(await ask({ model: 'LINEAR', lookbackDays: 20 }))).toEqual({ EMAIL: 1_000_000 });
    expect(await ask({ model: 'LINEAR', outcome: 'CLOSED' })).toMatchObject({
      total: 1_000_000,
      unattributed: 1_000_000,
    });
    expect(credits(await ask({ model: 'TIME_DECAY', halfLifeDays: 10, lookbackDays: 31 }))).toEqual({
      IN_PERSON_VISIT: 142_857,
      PHONE_CALL: 285_714,
      EMAIL: 571_429,
    });
    const milestones = await ask({ model: 'W', outcome: 'SEEN', to: day(55) });
    expect(credits(milestones)).toEqual({
      IN_PERSON_VISIT: 300_000,
      PHONE_CALL: 100_000,
      EMAIL: 300_000,
      FAX: 300_000,
    });
  });

  it('refuses what makes no sense', async () => {
    for (const wrong of [{ lookbackDays: 0 }, { lookbackDays: 3651 }, { halfLifeDays: 0 }, { halfLifeDays: -1 }]) {
      const { errors } = await read.ask(ASK, { model: 'LINEAR', outcome: 'MADE', by: 'CHANNEL', ...wrong });
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
    }
    for (const wrong of [
      '',
      'model: LINEAR, definition: "mine"',
      'definition: "mine", lookbackDays: 9',
      'definition: "no"',
    ]) {
      const { errors } = await read.ask(`{ attribution(outcome: MADE, by: CHANNEL, ${wrong}) { total } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
    }
  });

  it('says what a campaign brought for what it cost, with one set of statements for all', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Campaign { roi(model: LINEAR, lookbackDays: 90) {
      model modelVersion currency cost { amountMinor currency } value { amountMinor } roi costPerReferral costPerClosedLoop } } } }`;
    const { data, errors, statements } = await read.ask(query, { ids: [spring] });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      nodes: [
        {
          roi: [
            {
              model: 'LINEAR',
              modelVersion: 1,
              currency: 'USD',
              cost: { amountMinor: 200, currency: 'USD' },
              value: { amountMinor: 250 }, // one of four touches before it was paid
              roi: 0.25,
              costPerReferral: expect.closeTo(600, 2),
              costPerClosedLoop: null,
            },
          ],
        },
      ],
    });
    expect(statements).toBe(5);
  });

  it('credits anew, as a unit, what comes late, is corrected, is retracted or is reassigned', async () => {
    const before = await ask({ model: 'FIRST' });
    expect(credits(before)).toMatchObject({ IN_PERSON_VISIT: 1_000_000 });

    await ledger.record(tie, touch('late', 5, { channel: 'MEAL' }));
    await ledger.shown();
    expect(credits(await ask({ model: 'FIRST' }))).toMatchObject({ MEAL: 1_000_000, IN_PERSON_VISIT: 0 });
    expect(credits(await ask({ model: 'LINEAR' }))).toMatchObject({ MEAL: 250_000, EMAIL: 250_000 });

    const replacement = { ...SAID, channel: 'VIDEO_CALL', occurredAt: day(15) } as const;
    await ledger.record(tie, event('TouchCorrected', { ...AMENDED, touchId: touchId('late'), replacement }));
    await ledger.shown();
    expect(credits(await ask({ model: 'FIRST' }))).toMatchObject({ IN_PERSON_VISIT: 1_000_000, VIDEO_CALL: 0 });

    await ledger.record(tie, event('TouchRetracted', { ...AMENDED, touchId: touchId('late') }));
    await ledger.shown();
    expect(await ask({ model: 'FIRST' })).toEqual(before);
  });

  it('asks by source who earned the person: who is credited with the referrals, and answered campaigns', async () => {
    const sources = () => ask({ model: 'LINEAR', by: 'SOURCE', outcome: 'VALUE', from: day(200), to: day(260) });
    const subjectRef = partyId('patient');
    await ledger.record(subjectRef, registered(subjectRef, 'patient'));
    await refer('of patient', 205, { subjectRef });
    await refer('again', 220, { subjectRef, referrerId: ann }, value(90, 'USD', 240));
    await ledger.shown();
    expect(credits(await sources())).toEqual({ [doctor]: 500_000, [ann]: 500_000 });

    const credit = { from: ann, to: ben, reason: 'He called.' };
    await ledger.record(referralId('again'), event('ReferralSourceReassigned', credit, day(250)));
    const answer = { responseId: deriveId('rsp', 'call'), partyId: subjectRef, kind: 'CALLED', organic: true } as const;
    const machine = { ...answer, responseId: deriveId('rsp', 'click'), kind: 'AUTOMATED' } as const;
    await ledger.record(
      spring,
      event('CampaignResponseRecorded', answer, day(210)),
      event('CampaignResponseRecorded', machine, day(211)),
    );
    await ledger.shown();
    const answered = await sources();
    expect(credits(answered)).toEqual({ [doctor]: 333_334, [ben]: 333_333, [spring]: 333_333 });
    expect(answered.rows.map(({ label }) => label).sort()).toEqual(['Heart month', 'ben', 'doctor']);
  });

  it('takes parties that were merged for one, and a touch that stands in several of their ties once', async () => {
    const other = relationshipId('other');
    const sides = { relationshipId: other, a: we, b: twin, kind: 'CARE', intent: 'UNKNOWN' } as const;
    const both = touch('both', 301, { channel: 'MEAL' });
    await ledger.record(other, event('RelationshipOpened', sides, day(290)), both);
    await ledger.record(tie, both, touch('one', 302, { channel: 'EMAIL' }));
    await refer('of twin', 310, { referrerId: twin });
    await ledger.shown();
    const asked = { model: 'LINEAR', from: day(310), to: day(311), lookbackDays: 30 };
    expect(credits(await ask(asked))).toEqual({ MEAL: 1_000_000 });

    const merged = { absorbedId: twin, survivorId: doctor, evidence: 'One NPI.' };
    await ledger.record(twin, event('PartiesMerged', merged, day(320)));
    await ledger.shown();
    expect(credits(await ask(asked))).toEqual({ MEAL: 500_000, EMAIL: 500_000 });
  });

  it('by MARKOV compares journeys that came to nothing: declined, expired, leaked, or too long ago', async () => {
    const asked = { model: 'MARKOV', outcome: 'SEEN', from: day(400), to: day(600), lookbackDays: 30 };
    const journey = async (name: string, days: number, channels: TouchFacts['channel'][], ...end: LedgerEvent[]) => {
      const party = partyId(name);
      const own = relationshipId(name);
      await ledger.record(party, registered(party, name));
      const sides = { relationshipId: own, a: we, b: party, kind: 'PEER', intent: 'UNKNOWN' } as const;
      const touches = channels.map((channel, i) => touch(`${name} ${String(i)}`, days - 5 + i, { channel }));
      await ledger.record(own, event('RelationshipOpened', sides, day(390)), ...touches);
      await refer(name, days, { referrerId: party, subjectRef: `case ${name}` }, ...end);
    };
    await journey('a to b', 410, ['EMAIL', 'MEAL'], step('SEEN', 411));
    await journey('only b', 420, ['MEAL'], step('SEEN', 421));
    await journey('only a', 430, ['EMAIL'], step('EXPIRED', 435));
    await ledger.shown();
    const third = { EMAIL: 666_667, MEAL: 1_333_333 };
    expect(credits(await ask(asked))).toEqual(third); // the case that is worked by hand

    await ledger.record(
      referralId('only a'),
      event('ReferralStepRetracted', { targetEventId: await stepOf('only a'), reason: 'It is open.' }),
    );
    await ledger.shown();
    // Still lost: 30 days after it was made nobody had been seen, and by then the touch before lay behind the lookback.
    expect(await ask(asked)).toMatchObject({ total: 2_000_000 });
    expect(credits(await ask({ ...asked, lookbackDays: 60 }))).toEqual(credits(await ask(asked)));
    expect(await ask({ ...asked, outcome: 'MADE' })).toMatchObject({ total: 3_000_000, unattributed: 0 });
  });

  async function stepOf(name: string): Promise<ReturnType<typeof deriveId<'evt'>>> {
    const { rows } = await ledger.log.database.pool.query<{ id: ReturnType<typeof deriveId<'evt'>> }>(
      `SELECT event_id AS id FROM referral_pipeline.entries WHERE referral_id = $1`,
      [referralId(name)],
    );
    return rows[0]!.id;
  }

  it('is the same however many journeys are read at a time', async () => {
    const question: Omit<AttributionQuestion, 'model'> = {
      outcome: 'MADE',
      by: 'CHANNEL',
      from: null,
      to: day(900),
      lookbackDays: 90,
      parameters: { halfLifeDays: 7 },
    };
    for (const model of ['TIME_DECAY', 'MARKOV'] as const) {
      const whole = await attributed(ledger.db, TENANT, { ...question, model });
      expect(whole.total.outcomes).toBeGreaterThan(5);
      for (const page of [1, 2, 3]) {
        expect(await attributed(ledger.db, TENANT, { ...question, model }, page)).toEqual(whole);
      }
    }
  });

  it('ranks who has influence: referrals lead to it, and old ones count less', async () => {
    const query = `query ($first: Int!, $asOf: DateTime) { referralInfluence(first: $first, asOf: $asOf) {
      rank score referralsMade referralsReceived party { displayName } } }`;
    const influence = async (first: number, asOf: Instant) => {
      const { data, errors, statements } = await read.ask(query, { first, asOf });
      expect(errors).toBeUndefined();
      expect(statements).toBe(2);
      return (data as unknown as { referralInfluence: { score: number; referralsReceived: number }[] })
        .referralInfluence;
    };
    const all = await influence(200, day(900));
    expect(all.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 9);
    expect(all[0]).toMatchObject({ rank: 1, referralsMade: 0, referralsReceived: 8 });
    expect(await influence(1, day(40))).toMatchObject([{ referralsReceived: 2 }]);
    const { errors } = await read.ask(query, { first: 0 });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });
});
