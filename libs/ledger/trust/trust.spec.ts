import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import { contextOf, eventId, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { partyDecider, relationshipDecider } from '../ledger.js';
import type { AskForTrustRequest, AssessTrust, CorrectTrustAction, RecordTrustAction } from './trust.inputs.js';
import type { TrustActionFacts } from './trust.js';
import { MEANINGS, type TrustActionKind } from './trust.words.js';

const [actionId, requestId, assessmentId] = [
  contextOf(NOW).id('act'),
  contextOf(NOW).id('ask'),
  contextOf(NOW).id('tas'),
];
const relationshipId = contextOf(NOW).id('rel');
const [a, b, nurse] = ['a', 'b', 'nurse'].map((name) => deriveId('pty', name)) as [PartyId, PartyId, PartyId];

const opened = event('RelationshipOpened', { relationshipId, a, b, kind: 'CARE', intent: 'UNKNOWN' }, day(10));
const ended = event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' }, day(20));
const registered = (partyId: PartyId) =>
  stateAfter(partyDecider, event('PartyRegistered', { partyId, kind: 'PERSON', displayName: 'Nurse', roles: [] }));
const others = { [nurse]: registered(nurse) };

const facts: TrustActionFacts = { by: a, to: b, kind: 'HONEST_COUNSEL', customized: false, asked: false };
const record: RecordTrustAction = { type: 'RecordTrustAction', relationshipId, ...facts, occurredAt: day(15) };
const ask: AskForTrustRequest = { type: 'AskForTrustRequest', relationshipId, by: a, to: b, text: 'Call us back.' };
const ratings = { credibility: 8, reliability: 10, intimacy: 1, selfOrientation: 4, basis: 'EARNED' } as const;
const assess: AssessTrust = { type: 'AssessTrust', relationshipId, ...ratings, occurredAt: day(15) };

/** The relationship as it stands after these events, opened on the tenth. */
const relationship = (...events: readonly Event[]) => given(relationshipDecider, opened, ...events);
const recorded = (more: object = {}) => event('TrustActionRecorded', { actionId, ...facts, ...more });

describe('recording a trust action', () => {
  it('says who did what for whom, asked or not', () => {
    relationship().when(record).then(recorded());
    const more = { customized: true, asked: true, needId: deriveId('ned', 'x'), note: 'Told them not to buy.' };
    relationship()
      .when({ ...record, ...more })
      .then(recorded(more));
  });

  it.each(Object.keys(MEANINGS) as TrustActionKind[])('takes %s', (kind) => {
    relationship()
      .when({ ...record, kind })
      .then(recorded({ kind }));
  });

  it('keeps the value of a gift, and refuses one of anything else', () => {
    const giftValue = { amountMinor: 2_500, currency: 'USD' };
    relationship()
      .when({ ...record, kind: 'GIFT', giftValue })
      .then(recorded({ kind: 'GIFT', giftValueMinor: 2_500, currency: 'USD' }));
    relationship()
      .when({ ...record, giftValue })
      .thenRefused('INVALID_INPUT', { path: ['giftValue'] });
  });

  it('is refused of one who does it to itself', () => {
    relationship()
      .when({ ...record, to: a })
      .thenRefused('INVALID_INPUT', { path: ['to'] });
  });

  it('takes known parties beside the two, and refuses the unknown', () => {
    relationship()
      .when({ ...record, to: nurse })
      .thenRefused('PARTY_UNKNOWN', { path: ['to'] });
    relationship()
      .when({ ...record, by: nurse })
      .thenRefused('PARTY_UNKNOWN', { path: ['by'] });
    relationship()
      .when({ ...record, by: nurse }, { others })
      .then(recorded({ by: nurse }));
    const state = stateAfter(relationshipDecider, opened);
    expect(relationshipDecider.consults({ ...record, by: nurse } as RecordTrustAction, state)).toEqual([a, b, nurse]);
  });
});

describe('any entry about trust', () => {
  it.each([record, ask, assess])('is refused after the end, but accepted late from before it: $type', (command) => {
    relationship(ended)
      .when({ ...command, occurredAt: day(21) })
      .thenRefused('STATE_CONFLICT', { path: ['occurredAt'], current: 'ENDED' });
    const late = given(relationshipDecider, opened, ended).when({ ...command, occurredAt: day(20) });
    expect(() => late.thenNothing()).toThrow(/Recorded|Asked|Assessed/);
  });

  it.each([record, ask, assess])('is refused where no relationship was opened: $type', (command) => {
    given(relationshipDecider)
      .when(command)
      .thenRefused('RELATIONSHIP_UNKNOWN', { path: ['relationshipId'] });
  });

  it.each([record, ask, assess])('is refused once one of the two is erased: $type', (command) => {
    const erased = stateAfter(
      partyDecider,
      event('PartyRegistered', { partyId: b, kind: 'PERSON', displayName: 'B', roles: [] }),
      event('PersonErased', { keyId: deriveId('key', 'b') }),
    );
    relationship()
      .when(command, { others: { [b]: erased } })
      .thenRefused('PARTY_ERASED', { path: ['relationshipId'] });
  });

  it.each<Event>([
    recorded(),
    event('TrustRequestAsked', { requestId, by: a, to: b, text: 'Call.' }),
    event('TrustAssessed', { assessmentId, by: b, ...ratings }),
  ])('keeps the end of the relationship behind it: $type', (entry) => {
    const end = { type: 'EndRelationship' as const, relationshipId, manner: 'GRACEFUL' as const };
    relationship({ ...entry, occurredAt: day(18) })
      .when({ ...end, occurredAt: day(17) })
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['occurredAt'], current: day(18) });
  });
});

const first = eventId(1); // behind RelationshipOpened
const action = event('TrustActionRecorded', { actionId, ...facts, note: 'Advice.' }, day(15));
const before = { ...facts, note: 'Advice.', occurredAt: day(15) };
const correct = (replacement: object): CorrectTrustAction => ({
  type: 'CorrectTrustAction',
  relationshipId,
  actionId,
  reason: 'Misheard.',
  replacement,
});
const corrected = (replacement: object) =>
  event('TrustActionCorrected', { actionId, targetEventId: first, reason: 'Misheard.', replacement });
const retracted = event('TrustActionRetracted', { actionId, targetEventId: first, reason: 'Never.' });

describe('correcting a trust action', () => {
  it('says the complete facts after it', () => {
    relationship(action)
      .when(correct({ kind: 'GIFT', giftValue: { amountMinor: 5, currency: 'EUR' }, occurredAt: day(12) }))
      .then(corrected({ ...before, kind: 'GIFT', giftValueMinor: 5, currency: 'EUR', occurredAt: day(12) }));
    const { note: _, ...rest } = before;
    relationship(action)
      .when(correct({ note: null }))
      .then(corrected(rest));
  });

  it('changes nothing when everything is so already', () => {
    relationship(action)
      .when(correct({ by: a }))
      .thenNothing();
  });

  it('happens once: what was wrong twice is retracted and recorded anew', () => {
    relationship(action, corrected({ ...before, asked: true }))
      .when(correct({ asked: false }))
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
    const retract = { type: 'RetractTrustAction' as const, relationshipId, actionId, reason: 'Never.' };
    relationship(action, corrected({ ...before, asked: true }))
      .when(retract)
      .then(retracted);
  });

  it('is refused where the action as corrected could not have been recorded', () => {
    relationship(action)
      .when(correct({ to: a }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'to'] });
    relationship(action)
      .when(correct({ to: nurse }))
      .thenRefused('PARTY_UNKNOWN', { path: ['replacement', 'to'] });
    relationship(action)
      .when(correct({ giftValue: { amountMinor: 5, currency: 'EUR' } }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'giftValue'] });
    relationship(action)
      .when(correct({ kind: null }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'kind'] });
    relationship(action)
      .when(correct({ occurredAt: '2027-01-01T00:00:00.000Z' }))
      .thenRefused('TIME_IN_FUTURE', { path: ['replacement', 'occurredAt'] });
    relationship(action, ended)
      .when(correct({ occurredAt: day(21) }))
      .thenRefused('STATE_CONFLICT', { path: ['replacement', 'occurredAt'], current: 'ENDED' });
  });

  it('trusts the parties of before', () => {
    const byNurse = event('TrustActionRecorded', { actionId, ...facts, by: nurse }, day(15));
    relationship(byNurse)
      .when(correct({ asked: true }))
      .then(corrected({ ...facts, by: nurse, asked: true, occurredAt: day(15) }));
  });
});

describe('asking what would earn trust', () => {
  it('keeps what they said', () => {
    relationship()
      .when(ask)
      .then(event('TrustRequestAsked', { requestId, by: a, to: b, text: 'Call us back.' }));
    relationship()
      .when({ ...ask, to: a })
      .thenRefused('INVALID_INPUT', { path: ['to'] });
    relationship()
      .when({ ...ask, to: nurse })
      .thenRefused('PARTY_UNKNOWN', { path: ['to'] });
  });
});

describe('assessing trust', () => {
  it('is done by the other side, unless told', () => {
    relationship()
      .when(assess)
      .then(event('TrustAssessed', { assessmentId, by: b, ...ratings }));
    relationship()
      .when({ ...assess, by: nurse }, { others })
      .then(event('TrustAssessed', { assessmentId, by: nurse, ...ratings }));
    relationship()
      .when({ ...assess, by: nurse })
      .thenRefused('PARTY_UNKNOWN', { path: ['by'] });
  });
});

describe('taking back', () => {
  const why = { relationshipId, reason: 'Never.' };
  const cases = [
    [action, { type: 'RetractTrustAction', ...why, actionId }, retracted, 'TRUST_ACTION_UNKNOWN'],
    [
      event('TrustRequestAsked', { requestId, by: a, to: b, text: 'Call.' }, day(15)),
      { type: 'RetractTrustRequest', ...why, requestId },
      event('TrustRequestRetracted', { requestId, targetEventId: first, reason: 'Never.' }),
      'TRUST_REQUEST_UNKNOWN',
    ],
    [
      event('TrustAssessed', { assessmentId, by: b, ...ratings }, day(15)),
      { type: 'RetractTrustAssessment', ...why, assessmentId },
      event('TrustAssessmentRetracted', { assessmentId, targetEventId: first, reason: 'Never.' }),
      'ENTRY_UNKNOWN',
    ],
  ] as const;

  it.each(cases)('says why, and happens once, also after the end: %#', (entry, retract, fact, unknown) => {
    relationship(entry).when(retract).then(fact);
    relationship(entry, ended).when(retract).then(fact);
    relationship(entry, fact).when(retract).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    relationship().when(retract).thenRefused(unknown);
    given(relationshipDecider).when(retract).thenRefused('RELATIONSHIP_UNKNOWN');
  });

  it('leaves no action to correct', () => {
    relationship(action, retracted)
      .when(correct({ asked: true }))
      .thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
  });
});

describe('the dimensions of trust', () => {
  it('are one per kind, with a sign; a gift has none', () => {
    const kindsOf = (dimension: string, sign: number) =>
      Object.entries(MEANINGS).flatMap(([kind, meaning]) =>
        meaning?.dimension === dimension && meaning.sign === sign ? [kind] : [],
      );
    expect(kindsOf('CREDIBILITY', 1)).toHaveLength(5);
    expect(kindsOf('RELIABILITY', 1)).toHaveLength(4);
    expect(kindsOf('INTIMACY', 1)).toHaveLength(7);
    expect(kindsOf('SELF_ORIENTATION', 1)).toEqual([]);
    expect(kindsOf('SELF_ORIENTATION', -1)).toEqual(['PRESSURE', 'SELF_SERVING_ASK']);
    expect(['RELIABILITY', 'CREDIBILITY', 'INTIMACY'].map((dimension) => kindsOf(dimension, -1))).toEqual([
      ['BROKEN_PROMISE'],
      ['MISLEADING_CLAIM'],
      ['CONFIDENCE_BREACHED'],
    ]);
    expect(MEANINGS.GIFT).toBeUndefined();
  });
});
