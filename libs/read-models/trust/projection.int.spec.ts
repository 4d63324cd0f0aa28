import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId, type RelationshipId, type TrustActionId } from '../../event-sourcing/id.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { TrustActionFacts, TrustAssessmentFacts } from '../../ledger/trust/trust.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, opened, partyId, relationshipId } from '../testing/given-ledger.js';

const [we, they] = [partyId('we'), partyId('they')];
const actionId = (name: string): TrustActionId => deriveId('act', name);
const DONE: TrustActionFacts = { by: we, to: they, kind: 'GUIDANCE', customized: false, asked: false };
const done = (name: string, days: number, more: Partial<TrustActionFacts> = {}): LedgerEvent =>
  event('TrustActionRecorded', { actionId: actionId(name), ...DONE, ...more }, day(days));
const RATED: TrustAssessmentFacts = {
  by: they,
  credibility: 8,
  reliability: 7,
  intimacy: 6,
  selfOrientation: 5,
  basis: 'EARNED',
};
const rated = (name: string, days: number, more: Partial<TrustAssessmentFacts> = {}): LedgerEvent =>
  event('TrustAssessed', { assessmentId: deriveId('tas', name), ...RATED, ...more }, day(days));
const AMENDMENT = { targetEventId: deriveId('evt', 'any'), reason: 'It was otherwise.' };

const TRUST = `
  trust(asOf: $asOf) {
    credibility { raised lowered net } reliability { net } intimacy { raised net } selfOrientation { raised lowered net }
    byKind { kind count asked }
    assessments { basis credibility reliability intimacy selfOrientation occurredAt by { displayName } }
  }`;

describe('trust', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    const person = { partyId: they, kind: 'PERSON', displayName: 'they', roles: [] } as const;
    await ledger.record(they, event('PartyRegistered', person, day(0)));
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const trustOf = async (id: RelationshipId, asOf: string = day(1000)) => {
    const query = `query ($id: ID!, $asOf: DateTime) { relationship(id: $id) { ${TRUST} } }`;
    const { data, errors } = await read.ask(query, { id, asOf });
    expect(errors).toBeUndefined();
    return data?.['relationship']?.['trust'];
  };

  it('counts actions by dimension and kind, as they stand', async () => {
    const id = relationshipId('counted');
    await ledger.record(
      id,
      opened(id),
      done('co 1', 10),
      done('co 2', 20, { asked: true }),
      done('co 3', 30, { kind: 'MISLEADING_CLAIM' }),
      done('co 4', 40, { kind: 'HONEST_COUNSEL' }),
      done('co 5', 50, { kind: 'PRESSURE' }),
      done('co 6', 60, { kind: 'GIFT', giftValueMinor: 500, currency: 'USD' }),
      done('co 7', 70, { kind: 'CARE' }),
      done('co 8', 80, { kind: 'CARE' }),
    );
    const replacement = { ...DONE, kind: 'ON_TIME_DELIVERY' as const, occurredAt: day(69) };
    await ledger.record(
      id,
      event('TrustActionCorrected', { actionId: actionId('co 7'), ...AMENDMENT, replacement }),
      event('TrustActionRetracted', { actionId: actionId('co 8'), ...AMENDMENT }),
    );
    await ledger.shown();
    expect(await trustOf(id)).toEqual({
      credibility: { raised: 1, lowered: 1, net: 0 },
      reliability: { net: 1 },
      intimacy: { raised: 2, net: 2 },
      selfOrientation: { raised: 0, lowered: 1, net: -1 },
      byKind: [
        { kind: 'GUIDANCE', count: 2, asked: 1 },
        ...['GIFT', 'HONEST_COUNSEL', 'MISLEADING_CLAIM', 'ON_TIME_DELIVERY', 'PRESSURE'].map((kind) => ({
          kind,
          count: 1,
          asked: 0,
        })),
      ],
      assessments: [],
    });
    expect(await trustOf(id, day(25))).toMatchObject({
      intimacy: { net: 2 },
      byKind: [{ kind: 'GUIDANCE', count: 2 }],
    });
  });

  it('shows the last assessment on each basis, whenever it was recorded', async () => {
    const id = relationshipId('assessed');
    await ledger.record(
      id,
      opened(id),
      rated('as 2', 20, { credibility: 2 }),
      rated('as 1', 10, { credibility: 1 }),
      rated('as 3', 30, { credibility: 3 }),
      rated('as 4', 15, { credibility: 4, basis: 'DEPENDENT' }),
      event('TrustAssessmentRetracted', { assessmentId: deriveId('tas', 'as 3'), ...AMENDMENT }),
    );
    await ledger.shown();
    expect(await trustOf(id)).toMatchObject({
      assessments: [
        { basis: 'EARNED', credibility: 2, selfOrientation: 5, occurredAt: day(20), by: { displayName: 'they' } },
        { basis: 'DEPENDENT', credibility: 4 },
      ],
    });
    expect(await trustOf(id, day(12))).toMatchObject({ assessments: [{ basis: 'EARNED', credibility: 1 }] });
  });

  it('needs no more statements for many relationships than for one', async () => {
    const ask = (first: number) =>
      read.ask(`query ($asOf: DateTime) { relationships(first: ${String(first)}) { nodes { id ${TRUST} } } }`);
    const [one, many] = [await ask(1), await ask(50)];
    expect([one.errors, many.errors]).toEqual([undefined, undefined]);
    expect(many.statements).toBe(one.statements);
  });

  it('was what was known of it: before corrections, retractions, late facts, and as two before a merge', async () => {
    const [id, other] = [relationshipId('known'), relationshipId('known, too')];
    const [one, twin] = [partyId('one'), partyId('twin')];
    for (const party of [one, twin]) {
      const person = { partyId: party, kind: 'PERSON', displayName: party, roles: [] } as const;
      await ledger.record(party, event('PartyRegistered', person, day(0)));
    }
    const tied = (tie: RelationshipId, b: PartyId): LedgerEvent =>
      event(
        'RelationshipOpened',
        { relationshipId: tie, a: we, b, kind: 'PEER', intent: 'RELATIONAL' } as const,
        day(0),
      );
    await ledger.record(id, tied(id, one), done('kn 1', 10), done('kn 2', 10), rated('kn', 10, { credibility: 9 }));
    await ledger.record(other, tied(other, twin), done('kn 0', 5));
    await ledger.shown();
    const before = await ledger.moment();
    const known = async (asKnown?: string) => {
      const query = `query ($id: ID!, $asKnown: DateTime) { relationship(id: $id) { trust(asKnown: $asKnown) {
        byKind { kind count } assessments { credibility } } } }`;
      const { data, errors } = await read.ask(query, { id, asKnown });
      expect(errors).toBeUndefined();
      return data?.['relationship']?.['trust'];
    };
    const first = { byKind: [{ kind: 'GUIDANCE', count: 2 }], assessments: [{ credibility: 9 }] };
    expect(await known()).toEqual(first);
    const replacement = { ...DONE, kind: 'CARE' as const, occurredAt: day(10) };
    await ledger.record(
      id,
      event('TrustActionCorrected', { actionId: actionId('kn 1'), ...AMENDMENT, replacement }),
      event('TrustActionRetracted', { actionId: actionId('kn 2'), ...AMENDMENT }),
      event('TrustAssessmentRetracted', { assessmentId: deriveId('tas', 'kn'), ...AMENDMENT }),
      done('kn 3', 1, { kind: 'HONEST_COUNSEL' }),
    );
    const merge = { survivorId: one, absorbedId: twin, evidence: 'One desk.' };
    await ledger.record(twin, event('PartiesMerged', merge, day(20)));
    await ledger.shown();
    const kinds = ['CARE', 'GUIDANCE', 'HONEST_COUNSEL'].map((kind) => ({ kind, count: 1 }));
    expect(await known()).toEqual({ byKind: kinds, assessments: [] });
    expect(await known(await ledger.moment())).toEqual({ byKind: kinds, assessments: [] });
    expect(await known(before)).toEqual(first);
  });

  it('keeps what somebody was given in a year, by currency, as it is known now or was', async () => {
    const [id, guest] = [relationshipId('gifts'), partyId('guest')];
    const gift = (name: string, days: number, more: Partial<TrustActionFacts> = {}) =>
      done(name, days, { kind: 'GIFT', to: guest, ...more });
    await ledger.record(
      id,
      opened(id),
      gift('gi 1', 10, { giftValueMinor: 2500, currency: 'USD' }),
      gift('gi 2', 364.9, { giftValueMinor: 500, currency: 'USD' }),
      gift('gi 3', 20, { giftValueMinor: 700, currency: 'EUR' }),
      gift('gi 4', 30),
      gift('gi next year', 365, { giftValueMinor: 9900, currency: 'USD' }),
      gift('gi not hers', 40, { to: they, giftValueMinor: 9900, currency: 'USD' }),
      done('gi no gift', 40, { to: guest }),
    );
    await ledger.shown();
    const before = await ledger.moment();
    const given = async (asKnown?: string) => {
      const query = `query ($id: ID!, $asKnown: DateTime) { giftLedger(recipientId: $id, year: 2026, asKnown: $asKnown) {
        gifts { id giftValue { amountMinor } } totals { amountMinor currency } withoutValue } }`;
      const { data, errors } = await read.ask(query, { id: guest, asKnown });
      expect(errors).toBeUndefined();
      return data?.['giftLedger'];
    };
    const first = {
      gifts: ['gi 1', 'gi 3', 'gi 4', 'gi 2'].map((name) => expect.objectContaining({ id: actionId(name) }) as unknown),
      totals: [
        { amountMinor: 700, currency: 'EUR' },
        { amountMinor: 3000, currency: 'USD' },
      ],
      withoutValue: 1,
    };
    expect(await given()).toEqual(first);
    expect(await trustOf(id)).toMatchObject({ intimacy: { raised: 1 } });
    await ledger.record(id, event('TrustActionRetracted', { actionId: actionId('gi 1'), ...AMENDMENT }));
    await ledger.shown();
    expect(await given()).toMatchObject({ totals: [{ amountMinor: 700 }, { amountMinor: 500 }] });
    expect(await given(before)).toEqual(first);
  });

  it('is the same after a rebuild', async () => {
    const before = await trustOf(relationshipId('counted'));
    await ledger.rebuild();
    expect(await trustOf(relationshipId('counted'))).toEqual(before);
  });
});
