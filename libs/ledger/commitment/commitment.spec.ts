import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { contextOf, eventId, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { partyDecider, relationshipDecider } from '../ledger.js';
import type {
  CorrectCommitment,
  CorrectCommitmentStep,
  MakeCommitment,
  RetractCommitmentStep,
} from './commitment.inputs.js';

const commitmentId = contextOf(NOW).id('cmt');
const relationshipId = contextOf(NOW).id('rel');
const [a, b, nurse] = ['a', 'b', 'nurse'].map((name) => deriveId('pty', name)) as [PartyId, PartyId, PartyId];
const trustRequestId = deriveId('ask', 'x');

const opened = event('RelationshipOpened', { relationshipId, a, b, kind: 'CARE', intent: 'UNKNOWN' }, day(1));
const ended = event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' }, day(25));
const facts = { owedBy: a, owedTo: b, text: 'Send the plan.', dueAt: day(15) };
const make: MakeCommitment = { type: 'MakeCommitment', relationshipId, ...facts, occurredAt: day(10) };
const made = event('CommitmentMade', { commitmentId, ...facts }, day(10));

/** The relationship as it stands after these events, opened on the first. */
const relationship = (...events: readonly Event[]) => given(relationshipDecider, opened, ...events);
/** The same with a commitment of the tenth, due on the fifteenth. */
const promised = (...events: readonly Event[]) => relationship(made, ...events);

type StepType = `${'Remind' | 'Renegotiate' | 'Keep' | 'Break' | 'Waive' | 'Decline'}Commitment`;
const step = (type: StepType, occurredAt: Instant, more: object = {}) => ({
  type,
  relationshipId,
  commitmentId,
  occurredAt,
  ...more,
});
const taken = (type: string, occurredAt?: Instant, more: object = {}) =>
  event(type, { commitmentId, ...more }, occurredAt);
const kept = taken('CommitmentKept', day(14), { lateDays: 0 });

describe('making a commitment', () => {
  it('says who owes what to whom until when', () => {
    relationship()
      .when(make)
      .then(event('CommitmentMade', { commitmentId, ...facts }));
  });

  it('is due later than it is made', () => {
    for (const dueAt of [day(10), day(9)]) {
      relationship()
        .when({ ...make, dueAt })
        .thenRefused('INVALID_INPUT', { path: ['dueAt'] });
    }
  });

  it('is refused of one who owes itself, and of unknown parties', () => {
    relationship()
      .when({ ...make, owedTo: a })
      .thenRefused('INVALID_INPUT', { path: ['owedTo'] });
    relationship()
      .when({ ...make, owedBy: nurse })
      .thenRefused('PARTY_UNKNOWN', { path: ['owedBy'] });
    const known = event('PartyRegistered', { partyId: nurse, kind: 'PERSON', displayName: 'Nurse', roles: [] });
    relationship()
      .when({ ...make, owedBy: nurse }, { others: { [nurse]: stateAfter(partyDecider, known) } })
      .then(event('CommitmentMade', { commitmentId, ...facts, owedBy: nurse }));
  });

  it('may answer a request for what would earn trust, when there is one', () => {
    const asked = event('TrustRequestAsked', { requestId: trustRequestId, by: a, to: b, text: 'A plan.' }, day(9));
    relationship(asked)
      .when({ ...make, trustRequestId })
      .then(event('CommitmentMade', { commitmentId, ...facts, trustRequestId }));
    relationship()
      .when({ ...make, trustRequestId })
      .thenRefused('TRUST_REQUEST_UNKNOWN', { path: ['trustRequestId'] });
  });

  it('is refused after the end, but accepted late from before it', () => {
    relationship(ended)
      .when({ ...make, occurredAt: day(26), dueAt: day(28) })
      .thenRefused('STATE_CONFLICT', { path: ['occurredAt'], current: 'ENDED' });
    relationship(ended)
      .when(make)
      .then(event('CommitmentMade', { commitmentId, ...facts }));
    given(relationshipDecider).when(make).thenRefused('RELATIONSHIP_UNKNOWN');
  });
});

describe('a step of a commitment', () => {
  it('reminds, any number of times, and keeps what was said', () => {
    promised(taken('CommitmentReminded', day(12)))
      .when(step('RemindCommitment', day(12), { note: 'Called.' }))
      .then(taken('CommitmentReminded', undefined, { note: 'Called.' }));
  });

  it('keeps it in time, or so many days late', () => {
    promised()
      .when(step('KeepCommitment', day(15)))
      .then(taken('CommitmentKept', undefined, { lateDays: 0 }));
    promised()
      .when(step('KeepCommitment', day(18)))
      .then(taken('CommitmentKept', undefined, { lateDays: 3 }));
  });

  it('moves the date, and lateness counts from the date agreed on last', () => {
    const newDueAt = day(17);
    promised()
      .when(step('RenegotiateCommitment', day(12), { newDueAt }))
      .then(taken('CommitmentRenegotiated', undefined, { newDueAt }));
    promised(taken('CommitmentRenegotiated', day(12), { newDueAt }))
      .when(step('KeepCommitment', day(18)))
      .then(taken('CommitmentKept', undefined, { lateDays: 1 }));
    promised()
      .when(step('RenegotiateCommitment', day(12), { newDueAt: day(12) }))
      .thenRefused('INVALID_INPUT', { path: ['newDueAt'] });
  });

  it.each([
    ['BreakCommitment', 'CommitmentBroken', 'BROKEN'],
    ['WaiveCommitment', 'CommitmentWaived', 'WAIVED'],
    ['DeclineCommitment', 'CommitmentDeclined', 'DECLINED'],
  ] as const)('%s ends it', (command, fact, status) => {
    promised()
      .when(step(command, day(12)))
      .then(taken(fact));
    promised(taken(fact, day(12)))
      .when(step('KeepCommitment', day(13)))
      .thenRefused('STATE_CONFLICT', { current: status });
  });

  it('ends it once: with what, the refusal says', () => {
    for (const type of ['KeepCommitment', 'BreakCommitment', 'RemindCommitment'] as const) {
      promised(kept)
        .when(step(type, day(16)))
        .thenRefused('STATE_CONFLICT', { current: 'KEPT' });
    }
    promised(kept)
      .when(step('BreakCommitment', day(11)))
      .thenRefused('STATE_CONFLICT', { current: 'KEPT' });
  });

  it('may be reported late, once it has ended', () => {
    promised(kept)
      .when(step('RemindCommitment', day(13)))
      .then(taken('CommitmentReminded'));
    promised(kept)
      .when(step('RenegotiateCommitment', day(13), { newDueAt: day(20) }))
      .then(taken('CommitmentRenegotiated', undefined, { newDueAt: day(20) }));
  });

  it('does not come before the promise', () => {
    promised()
      .when(step('KeepCommitment', day(9)))
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['occurredAt'], current: day(10) });
  });

  it('does not come after the end of the relationship', () => {
    promised(ended)
      .when(step('KeepCommitment', day(26)))
      .thenRefused('STATE_CONFLICT', { path: ['occurredAt'], current: 'ENDED' });
    promised(ended)
      .when(step('KeepCommitment', day(14)))
      .then(taken('CommitmentKept', undefined, { lateDays: 0 }));
    const end = { type: 'EndRelationship' as const, relationshipId, manner: 'GRACEFUL' as const };
    promised(kept)
      .when({ ...end, occurredAt: day(13) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(14) });
  });

  it('is refused for a commitment that is not there', () => {
    relationship()
      .when(step('KeepCommitment', day(14)))
      .thenRefused('COMMITMENT_UNKNOWN', { path: ['commitmentId'] });
    given(relationshipDecider)
      .when(step('KeepCommitment', day(14)))
      .thenRefused('RELATIONSHIP_UNKNOWN');
  });
});

const [theMaking, theStep] = [eventId(1), eventId(2)]; // behind RelationshipOpened

describe('taking back a step', () => {
  const retract: RetractCommitmentStep = {
    type: 'RetractCommitmentStep',
    relationshipId,
    commitmentId,
    eventId: theStep,
    reason: 'Another one.',
  };
  const retracted = taken('CommitmentStepRetracted', undefined, { targetEventId: theStep, reason: 'Another one.' });

  it('leaves the commitment as if the step had not been recorded', () => {
    promised(kept).when(retract).then(retracted);
    promised(kept, retracted)
      .when(step('BreakCommitment', day(16)))
      .then(taken('CommitmentBroken'));
    promised(taken('CommitmentRenegotiated', day(12), { newDueAt: day(20) }), retracted)
      .when(step('KeepCommitment', day(18)))
      .then(taken('CommitmentKept', undefined, { lateDays: 3 }));
  });

  it('happens once, and only to steps', () => {
    promised(kept, retracted)
      .when(retract)
      .thenRefused('STATE_CONFLICT', { path: ['eventId'], current: 'RETRACTED' });
    promised(kept)
      .when({ ...retract, eventId: theMaking })
      .thenRefused('ENTRY_UNKNOWN', { path: ['eventId'] });
    relationship().when(retract).thenRefused('COMMITMENT_UNKNOWN');
  });

  it('is possible after the end', () => {
    promised(kept, ended).when(retract).then(retracted);
  });
});

describe('correcting a step', () => {
  const correct = (replacement: object): CorrectCommitmentStep => ({
    type: 'CorrectCommitmentStep',
    relationshipId,
    commitmentId,
    eventId: theStep,
    reason: 'Misread.',
    replacement,
  });
  const corrected = (replacement: object) =>
    taken('CommitmentStepCorrected', undefined, { targetEventId: theStep, reason: 'Misread.', replacement });
  const moved = taken('CommitmentRenegotiated', day(12), { newDueAt: day(20), note: 'Away.' });

  it('says the complete step after it, and lateness follows from that', () => {
    promised(moved)
      .when(correct({ newDueAt: day(17), note: null }))
      .then(corrected({ occurredAt: day(12), newDueAt: day(17) }));
    promised(moved, corrected({ occurredAt: day(12), newDueAt: day(17) }))
      .when(step('KeepCommitment', day(18)))
      .then(taken('CommitmentKept', undefined, { lateDays: 1 }));
    promised(kept)
      .when(correct({ occurredAt: day(13) }))
      .then(corrected({ occurredAt: day(13) }));
  });

  it('changes nothing when everything is so already, and happens once', () => {
    promised(moved)
      .when(correct({ newDueAt: day(20) }))
      .thenNothing();
    promised(moved, corrected({ occurredAt: day(12), newDueAt: day(17) }))
      .when(correct({ newDueAt: day(18) }))
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
  });

  it('is refused where the step as corrected could not have been taken', () => {
    promised(moved)
      .when(correct({ newDueAt: day(12) }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'newDueAt'] });
    promised(moved)
      .when(correct({ newDueAt: null }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'newDueAt'] });
    promised(kept)
      .when(correct({ newDueAt: day(20) }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'newDueAt'] });
    promised(kept)
      .when(correct({ occurredAt: null }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'occurredAt'] });
    promised(kept)
      .when(correct({ occurredAt: day(9) }))
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['replacement', 'occurredAt'], current: day(10) });
    promised(moved, kept)
      .when(correct({ occurredAt: day(15) }))
      .thenRefused('STATE_CONFLICT', { current: 'KEPT' });
    promised(kept, ended)
      .when(correct({ occurredAt: day(26) }))
      .thenRefused('STATE_CONFLICT', { path: ['replacement', 'occurredAt'], current: 'ENDED' });
    promised(kept)
      .when(correct({ occurredAt: '2027-01-01T00:00:00.000Z' }))
      .thenRefused('TIME_IN_FUTURE', { path: ['replacement', 'occurredAt'] });
    promised()
      .when(correct({ note: 'x' }))
      .thenRefused('ENTRY_UNKNOWN', { path: ['eventId'] });
  });
});

describe('correcting a commitment', () => {
  const correct = (replacement: object): CorrectCommitment => ({
    type: 'CorrectCommitment',
    relationshipId,
    commitmentId,
    reason: 'Misread.',
    replacement,
  });
  const corrected = (replacement: object) =>
    taken('CommitmentCorrected', undefined, {
      targetEventId: theMaking,
      reason: 'Misread.',
      replacement: { ...facts, occurredAt: day(10), ...replacement },
    });

  it('says the complete facts after it', () => {
    promised()
      .when(correct({ text: 'Send two plans.', dueAt: day(16) }))
      .then(corrected({ text: 'Send two plans.', dueAt: day(16) }));
    promised()
      .when(correct({ text: facts.text }))
      .thenNothing();
  });

  it('moves lateness with the date', () => {
    promised(corrected({ dueAt: day(12) }))
      .when(step('KeepCommitment', day(14)))
      .then(taken('CommitmentKept', undefined, { lateDays: 2 }));
  });

  it('happens once', () => {
    promised(corrected({ dueAt: day(12) }))
      .when(correct({ dueAt: day(13) }))
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
  });

  it('is refused where the commitment as corrected could not have been made', () => {
    promised()
      .when(correct({ dueAt: day(10) }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'dueAt'] });
    promised()
      .when(correct({ owedTo: a }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'owedTo'] });
    promised()
      .when(correct({ owedTo: nurse }))
      .thenRefused('PARTY_UNKNOWN', { path: ['replacement', 'owedTo'] });
    promised()
      .when(correct({ text: null }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'text'] });
    promised()
      .when(correct({ trustRequestId }))
      .thenRefused('TRUST_REQUEST_UNKNOWN', { path: ['replacement', 'trustRequestId'] });
    promised(kept)
      .when(correct({ occurredAt: day(15), dueAt: day(16) }))
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(15) });
    promised(ended)
      .when(correct({ occurredAt: day(26), dueAt: day(28) }))
      .thenRefused('STATE_CONFLICT', { path: ['replacement', 'occurredAt'], current: 'ENDED' });
    const soon = '2027-01-01T00:00:00.000Z';
    promised()
      .when(correct({ occurredAt: soon, dueAt: '2027-01-02T00:00:00.000Z' }))
      .thenRefused('TIME_IN_FUTURE', { path: ['replacement', 'occurredAt'] });
  });
});

describe('taking back a commitment', () => {
  const retract = { type: 'RetractCommitment' as const, relationshipId, commitmentId, reason: 'Never said.' };
  const retracted = taken('CommitmentRetracted', undefined, { targetEventId: theMaking, reason: 'Never said.' });

  it('takes its steps with it, once', () => {
    promised(kept).when(retract).then(retracted);
    promised(kept, retracted).when(retract).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    promised(retracted)
      .when(step('KeepCommitment', day(14)))
      .thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    const end = { type: 'EndRelationship' as const, relationshipId, manner: 'GRACEFUL' as const, occurredAt: day(2) };
    const decision = promised(kept, retracted).when(end);
    expect(() => decision.thenNothing()).toThrow(/RelationshipEnded/);
  });
});
