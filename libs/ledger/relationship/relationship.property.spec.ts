import { describe, expect, it } from '@jest/globals';
import { array, assert, boolean, constant, constantFrom, integer, oneof, option, property, record } from 'fast-check';
import { isRefusal } from '../../event-sourcing/decider.js';
import { deriveId, type PartyId, type TouchId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { REFUSAL_CODES } from '../../event-sourcing/refusal-codes.js';
import { applied, contextOf, eventId, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { partyDecider, relationshipDecider as decider } from '../ledger.js';
import type { TouchCommand, TouchEvent } from '../touch/touch.js';
import type { RelationshipCommand, RelationshipEvent } from './relationship.js';
import { Stage } from './relationship.words.js';

type Happened = (RelationshipEvent | TouchEvent) & { readonly occurredAt: Instant };

const [a, b, ada, ben] = ['a', 'b', 'ada', 'ben'].map((name) => deriveId('pty', name)) as [PartyId, ...PartyId[]];
const person = (partyId: PartyId) =>
  stateAfter(partyDecider, { type: 'PartyRegistered', data: { partyId, kind: 'PERSON', displayName: 'X', roles: [] } });
const others = Object.fromEntries([a, b!, ada!, ben!].map((partyId) => [partyId, person(partyId)]));

const relationshipId = contextOf(NOW, { idempotencyKey: '0' }).id('rel');
const opening = {
  type: 'OpenRelationship' as const,
  ...{ a, b: b!, kind: 'CARE' as const, intent: 'UNKNOWN' as const },
  occurredAt: '2026-01-12T00:00:00.000Z' as Instant,
};

// Few days, stewards and touches, so that the commands meet.
const on = constant(relationshipId);
const occurredAt = integer({ min: 10, max: 29 }).map((day) => `2026-01-${String(day)}T00:00:00.000Z` as Instant);
const steward = constantFrom(ada!, ben!);
const touchId = integer({ min: 1, max: 3 }).map((touch) => deriveId('tch', String(touch)));
const channel = constantFrom('EMAIL' as const, 'MEAL' as const, 'OTHER' as const);
const reason = constant('x');
const minutes = option(integer({ min: 0, max: 2 }));
const replacement = record({ channel, minutes, occurredAt }, { requiredKeys: [] });
const step = { relationshipId: on, occurredAt, orderReason: option(constant('Told late.')) };
const touch = { relationshipId: on, touchId, reason };
const said = {
  direction: constant('INBOUND' as const),
  intent: constant('SERVE' as const),
  outcome: constant('CONNECTED' as const),
};

const happening = oneof(
  record({ type: constant('RecordTouch' as const), relationshipId: on, touchId, channel, ...said, occurredAt }),
  record({ type: constant('CorrectTouch' as const), ...touch, replacement }),
  record({ type: constant('RetractTouch' as const), ...touch }),
  record({ type: constant('ChangeStage' as const), ...step, to: constantFrom(...Object.values(Stage)), reason }),
  record({
    type: constant('AssignSteward' as const),
    ...step,
    stewardId: steward,
    role: constantFrom('PRIMARY', 'BACKUP'),
  }),
  record({ type: constant('HandOverSteward' as const), ...step, toStewardId: steward, warmIntro: boolean() }),
  record({ type: constant('ReleaseSteward' as const), ...step, stewardId: steward }),
  record({ type: constant('SetCadence' as const), ...step, intervalDays: constantFrom(7, 30), graceDays: constant(0) }),
  record({ type: constant('LapseRelationship' as const), ...step }),
  record({ type: constant('ReactivateRelationship' as const), ...step }),
);
const end = record({
  type: constant('EndRelationship' as const),
  ...step,
  manner: constantFrom('GRACEFUL', 'HOSTILE'),
});
// Long enough for touches and stewards to come and go; an end is rare, since little follows it.
const commands = array(oneof({ weight: 60, arbitrary: happening }, { weight: 1, arbitrary: end }), {
  minLength: 20,
  maxLength: 60,
  size: 'max',
});

/** Carries the commands out one after the other, as the one way in does. */
function history(commands: readonly (RelationshipCommand | TouchCommand)[]) {
  const events: Happened[] = [];
  let state = decider.initial();
  for (const [index, command] of [opening, ...commands].entries()) {
    const at = 'occurredAt' in command ? command.occurredAt : undefined;
    const context = contextOf(at, { idempotencyKey: String(index), others });
    const decision = decider.decide(state, command, context);
    if (isRefusal(decision)) {
      if (!(decision.refused in REFUSAL_CODES)) throw new Error(`${decision.refused} is no published code.`);
      continue;
    }
    for (const { type, data } of decision) {
      const happened = { type, data, occurredAt: context.occurredAt };
      state = decider.evolve(state, applied(happened, events.length));
      events.push(happened as Happened);
    }
  }
  return { events, state };
}

const anyHistory = (check: (events: readonly Happened[], state: unknown) => void): void => {
  assert(
    property(commands, (commands) => {
      const { events, state } = history(commands);
      check(events, state);
    }),
  );
};

describe('whatever is asked of a relationship, in whatever order', () => {
  it('its state is what its stream says, read back from JSON: no refusal and no decision leaves a trace', () => {
    anyHistory((events, state) => {
      expect(stateAfter(decider, ...(JSON.parse(JSON.stringify(events)) as Happened[]))).toEqual(state);
    });
  });

  it('there is never more than one PRIMARY steward, and nobody is released who was not assigned', () => {
    anyHistory((events) => {
      const roles = new Map<PartyId, string>();
      for (const { type, data } of events) {
        if (type === 'StewardAssigned') roles.set(data.stewardId, data.role);
        if (type === 'StewardReleased') expect(roles.delete(data.stewardId)).toBe(true);
        if (type === 'StewardHandedOver') {
          expect(roles.get(data.fromStewardId)).toBe('PRIMARY');
          roles.delete(data.fromStewardId);
          roles.set(data.stewardId, 'PRIMARY');
        }
        expect([...roles.values()].filter((role) => role === 'PRIMARY').length).toBeLessThanOrEqual(1);
      }
    });
  });

  it('each change of stage starts where the one before left off, and nothing follows the end but its touches', () => {
    anyHistory((events) => {
      let stage = 'PROSPECT';
      let beforeLapse = stage;
      for (const { type, data } of events) {
        if (stage === 'ENDED') expect(type).toMatch(/^Touch/);
        if ('from' in data) expect(data.from).toBe(stage);
        if (type === 'RelationshipLapsed') [beforeLapse, stage] = [stage, 'DORMANT'];
        else if (type === 'RelationshipEnded') stage = 'ENDED';
        else if (type === 'StageChanged') stage = data.to;
        else if (type === 'RelationshipReactivated') {
          expect([stage, data.to]).toEqual(['DORMANT', beforeLapse]);
          stage = data.to;
        }
      }
    });
  });

  it('a touch is recorded once and retracted at most once, and nothing touches it after that', () => {
    anyHistory((events) => {
      const targets = new Map<TouchId, string>();
      for (const [index, { type, data }] of events.entries()) {
        if (type === 'TouchRecorded') {
          expect(targets.has(data.touchId)).toBe(false);
          targets.set(data.touchId, eventId(index));
        } else if (type === 'TouchCorrected' || type === 'TouchRetracted') {
          expect(targets.get(data.touchId)).toBe(data.targetEventId);
          if (type === 'TouchRetracted') targets.set(data.touchId, 'gone');
        }
      }
    });
  });

  it('no touch is put behind the end of the relationship', () => {
    anyHistory((events) => {
      let endedAt: Instant | undefined;
      const times = new Map<TouchId, Instant>();
      for (const { type, data, occurredAt } of events) {
        if (type === 'RelationshipEnded') endedAt = occurredAt;
        if (type !== 'TouchRecorded' && type !== 'TouchCorrected') continue;
        const time = type === 'TouchRecorded' ? occurredAt : data.replacement.occurredAt;
        if (endedAt && times.get(data.touchId) !== time) expect(time <= endedAt).toBe(true);
        times.set(data.touchId, time);
      }
    });
  });

  it('nothing of its lifecycle is dated before the opening without a reason', () => {
    anyHistory(([opened, ...events]) => {
      for (const { type, data, occurredAt } of events) {
        const isStep = !type.startsWith('Touch');
        if (isStep && occurredAt < opened!.occurredAt) expect(data).toHaveProperty('orderReason');
      }
    });
  });
});
