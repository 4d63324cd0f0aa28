import fc from 'fast-check';
import { event } from '../../../event-sourcing/event.js';
import { deriveId, type RelationshipId, type TouchId } from '../../../event-sourcing/id.js';
import { fromMillis, toMillis, type Instant } from '../../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../../ledger/ledger.js';
import type { TouchFacts } from '../../../ledger/touch/touch.js';
import { day, partyId, SAID } from '../../testing/given-ledger.js';
import type { History } from '../frequency.js';

/** What somebody says to the ledger, in the order in which it is said. Times are hours and may come late. */
type Step =
  | { readonly say: 'touch'; readonly hour: number; readonly automated: boolean; readonly mutual: boolean }
  /** `which` of the touches so far, counted round. */
  | { readonly say: 'correct'; readonly which: number; readonly hour: number; readonly automated: boolean }
  | { readonly say: 'retract'; readonly which: number }
  | { readonly say: 'cadence'; readonly hour: number; readonly intervalDays: number; readonly graceDays: number }
  | { readonly say: 'clock'; readonly hour: number; readonly runs: boolean };

export interface Story {
  readonly openedHour: number;
  readonly steps: readonly Step[];
}

/** No story goes on after this hour. */
export const LAST_HOUR = 1000;

const hour = fc.integer({ min: 0, max: LAST_HOUR });
/** Touches end earlier, so that something is left to fall due. */
const early = fc.integer({ min: 0, max: 700 });
const which = fc.nat({ max: 20 });
const oneOf = <S extends Step['say']>(say: S) => fc.constant(say);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ say: oneOf('touch'), hour: early, automated: rarely(), mutual: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ say: oneOf('correct'), which, hour: early, automated: rarely() }) },
  { weight: 2, arbitrary: fc.record({ say: oneOf('retract'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      say: oneOf('cadence'),
      hour,
      intervalDays: fc.integer({ min: 1, max: 15 }),
      graceDays: fc.integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ say: oneOf('clock'), hour, runs: fc.boolean() }) },
);

function rarely(): fc.Arbitrary<boolean> {
  return fc.nat({ max: 5 }).map((n) => n === 0);
}

export const story: fc.Arbitrary<Story> = fc.record({
  openedHour: hour,
  steps: fc.array(step, { minLength: 3, maxLength: 25 }),
});

const at = (hours: number): Instant => day(hours / 24);

/** The story as events, and the history that it comes to: as if each touch had always been what it is now. */
export function told(id: RelationshipId, { openedHour, steps }: Story): { events: LedgerEvent[]; history: History } {
  const [a, b] = [partyId('we'), partyId('they')];
  const opening = { relationshipId: id, a, b, kind: 'CARE', intent: 'RELATIONAL' } as const;
  const events: LedgerEvent[] = [event('RelationshipOpened', opening, at(openedHour))];
  const recorded: { id: TouchId; hour: number; facts: TouchFacts; retracted: boolean }[] = [];
  const standing = (which: number) => {
    const touch = recorded[which % recorded.length];
    return touch?.retracted ? undefined : touch;
  };
  for (const step of steps) {
    switch (step.say) {
      case 'touch': {
        const touchId = deriveId('tch', id, String(recorded.length));
        const facts = factsOf(step.automated, step.mutual);
        recorded.push({ id: touchId, hour: step.hour, facts, retracted: false });
        events.push(event('TouchRecorded', { touchId, ...facts }, at(step.hour)));
        break;
      }
      case 'correct': {
        const touch = standing(step.which);
        if (!touch) break;
        touch.hour = step.hour;
        touch.facts = factsOf(step.automated, touch.facts.direction === 'MUTUAL');
        const replacement = { ...touch.facts, occurredAt: at(step.hour) };
        events.push(event('TouchCorrected', { touchId: touch.id, ...AMENDMENT, replacement }, at(LAST_HOUR)));
        break;
      }
      case 'retract': {
        const touch = standing(step.which);
        if (!touch) break;
        touch.retracted = true;
        events.push(event('TouchRetracted', { touchId: touch.id, ...AMENDMENT }, at(LAST_HOUR)));
        break;
      }
      case 'cadence': {
        const { intervalDays, graceDays } = step;
        events.push(event('CadenceSet', { intervalDays, graceDays }, at(step.hour)));
        break;
      }
      case 'clock':
        events.push(
          step.runs
            ? event('RelationshipReactivated', { to: 'PROSPECT' } as const, at(step.hour))
            : event('RelationshipLapsed', { from: 'PROSPECT' } as const, at(step.hour)),
        );
    }
  }
  const counted = recorded.filter(({ retracted, facts }) => !retracted && facts.outcome !== 'AUTOMATED');
  return {
    events,
    history: {
      openedAtMs: ms(openedHour),
      touches: inOrder(counted.map(({ hour, facts }) => ({ atMs: ms(hour), ...facts, function: null }))),
      cadences: inOrder(steps.flatMap((step) => (step.say === 'cadence' ? { atMs: ms(step.hour), ...step } : []))),
      clock: inOrder(steps.flatMap((step) => (step.say === 'clock' ? { atMs: ms(step.hour), runs: step.runs } : []))),
      stewards: [],
    },
  };
}

const AMENDMENT = { targetEventId: deriveId('evt', 'the recording'), reason: 'It was otherwise.' };

const factsOf = (automated: boolean, mutual: boolean): TouchFacts => ({
  ...SAID,
  direction: mutual ? 'MUTUAL' : 'OUTBOUND',
  outcome: automated ? 'AUTOMATED' : 'CONNECTED',
});

const ms = (hours: number): number => toMillis(at(hours));
const inOrder = <T extends { readonly atMs: number }>(list: T[]): T[] => list.sort((x, y) => x.atMs - y.atMs);

/** The same history with its times counted from the first hour of all stories. */
export const fromFirstHour = (history: History): History => {
  const shifted = <T extends { readonly atMs: number }>(list: readonly T[]) =>
    list.map((one) => ({ ...one, atMs: one.atMs - ms(0) }));
  return {
    openedAtMs: history.openedAtMs - ms(0),
    touches: shifted(history.touches),
    cadences: shifted(history.cadences),
    clock: shifted(history.clock),
    stewards: [],
  };
};

export const instantOf = (hours: number): Instant => fromMillis(ms(hours));
