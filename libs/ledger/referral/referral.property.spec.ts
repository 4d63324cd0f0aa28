import { describe, expect, it } from '@jest/globals';
import { array, assert, constant, constantFrom, integer, oneof, option, property, record } from 'fast-check';
import { isRefusal } from '../../event-sourcing/decider.js';
import type { Event } from '../../event-sourcing/event.js';
import { REFUSAL_CODES } from '../../event-sourcing/refusal-codes.js';
import { applied, contextOf, eventId, january as day, stateAfter } from '../../event-sourcing/testing/given.js';
import { referralDecider as decider } from '../ledger.js';
import { contradictionTo, type DatedStep } from './lifecycle.js';
import type { ReferralCommand } from './referral.js';
import { ReferralStep } from './referral.words.js';
import { stepsOf, type ReferralStream, type StandingReferral } from './state.js';
import { clinic, doctor, facts, others, patient, rival } from './testing/given-referral.js';

const referralId = contextOf(day(1), { idempotencyKey: '0' }).id('ref');
const making = { type: 'MakeReferral' as const, ...facts, occurredAt: day(5) };

// Few days and events, so that the commands meet.
const on = { referralId: constant(referralId), occurredAt: integer({ min: 3, max: 15 }).map(day) };
const placed = { ...on, orderReason: option(constant('Told late.')) };
const reason = constant('x');
const party = constantFrom(doctor, patient, clinic, rival);
const amending = { referralId: constant(referralId), reason };
const commands = array(
  oneof(
    {
      weight: 9,
      arbitrary: record({
        type: constant('RecordReferralStep' as const),
        ...placed,
        step: constantFrom(...Object.values(ReferralStep)),
        declineReason: option(constant('CAPACITY' as const), { freq: 1 }),
      }),
    },
    {
      weight: 5,
      arbitrary: record({
        type: constant('RetractReferralStep' as const),
        ...amending,
        eventId: integer({ min: 0, max: 20 }).map(eventId),
      }),
    },
    {
      weight: 5,
      arbitrary: record({
        type: constant('CorrectReferralStep' as const),
        ...amending,
        eventId: integer({ min: 0, max: 20 }).map(eventId),
        replacement: record(
          { occurredAt: on.occurredAt, orderReason: constant('Told late.'), to: party, reason },
          { requiredKeys: [] },
        ),
      }),
    },
    record({ type: constant('LeakReferral' as const), ...placed, reason, toPartyId: option(party) }),
    record({ type: constant('RedirectReferral' as const), ...placed, reason, toTargetId: party }),
    record({ type: constant('ReassignReferralSource' as const), ...placed, reason, from: party, to: party }),
    record({
      type: constant('RealizeValue' as const),
      ...placed,
      amount: constant({ amountMinor: 1, currency: 'USD' }),
      kind: constant('PAYMENT' as const),
    }),
    record({
      type: constant('CorrectReferral' as const),
      ...amending,
      replacement: record({ targetId: party, occurredAt: on.occurredAt }, { requiredKeys: [] }),
    }),
  ),
  { minLength: 10, maxLength: 40, size: 'max' },
);

/** Carries the commands out one after the other, as the one way in does. */
function history(commands: readonly ReferralCommand[]) {
  const events: Event[] = [];
  let state = decider.initial();
  for (const [index, command] of [making, ...commands].entries()) {
    const at = 'occurredAt' in command ? command.occurredAt : undefined;
    const context = contextOf(at, { idempotencyKey: String(index), others });
    const decision = decider.decide(state, command, context);
    if (isRefusal(decision)) {
      expect(Object.keys(REFUSAL_CODES)).toContain(decision.refused);
      continue;
    }
    for (const event of decision) {
      const happened = { ...event, occurredAt: context.occurredAt };
      state = decider.evolve(state, applied(happened, events.length));
      events.push(happened);
    }
  }
  return { events, referral: (state as unknown as ReferralStream).referral as StandingReferral };
}

const holds = (check: (after: ReturnType<typeof history>) => void): void =>
  assert(
    property(commands, (some) => check(history(some))),
    { numRuns: 300 },
  );

describe('whatever is asked of a referral', () => {
  it('its steps never contradict each other, in the order in which they were recorded or any other', () => {
    holds(({ referral }) => {
      const taken: DatedStep[] = [];
      for (const step of stepsOf(referral)) {
        expect(contradictionTo(step, taken)).toBeUndefined();
        taken.push(step);
      }
    });
  });

  it('referrer, subject and target stay three', () => {
    holds(({ referral }) => {
      const { referrerId, subjectRef, targetId } = referral.made.facts;
      expect(new Set([referrerId, subjectRef, targetId]).size).toBe(3);
    });
  });

  it('what is recorded tells the same again, and each event is corrected once and retracted once at most', () => {
    holds(({ events, referral }) => {
      const stored = JSON.parse(JSON.stringify(events)) as Event[];
      expect(stateAfter(decider, ...stored)).toEqual({ referral });
      for (const amendment of ['ReferralStepCorrected', 'ReferralStepRetracted']) {
        const amended = events.filter(({ type }) => type === amendment);
        const targets = amended.map(({ data }) => (data as { targetEventId: string }).targetEventId);
        expect(new Set(targets).size).toBe(targets.length);
      }
      expect(events.filter(({ type }) => type === 'ReferralCorrected').length).toBeLessThanOrEqual(1);
    });
  });
});
