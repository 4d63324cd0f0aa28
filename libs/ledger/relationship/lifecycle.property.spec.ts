import { describe, expect, it } from '@jest/globals';
import { array, assert, constant, constantFrom, integer, oneof, property, record } from 'fast-check';
import { isRefusal } from '../../event-sourcing/decider.js';
import type { Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { applied, contextOf, eventId, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { commitmentLife } from '../commitment/commitment-life.js';
import type { Commitments } from '../commitment/commitment.js';
import { feedbackLife } from '../feedback/feedback-life.js';
import type { Feedback } from '../feedback/feedback.js';
import { partyDecider, relationshipDecider as decider } from '../ledger.js';
import { impossiblePast, stateAfterSteps, type Lifecycle, type LivingEntry, type Step } from './lifecycle.js';

const idOf = <Prefix extends 'rel' | 'cmt' | 'fbk'>(prefix: Prefix, index: number) =>
  contextOf(NOW, { idempotencyKey: String(index) }).id(prefix);
const [relationshipId, commitmentId, feedbackId] = [idOf('rel', 0), idOf('cmt', 1), idOf('fbk', 2)];
const [a, b] = [deriveId('pty', 'a'), deriveId('pty', 'b')] as [PartyId, PartyId];
const person = (partyId: PartyId) =>
  stateAfter(partyDecider, { type: 'PartyRegistered', data: { partyId, kind: 'PERSON', displayName: 'X', roles: [] } });
const others = { [a]: person(a), [b]: person(b) };
const opening = [
  { type: 'OpenRelationship', a, b, kind: 'CARE', intent: 'UNKNOWN', occurredAt: day(1) },
  {
    ...{ type: 'MakeCommitment', relationshipId, owedBy: a, owedTo: b, text: 'x' },
    ...{ dueAt: day(20), occurredAt: day(10) },
  },
  { type: 'ReceiveFeedback', relationshipId, kind: 'COMPLAINT', occurredAt: day(10) },
] as const;

// Few days and few steps, so that they meet: some are too early, late, out of order, taken back or corrected.
const occurredAt = integer({ min: 9, max: 24 }).map(day);
const newDueAt = integer({ min: 12, max: 28 }).map(day);
const recordedBy = integer({ min: 3, max: 9 }).map(eventId);
const of = (type: string, id: object, more: object = {}) =>
  record({ type: constant(type), relationshipId: constant(relationshipId), occurredAt, ...id, ...more });
const amending = (type: string, id: object, more: object = {}) =>
  record({
    type: constant(type),
    relationshipId: constant(relationshipId),
    ...id,
    eventId: recordedBy,
    reason: constant('x'),
    ...more,
  });

const ofCommitment = { commitmentId: constant(commitmentId) };
const ofFeedback = { feedbackId: constant(feedbackId) };
const replacement = oneof(record({ occurredAt }), record({ newDueAt }), record({ note: constantFrom('x', null) }));
const steps = oneof(
  ...['Remind', 'Keep', 'Break', 'Waive', 'Decline'].map((verb) => of(`${verb}Commitment`, ofCommitment)),
  of('RenegotiateCommitment', ofCommitment, { newDueAt }),
  ...['Acknowledge', 'Action', 'Resolve', 'Confirm', 'Reopen', 'Dispute'].map((verb) =>
    of(`${verb}Feedback`, ofFeedback),
  ),
);
const amendments = oneof(
  amending('RetractCommitmentStep', ofCommitment),
  amending('CorrectCommitmentStep', ofCommitment, { replacement }),
  amending('RetractFeedbackStep', ofFeedback),
  amending('CorrectFeedbackStep', ofFeedback, { replacement: record({ occurredAt }) }),
);
const happening = oneof(steps, amendments);

/** Carries the commands out one after the other, as the one way in does. */
function history(commands: readonly { readonly type: string }[]) {
  const events: Event[] = [];
  let state = decider.initial();
  for (const [index, command] of [...opening, ...commands].entries()) {
    const at = 'occurredAt' in command ? (command.occurredAt as Instant) : undefined;
    const context = contextOf(at, { idempotencyKey: String(index), others });
    const decision = decider.decide(state, command, context);
    if (isRefusal(decision)) continue;
    for (const { type, data } of decision) {
      const happened = { type, data, occurredAt: context.occurredAt };
      state = decider.evolve(state, applied(happened, events.length));
      events.push(happened);
    }
  }
  return { events, state };
}

const anyHistory = (check: (told: ReturnType<typeof history>) => void): void => {
  assert(
    property(array(happening, { minLength: 10, maxLength: 60, size: 'max' }), (commands) => check(history(commands))),
    { numRuns: 300 },
  );
};

/** The commitment and the feedback, each with its life. */
function lives({ state }: Pick<ReturnType<typeof history>, 'state'>) {
  const commitment = (state['commitments'] as Commitments).get(commitmentId);
  const received = (state['feedback'] as Feedback).received.get(feedbackId);
  if (!commitment || commitment === 'RETRACTED' || !received || received === 'RETRACTED') throw new Error('Not there.');
  return { commitment, received };
}

describe('whatever is recorded of a commitment and of feedback, and in whatever order', () => {
  it('is a past that could have been', () => {
    anyHistory((told) => {
      const { commitment, received } = lives(told);
      expect(impossiblePast(commitmentLife, commitment)).toBeUndefined();
      expect(impossiblePast(feedbackLife, received)).toBeUndefined();
    });
  });

  it('is read back from the stream as it was decided', () => {
    anyHistory(({ events, state }) => {
      expect(stateAfter(decider, ...(JSON.parse(JSON.stringify(events)) as Event[]))).toEqual(state);
    });
  });

  it('leads to where it would have led, had it been told in its order and without what was taken back', () => {
    const inOrderOfTime = <Facts, S extends Step, State>(
      life: Lifecycle<Facts, S, State>,
      { facts, steps }: LivingEntry<Facts, S>,
    ): void => {
      const taken = steps.map((step) => step.taken);
      const told = taken.toSorted((one, other) => one.occurredAt.localeCompare(other.occurredAt));
      expect(stateAfterSteps(life, facts, taken)).toEqual(told.reduce(life.next, life.begin(facts)));
    };
    anyHistory((told) => {
      const { commitment, received } = lives(told);
      inOrderOfTime(commitmentLife, commitment);
      inOrderOfTime(feedbackLife, received);
      const retracted = told.events.filter(({ type }) => type.endsWith('StepRetracted'));
      expect([...commitment.retractedSteps, ...received.retractedSteps]).toHaveLength(retracted.length);
    });
  });

  it('ends a commitment once, and resolves nothing unacknowledged', () => {
    anyHistory((told) => {
      const { commitment, received } = lives(told);
      const endings = commitment.steps.filter(({ taken }) => !['REMINDED', 'RENEGOTIATED'].includes(taken.step));
      expect(endings.length).toBeLessThanOrEqual(1);
      const at = (word: string) =>
        received.steps.filter(({ taken }) => taken.step === word).map(({ taken }) => taken.occurredAt);
      const resolved = at('RESOLVED').toSorted()[0];
      if (resolved) expect(at('ACKNOWLEDGED').some((moment) => moment <= resolved)).toBe(true);
    });
  });
});
