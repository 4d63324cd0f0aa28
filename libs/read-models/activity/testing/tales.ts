import fc from 'fast-check';
import { event } from '../../../event-sourcing/event.js';
import { deriveId, type PartyId, type RelationshipId, type TouchId } from '../../../event-sourcing/id.js';
import { toMillis, type Instant } from '../../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../../ledger/ledger.js';
import type { TouchFacts } from '../../../ledger/touch/touch.js';
import { day, partyId, SAID } from '../../testing/given-ledger.js';

export const CAMPAIGNS = ['spring', 'autumn'].map((name) => deriveId('cmp', name));
export const STEWARDS = ['ann', 'ben'].map(partyId);

/** A touch as it is now, with who carried the relationship when it happened. */
export interface ToldTouch {
  readonly relationshipId: RelationshipId;
  readonly at: Instant;
  readonly facts: TouchFacts;
  readonly stewardId: PartyId | null;
}

const hour = fc.integer({ min: 0, max: 24 * 800 });
const optional = <T>(...values: readonly T[]) => fc.constantFrom(undefined, ...values);
const facts: fc.Arbitrary<Partial<TouchFacts>> = fc.record({
  channel: fc.constantFrom('EMAIL', 'MEAL', 'FAX'),
  direction: fc.constantFrom('INBOUND', 'OUTBOUND', 'MUTUAL'),
  intent: fc.constantFrom('GIVE', 'LISTEN', 'ASK', 'SELL', 'SERVE', 'CELEBRATE'),
  outcome: fc.constantFrom('CONNECTED', 'CONNECTED', 'BOUNCED', 'AUTOMATED'),
  function: optional('FOOD', 'BILLING'),
  phase: optional('OUTREACH', 'SERVICE'),
  minutes: optional(0, 15, 40),
  campaignId: optional(...CAMPAIGNS),
});
const which = fc.nat({ max: 30 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ say: fc.constant('touch' as const), hour, facts }) },
  { weight: 2, arbitrary: fc.record({ say: fc.constant('correct' as const), which, hour, facts }) },
  { weight: 1, arbitrary: fc.record({ say: fc.constant('retract' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ say: fc.constant('steward' as const), hour, stewardId: fc.constantFrom(...STEWARDS) }),
  },
);

/** What is said of one relationship, in the order in which it is said; it happened in any order. */
export const tale = fc.array(step, { minLength: 5, maxLength: 40 });
export type Tale = typeof tale extends fc.Arbitrary<infer T> ? T : never;

const said = (more: Partial<TouchFacts>): TouchFacts => JSON.parse(JSON.stringify({ ...SAID, ...more })) as TouchFacts; // no fact holds undefined

const AMENDMENT = { targetEventId: deriveId('evt', 'the recording'), reason: 'It was otherwise.' };

export function told(id: RelationshipId, sides: { a: PartyId; b: PartyId }, steps: Tale) {
  const at = (hours: number): Instant => day(hours / 24);
  const opening = { relationshipId: id, ...sides, kind: 'CARE', intent: 'UNKNOWN' } as const;
  const events: LedgerEvent[] = [event('RelationshipOpened', opening, at(0))];
  const touches: { touchId: TouchId; hour: number; facts: TouchFacts; retracted: boolean }[] = [];
  const terms: { hour: number; stewardId: PartyId }[] = [];
  for (const one of steps) {
    if (one.say === 'touch') {
      const touch = { touchId: deriveId('tch', id, String(touches.length)), hour: one.hour, facts: said(one.facts) };
      touches.push({ ...touch, retracted: false });
      events.push(event('TouchRecorded', { touchId: touch.touchId, ...touch.facts }, at(one.hour)));
    } else if (one.say === 'steward') {
      terms.push(one);
      events.push(event('StewardAssigned', { stewardId: one.stewardId, role: 'PRIMARY' } as const, at(one.hour)));
    } else {
      const touch = touches[one.which % touches.length];
      if (!touch || touch.retracted) continue;
      const amendment = { touchId: touch.touchId, ...AMENDMENT };
      if (one.say === 'retract') {
        touch.retracted = true;
        events.push(event('TouchRetracted', amendment, at(24 * 800)));
      } else {
        Object.assign(touch, { hour: one.hour, facts: said(one.facts) });
        const replacement = { ...touch.facts, occurredAt: at(one.hour) };
        events.push(event('TouchCorrected', { ...amendment, replacement }, at(24 * 800)));
      }
    }
  }
  const stewardAt = (hour: number): PartyId | null => {
    let found: { hour: number; stewardId: PartyId } | undefined;
    for (const term of terms) if (term.hour <= hour && (!found || term.hour >= found.hour)) found = term;
    return found?.stewardId ?? null;
  };
  const counted: ToldTouch[] = touches
    .filter(({ retracted, facts }) => !retracted && facts.outcome !== 'AUTOMATED')
    .map(({ hour, facts }) => ({ relationshipId: id, at: at(hour), facts, stewardId: stewardAt(hour) }));
  return { events, touches: counted };
}

/** Where the stretch that holds a moment begins, by the calendar of UTC: the day before, until it is the first one. */
export function bucketOf(at: Instant, bucket: 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR'): Instant {
  const begins = (date: Date): boolean => {
    const [month, dayOfMonth] = [date.getUTCMonth(), date.getUTCDate()];
    if (bucket === 'DAY') return true;
    if (bucket === 'WEEK') return date.getUTCDay() === 1;
    if (dayOfMonth !== 1) return false;
    return bucket === 'MONTH' || (bucket === 'QUARTER' ? month % 3 === 0 : month === 0);
  };
  let date = new Date(toMillis(`${at.slice(0, 10)}T00:00:00.000Z` as Instant));
  while (!begins(date)) date = new Date(date.getTime() - 86_400_000);
  return date.toISOString() as Instant;
}
