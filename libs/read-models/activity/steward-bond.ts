import { daysBetween, type Instant } from '../../event-sourcing/instant.js';
import { shareOf } from './shares.js';

/** A stretch of time in which the steward was PRIMARY of one relationship with the party. */
export interface Carried {
  readonly from: Instant;
  readonly to: Instant;
}

export interface Contact {
  /** Touches of the party's relationships while the steward carried them, and while others or nobody did. */
  readonly own: number;
  readonly others: number;
}

export interface HandOvers {
  readonly handOvers: number;
  readonly warmHandOvers: number;
}

/** How much of what binds a party to us is with one steward. */
export function stewardBond(
  carried: readonly Carried[],
  { own, others }: Contact,
  { handOvers, warmHandOvers }: HandOvers,
) {
  const sorted = carried.toSorted((one, other) => (one.from < other.from ? -1 : 1));
  return {
    carriedSince: sorted[0]?.from ?? null,
    daysCarried: daysIn(sorted),
    touches: own,
    shareBp: shareOf(own, others),
    handOvers,
    warmHandOvers,
  };
}

/** Days in any of the stretches, `sorted` by their beginning: those in which two relationships were carried count once. */
function daysIn(sorted: readonly Carried[]): number {
  let days = 0;
  let until: Instant | undefined;
  for (const { from, to } of sorted) {
    const start = until !== undefined && until > from ? until : from;
    if (to <= start) continue;
    days += daysBetween(start, to);
    until = to;
  }
  return days;
}
