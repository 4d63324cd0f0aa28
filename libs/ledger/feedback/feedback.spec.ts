import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { contextOf, eventId, given, january as day, NOW } from '../../event-sourcing/testing/given.js';
import { relationshipDecider } from '../ledger.js';
import type {
  CorrectFeedback,
  CorrectFeedbackStep,
  ReceiveFeedback,
  RequestFeedback,
  RetractFeedbackStep,
} from './feedback.inputs.js';

const [feedbackId, requestId] = [contextOf(NOW).id('fbk'), contextOf(NOW).id('fbr')];
const relationshipId = contextOf(NOW).id('rel');
const [a, b, nurse] = ['a', 'b', 'nurse'].map((name) => deriveId('pty', name)) as [PartyId, PartyId, PartyId];

const opened = event('RelationshipOpened', { relationshipId, a, b, kind: 'CARE', intent: 'UNKNOWN' }, day(1));
const ended = event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' }, day(25));
const request: RequestFeedback = {
  type: 'RequestFeedback',
  relationshipId,
  method: 'SURVEY',
  dueAt: day(20),
  occurredAt: day(9),
};
const requested = event('FeedbackRequested', { requestId, to: b, method: 'SURVEY', dueAt: day(20) }, day(9));
const receive: ReceiveFeedback = { type: 'ReceiveFeedback', relationshipId, kind: 'COMPLAINT', occurredAt: day(10) };
const received = (more: object = {}, at?: Instant) =>
  event('FeedbackReceived', { feedbackId, by: b, kind: 'COMPLAINT', ...more }, at);
const complaint = received({ text: 'Nobody called.' }, day(10));

/** The relationship as it stands after these events, opened on the first. */
const relationship = (...events: readonly Event[]) => given(relationshipDecider, opened, ...events);
/** The same with a complaint of the tenth. */
const heard = (...events: readonly Event[]) => relationship(complaint, ...events);

type StepType = `${'Acknowledge' | 'Action' | 'Resolve' | 'Confirm' | 'Reopen' | 'Dispute'}Feedback`;
const step = (type: StepType, occurredAt: Instant, more: object = {}) => ({
  type,
  relationshipId,
  feedbackId,
  occurredAt,
  ...more,
});
const taken = (type: string, occurredAt?: Instant, more: object = {}) =>
  event(type, { feedbackId, ...more }, occurredAt);
const acknowledged = taken('FeedbackAcknowledged', day(11));
const resolved = taken('FeedbackResolved', day(13));

describe('asking for feedback', () => {
  it('says how, of whom and until when', () => {
    relationship().when(request).then(event('FeedbackRequested', requested.data));
    relationship()
      .when({ ...request, to: a, method: 'OTHER', methodLabel: 'letter' })
      .then(event('FeedbackRequested', { ...requested.data, to: a, method: 'OTHER', methodLabel: 'letter' }));
  });

  it('is refused with a date that has passed, a missing label, an unknown party', () => {
    relationship()
      .when({ ...request, dueAt: day(9) })
      .thenRefused('INVALID_INPUT', { path: ['dueAt'] });
    relationship()
      .when({ ...request, method: 'OTHER' })
      .thenRefused('INVALID_INPUT', { path: ['methodLabel'] });
    relationship()
      .when({ ...request, to: nurse })
      .thenRefused('PARTY_UNKNOWN', { path: ['to'] });
  });

  it('can be taken back once, unless it was answered', () => {
    const retract = { type: 'RetractFeedbackRequest' as const, relationshipId, requestId, reason: 'Not sent.' };
    const retracted = event('FeedbackRequestRetracted', { requestId, targetEventId: eventId(1), reason: 'Not sent.' });
    relationship(requested).when(retract).then(retracted);
    relationship(requested, retracted).when(retract).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    relationship(requested, received({ requestId }, day(10)))
      .when(retract)
      .thenRefused('STATE_CONFLICT', { current: feedbackId });
    relationship().when(retract).thenRefused('FEEDBACK_REQUEST_UNKNOWN');
  });
});

describe('receiving feedback', () => {
  it('keeps what was said, of the other side unless told', () => {
    relationship().when(receive).then(received());
    const more = {
      by: a,
      sentimentBp: -10_000,
      theme: 'OBSTACLE',
      method: 'INTERVIEW',
      mindset: 'CONSUMER',
      perceivedMeaning: 'You only want to sell.',
      aboutEventId: deriveId('evt', 'x'),
      text: 'Nobody called.',
    } as const;
    relationship()
      .when({ ...receive, ...more })
      .then(received(more));
  });

  it.each([
    ['an NPS of 0', { kind: 'NPS', score: 0 }, { min: 0, max: 10 }],
    ['an NPS of 10', { kind: 'NPS', score: 10, scale: { min: 0, max: 10 } }, { min: 0, max: 10 }],
    ['a CSAT at the top', { kind: 'CSAT', score: 3, scale: { min: 0, max: 3 } }, { min: 0, max: 3 }],
    ['a CES between', { kind: 'CES', score: 4.5, scale: { min: 1, max: 7 } }, { min: 1, max: 7 }],
    ['a rated outcome', { kind: 'OUTCOME_REPORT', score: -2, scale: { min: -3, max: 3 } }, { min: -3, max: 3 }],
  ] as const)('takes %s', (_, said, scale) => {
    relationship()
      .when({ ...receive, ...said })
      .then(received({ ...said, scale }));
  });

  it.each([
    ['an NPS of 11', { kind: 'NPS', score: 11 }, 'score'],
    ['an NPS below 0', { kind: 'NPS', score: -1 }, 'score'],
    ['half an NPS', { kind: 'NPS', score: 7.5 }, 'score'],
    ['an NPS on another scale', { kind: 'NPS', score: 4, scale: { min: 1, max: 5 } }, 'scale'],
    ['a CSAT of 4 on a scale to 3', { kind: 'CSAT', score: 4, scale: { min: 0, max: 3 } }, 'score'],
    ['a score that is no number', { kind: 'CES', score: Number.NaN, scale: { min: 1, max: 7 } }, 'score'],
    ['a sentiment that is no number', { sentimentBp: Number.NaN }, 'sentimentBp'],
    ['a sentiment worse than the worst', { sentimentBp: -10_001 }, 'sentimentBp'],
    ['half a sentiment', { sentimentBp: 0.5 }, 'sentimentBp'],
  ] as const)('refuses %s', (_, said, field) => {
    relationship()
      .when({ ...receive, ...said })
      .thenRefused('SCORE_OUT_OF_SCALE', { path: [field] });
  });

  it.each([
    ['an NPS without a score', { kind: 'NPS' }, ['score']],
    ['a CSAT without a scale', { kind: 'CSAT', score: 4 }, ['scale']],
    ['a scale without a score', { scale: { min: 0, max: 3 } }, ['scale']],
    ['a scale that does not rise', { score: 3, scale: { min: 3, max: 3 } }, ['scale', 'max']],
    ['OTHER without its label', { method: 'OTHER' }, ['methodLabel']],
  ] as const)('refuses %s', (_, said, path) => {
    relationship()
      .when({ ...receive, ...said })
      .thenRefused('INVALID_INPUT', { path });
  });

  it('answers a request once, until the answer is taken back', () => {
    const answer = { ...receive, requestId };
    relationship(requested).when(answer).then(received({ requestId }));
    relationship(requested, received({ requestId }, day(10)))
      .when(answer)
      .thenRefused('STATE_CONFLICT', { path: ['requestId'], current: feedbackId });
    const retracted = taken('FeedbackRetracted', undefined, { targetEventId: eventId(2), reason: 'Not they.' });
    relationship(requested, received({ requestId }, day(10)), retracted)
      .when(answer)
      .then(received({ requestId }));
    relationship()
      .when(answer)
      .thenRefused('FEEDBACK_REQUEST_UNKNOWN', { path: ['requestId'] });
  });

  it('answers no request before it was made, unless there is a reason', () => {
    const early = { ...receive, requestId, occurredAt: day(8) };
    relationship(requested)
      .when(early)
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(9) });
    relationship(requested)
      .when({ ...early, orderReason: 'Their clock.' })
      .then(received({ requestId, orderReason: 'Their clock.' }));
  });

  it('is refused after the end and of unknown parties, but accepted late from before the end', () => {
    relationship(ended)
      .when({ ...receive, occurredAt: day(26) })
      .thenRefused('STATE_CONFLICT', { path: ['occurredAt'], current: 'ENDED' });
    relationship(ended).when(receive).then(received());
    relationship()
      .when({ ...receive, by: nurse })
      .thenRefused('PARTY_UNKNOWN', { path: ['by'] });
    given(relationshipDecider).when(receive).thenRefused('RELATIONSHIP_UNKNOWN');
  });
});

describe('a step of feedback', () => {
  it('follows the lifecycle to its end, and back', () => {
    const life: readonly (readonly [StepType, string])[] = [
      ['AcknowledgeFeedback', 'FeedbackAcknowledged'],
      ['ActionFeedback', 'FeedbackActioned'],
      ['ActionFeedback', 'FeedbackActioned'],
      ['ResolveFeedback', 'FeedbackResolved'],
      ['ConfirmFeedback', 'FeedbackConfirmed'],
      ['ReopenFeedback', 'FeedbackReopened'],
      ['ResolveFeedback', 'FeedbackResolved'],
      ['DisputeFeedback', 'FeedbackDisputed'],
      ['AcknowledgeFeedback', 'FeedbackAcknowledged'],
    ];
    const past: Event[] = [];
    for (const [index, [command, fact]] of life.entries()) {
      const at = day(11 + index);
      heard(...past)
        .when(step(command, at, { note: 'So.' }))
        .then(taken(fact, undefined, { note: 'So.' }));
      past.push(taken(fact, at));
    }
  });

  it('resolves nothing that was not acknowledged', () => {
    for (const command of ['ResolveFeedback', 'ActionFeedback'] as const) {
      heard()
        .when(step(command, day(12)))
        .thenRefused('STATE_CONFLICT', { current: 'RECEIVED' });
      heard(taken('FeedbackDisputed', day(11)))
        .when(step(command, day(12)))
        .thenRefused('STATE_CONFLICT', { current: 'DISPUTED' });
    }
    heard(acknowledged)
      .when(step('ResolveFeedback', day(10)))
      .thenRefused('STATE_CONFLICT', { current: 'RECEIVED' });
  });

  it.each([
    ['ConfirmFeedback', 'ACKNOWLEDGED'],
    ['ReopenFeedback', 'ACKNOWLEDGED'],
    ['AcknowledgeFeedback', 'ACKNOWLEDGED'],
  ] as const)('%s cannot follow %s', (command, current) => {
    heard(acknowledged)
      .when(step(command, day(12)))
      .thenRefused('STATE_CONFLICT', { current });
  });

  it('may be reported late, where it fits', () => {
    heard(acknowledged, resolved)
      .when(step('ActionFeedback', day(12)))
      .then(taken('FeedbackActioned'));
    heard(acknowledged, resolved, taken('FeedbackConfirmed', day(14)))
      .when(step('ReopenFeedback', day(13)))
      .thenRefused('STATE_CONFLICT', { current: 'CONFIRMED' });
  });

  it('does not come before the feedback, nor after the end of the relationship', () => {
    heard()
      .when(step('AcknowledgeFeedback', day(9)))
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['occurredAt'], current: day(10) });
    heard(ended)
      .when(step('AcknowledgeFeedback', day(26)))
      .thenRefused('STATE_CONFLICT', { path: ['occurredAt'], current: 'ENDED' });
    const end = { type: 'EndRelationship' as const, relationshipId, manner: 'GRACEFUL' as const };
    heard(acknowledged)
      .when({ ...end, occurredAt: day(10) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(11) });
  });

  it('is refused for feedback that is not there', () => {
    relationship()
      .when(step('AcknowledgeFeedback', day(12)))
      .thenRefused('FEEDBACK_UNKNOWN', { path: ['feedbackId'] });
  });
});

describe('taking back a step of feedback', () => {
  const retract = (index: number): RetractFeedbackStep => ({
    type: 'RetractFeedbackStep',
    relationshipId,
    feedbackId,
    eventId: eventId(index),
    reason: 'Not yet.',
  });
  const retracted = (index: number) =>
    taken('FeedbackStepRetracted', undefined, { targetEventId: eventId(index), reason: 'Not yet.' });

  it('leaves the feedback as if the step had not been recorded', () => {
    heard(acknowledged, resolved).when(retract(3)).then(retracted(3));
    heard(acknowledged, resolved, retracted(3))
      .when(step('ConfirmFeedback', day(14)))
      .thenRefused('STATE_CONFLICT', { current: 'ACKNOWLEDGED' });
  });

  it('is refused while a later step needs it, twice, and for what is no step', () => {
    heard(acknowledged, resolved).when(retract(2)).thenRefused('STATE_CONFLICT', { current: 'RESOLVED' });
    heard(acknowledged, retracted(2)).when(retract(2)).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    heard(acknowledged)
      .when(retract(1))
      .thenRefused('ENTRY_UNKNOWN', { path: ['eventId'] });
  });
});

describe('correcting a step of feedback', () => {
  const correct = (index: number, replacement: object): CorrectFeedbackStep => ({
    type: 'CorrectFeedbackStep',
    relationshipId,
    feedbackId,
    eventId: eventId(index),
    reason: 'Misread.',
    replacement,
  });
  const corrected = (index: number, replacement: object) =>
    taken('FeedbackStepCorrected', undefined, { targetEventId: eventId(index), reason: 'Misread.', replacement });

  it('keeps its place among the steps of one moment: what was recorded after it still comes after it', () => {
    const late = taken('FeedbackActioned', day(12));
    heard(acknowledged, resolved, late)
      .when(correct(3, { occurredAt: day(12) }))
      .thenRefused('STATE_CONFLICT');
    heard(acknowledged, late, resolved)
      .when(correct(4, { occurredAt: day(12) }))
      .then(corrected(4, { occurredAt: day(12) }));
  });

  it('says the complete step after it, once', () => {
    heard(acknowledged)
      .when(correct(2, { note: 'By phone.', occurredAt: day(12) }))
      .then(corrected(2, { note: 'By phone.', occurredAt: day(12) }));
    heard(acknowledged)
      .when(correct(2, { note: null }))
      .thenNothing();
    heard(acknowledged, corrected(2, { occurredAt: day(12) }))
      .when(correct(2, { occurredAt: day(11) }))
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
  });

  it('is refused where the step could not have been taken then', () => {
    heard(acknowledged, resolved)
      .when(correct(2, { occurredAt: day(14) }))
      .thenRefused('STATE_CONFLICT', { current: 'RESOLVED' });
    heard(acknowledged, resolved)
      .when(correct(3, { occurredAt: day(10) }))
      .thenRefused('STATE_CONFLICT', { current: 'RECEIVED' });
    heard(acknowledged)
      .when(correct(2, { occurredAt: null }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'occurredAt'] });
  });
});

describe('correcting and taking back feedback', () => {
  const correct = (replacement: object): CorrectFeedback => ({
    type: 'CorrectFeedback',
    relationshipId,
    feedbackId,
    reason: 'Misread.',
    replacement,
  });
  const before = { by: b, kind: 'COMPLAINT', text: 'Nobody called.', occurredAt: day(10) };
  const corrected = (replacement: object) =>
    taken('FeedbackCorrected', undefined, { targetEventId: eventId(1), reason: 'Misread.', replacement });

  it('says the complete facts after it, once', () => {
    heard()
      .when(correct({ kind: 'NPS', score: 3, text: null }))
      .then(corrected({ by: b, kind: 'NPS', score: 3, scale: { min: 0, max: 10 }, occurredAt: day(10) }));
    heard()
      .when(correct({ kind: 'COMPLAINT' }))
      .thenNothing();
    heard(corrected({ ...before, theme: 'CALLS' }))
      .when(correct({ theme: 'WAITING' }))
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
  });

  it('is refused where the feedback as corrected could not have been received', () => {
    heard()
      .when(correct({ kind: 'NPS', score: 11 }))
      .thenRefused('SCORE_OUT_OF_SCALE', { path: ['replacement', 'score'] });
    heard()
      .when(correct({ kind: null }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'kind'] });
    heard()
      .when(correct({ by: nurse }))
      .thenRefused('PARTY_UNKNOWN', { path: ['replacement', 'by'] });
    heard(acknowledged)
      .when(correct({ occurredAt: day(12) }))
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(12) });
  });

  it('takes its steps with it', () => {
    const retract = { type: 'RetractFeedback' as const, relationshipId, feedbackId, reason: 'Not they.' };
    const retracted = taken('FeedbackRetracted', undefined, { targetEventId: eventId(1), reason: 'Not they.' });
    heard(acknowledged).when(retract).then(retracted);
    heard(acknowledged, retracted).when(retract).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    heard(retracted)
      .when(step('AcknowledgeFeedback', day(12)))
      .thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    expect(retracted.data).toMatchObject({ feedbackId });
  });
});
