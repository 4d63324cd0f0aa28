import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, partyId, relationshipId, SAID, touchId } from '../testing/given-ledger.js';

const [we, they] = [partyId('we'), partyId('they')];
const AMENDMENT = { targetEventId: deriveId('evt', 'the recording'), reason: 'It was otherwise.' };

describe('activity as it is known', () => {
  let ledger: GivenLedger;
  let read: Askable;

  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    await ledger.shown();
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const answer = async (query: string, variables: Record<string, unknown> = {}) => {
    const { data, errors } = await read.ask(query, variables);
    expect(errors).toBeUndefined();
    return data as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };

  it('was like what was known of it: before corrections, retractions and late facts', async () => {
    const id = relationshipId('known');
    const actionId = deriveId('act', 'known');
    const fed = { feedbackId: deriveId('fbk', 'known'), by: they, kind: 'COMPLAINT' } as const;
    const food = { ...SAID, intent: 'ASK', function: 'FOOD' } as const;
    const done = { by: we, to: they, kind: 'GUIDANCE', customized: false, asked: false } as const;
    const [, about] = await ledger.record(
      id,
      event(
        'RelationshipOpened',
        { relationshipId: id, a: we, b: they, kind: 'CARE', intent: 'UNKNOWN' } as const,
        day(1),
      ),
      event('TouchRecorded', { touchId: touchId('known'), ...food }, day(9)),
      event('TrustActionRecorded', { actionId, ...done }, day(10)),
    );
    const heard = { ...fed, sentimentBp: -6000, aboutEventId: about! };
    await ledger.record(id, event('FeedbackReceived', heard, day(11)));
    await ledger.shown();
    const before = await ledger.moment();
    const known = async (asKnown?: string) => {
      const query = `query ($id: ID!, $asOf: DateTime, $asKnown: DateTime) { relationship(id: $id) {
        asksVersusGives(asOf: $asOf, asKnown: $asKnown) { asks gives }
        byFunction(asOf: $asOf, asKnown: $asKnown) { function sentimentBp }
        weakestFunction(asOf: $asOf, asKnown: $asKnown) { function } } }`;
      return (await answer(query, { id, asOf: day(20), asKnown }))['relationship'];
    };
    const first = {
      asksVersusGives: { asks: 1, gives: 1 },
      byFunction: [{ function: 'FOOD', sentimentBp: -6000 }],
      weakestFunction: { function: 'FOOD' },
    };
    expect(await known()).toEqual(first);
    const { feedbackId, ...said } = heard;
    await ledger.record(
      id,
      event('TrustActionCorrected', {
        ...{ actionId, ...AMENDMENT },
        replacement: { ...done, kind: 'PRESSURE', occurredAt: day(10) } as const,
      }),
      event('FeedbackCorrected', {
        ...{ feedbackId, ...AMENDMENT },
        replacement: { ...said, sentimentBp: 500, occurredAt: day(11) },
      }),
      event('TouchCorrected', {
        ...{ touchId: touchId('known'), ...AMENDMENT },
        replacement: { ...food, function: 'BILLING', occurredAt: day(9) } as const,
      }),
    );
    await ledger.shown();
    const second = {
      asksVersusGives: { asks: 2, gives: 0 },
      byFunction: [{ function: 'BILLING', sentimentBp: 500 }],
      weakestFunction: { function: 'BILLING' },
    };
    expect(await known()).toEqual(second);
    expect(await known(await ledger.moment())).toEqual(second);
    expect(await known(before)).toEqual(first);
  });

  it('knows the other side under the id that it was merged into', async () => {
    const [id, absorbed, survivor] = [relationshipId('merged'), partyId('absorbed'), partyId('survivor')];
    for (const party of [absorbed, survivor]) {
      const known = { partyId: party, kind: 'PERSON', displayName: party, roles: [] } as const;
      await ledger.record(party, event('PartyRegistered', known, day(0)));
    }
    const action = (by: PartyId, to: PartyId) => {
      const facts = { actionId: deriveId('act', `of ${by}`), by, to, kind: 'GUIDANCE' } as const;
      return event('TrustActionRecorded', { ...facts, customized: false, asked: false }, day(10));
    };
    const opened = { relationshipId: id, a: we, b: absorbed, kind: 'CARE', intent: 'UNKNOWN' } as const;
    await ledger.record(id, event('RelationshipOpened', opened, day(1)), action(we, absorbed), action(survivor, we));
    const given = async () => {
      await ledger.shown();
      const query = `query ($id: ID!, $asKnown: DateTime) { relationship(id: $id) {
        asksVersusGives { gives } known: asksVersusGives(asKnown: $asKnown) { gives } } }`;
      const { asksVersusGives, known } = (await answer(query, { id, asKnown: await ledger.moment() }))['relationship']!;
      expect(known).toEqual(asksVersusGives);
      return { asksVersusGives };
    };
    expect(await given()).toEqual({ asksVersusGives: { gives: 2 } });
    const merge = { survivorId: survivor, absorbedId: absorbed, evidence: 'One address.' };
    const [mergeEventId] = await ledger.record(absorbed, event('PartiesMerged', merge, day(20)));
    expect(await given()).toEqual({ asksVersusGives: { gives: 1 } });
    const unmerge = { survivorId: survivor, absorbedId: absorbed, mergeEventId: mergeEventId! };
    await ledger.record(absorbed, event('PartiesUnmerged', unmerge, day(21)));
    expect(await given()).toEqual({ asksVersusGives: { gives: 2 } });
  });
});
