import { fact, type Fact, type FactKind } from '../fact.js';
import { DAY } from '../layout.js';

/** Day 0 of the tests, a moment like any other. */
const BEGIN = Date.UTC(2026, 0, 1);
export const dayMs = (day: number): number => BEGIN + Math.round(day * DAY);

let told = 0;

/** A fact of that day, recorded then, after all that were told before. */
export function said(kind: FactKind, day: number, more: Partial<Fact> = {}): Fact {
  const position = ++told;
  const at = dayMs(day);
  return fact({
    relationshipId: 'rel_1',
    eventId: `evt_${String(position)}`,
    kind,
    occurredAt: at,
    recordedAt: at,
    position,
    ...more,
  });
}

export const touch = (day: number, more: Partial<Fact> = {}): Fact =>
  said('TOUCH', day, {
    channel: 'PHONE_CALL',
    direction: 'OUTBOUND',
    intent: 'SERVE',
    outcome: 'CONNECTED',
    actor: 'HUMAN',
    ...more,
  });

export const commitment = (kind: FactKind, day: number, entryId: string, more: Partial<Fact> = {}): Fact =>
  said(kind, day, { entryId, side: 'A', ...more });

export const feedback = (kind: FactKind, day: number, entryId: string, more: Partial<Fact> = {}): Fact =>
  said(kind, day, { entryId, side: 'B', ...more });
