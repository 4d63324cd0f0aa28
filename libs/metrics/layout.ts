/** Of moments and places that there are not: before everything, and readable as JSON. */
export const NEVER = -8.64e15;
export const DAY = 86_400_000;

/** A decayed sum: its place in the state, and the clock by which it fades. */
export interface Sum {
  readonly slot: number;
  readonly clock: number;
}

interface Clock {
  readonly halfLifeMs: number;
  /** Of the state: which period the sums of this clock are written for. */
  readonly slot: number;
  /** Of a reading: what is left of 1. */
  readonly place: number;
  readonly sums: number[];
}

/** Places of a state that belong to no component. */
export const LATEST_AT = 0;
export const ORDERED_AT = 1;
export const ORDERED_POSITION = 2;
export const OPENED_AT = 3;
export const CADENCE_DAYS = 4;
export const CADENCE_AT = 5;
export const CADENCE_POSITION = 6;
export const MIX_AT = 7;
export const MIX_POSITION = 8;

/**
 * Half-lives in a period. A sum is written as worth at the begin of a period (value, reference time), and moves to a
 * later period by a power of two, which is exact: what a fact adds does not depend on when it arrives.
 */
const PERIOD = 32;

/** Deals out the places of a state while a definition is compiled. */
export class Layout {
  private readonly initial = [NEVER, NEVER, NEVER, NEVER, 0, NEVER, NEVER, NEVER, NEVER];
  readonly clocks: Clock[] = [];
  /** Of a reading: NaN for each clock and each number that a component asks for more than once. */
  readonly unread: number[] = [];

  slot(value: number): number {
    return this.initial.push(value) - 1;
  }

  /** A place of a reading: what is found out at one moment is found out once. */
  place(): number {
    return this.unread.push(NaN) - 1;
  }

  /** A sum that fades by half every so many days; absent: never. */
  sum(halfLifeDays: number | undefined): Sum {
    const halfLifeMs = (halfLifeDays ?? Infinity) * DAY;
    let clock = this.clocks.findIndex((known) => known.halfLifeMs === halfLifeMs);
    if (clock < 0) {
      clock = this.clocks.push({ halfLifeMs, slot: this.slot(NEVER), place: this.place(), sums: [] }) - 1;
    }
    const slot = this.slot(0);
    this.clocks[clock]!.sums.push(slot);
    return { slot, clock };
  }

  /** The numbers of a state that nothing was folded into. */
  numbers(): number[] {
    return this.initial.slice();
  }
}

/** What a weight of 1 at `at` adds to the sums of the clock; brings them to the period of that moment first. */
export function worth(clock: Clock, numbers: number[], at: number): number {
  const { halfLifeMs } = clock;
  if (halfLifeMs === Infinity) return 1;
  const period = Math.floor(at / (PERIOD * halfLifeMs));
  let written = numbers[clock.slot]!;
  if (period > written) {
    if (written !== NEVER) {
      const factor = 2 ** (-PERIOD * (period - written));
      for (const slot of clock.sums) numbers[slot]! *= factor;
    }
    numbers[clock.slot] = written = period;
  }
  return Math.exp((Math.LN2 * (at - written * PERIOD * halfLifeMs)) / halfLifeMs);
}

/** What is left at `at` of 1 in a sum of the clock. */
export function left({ halfLifeMs, slot }: Clock, numbers: readonly number[], at: number): number {
  if (halfLifeMs === Infinity || numbers[slot] === NEVER) return 1;
  return Math.exp((Math.LN2 * (numbers[slot]! * PERIOD * halfLifeMs - at)) / halfLifeMs);
}

/** How many half-lives behind 1970 the sums of the clock are written for: by so many powers of two they are too small. */
export const periodsOf = ({ slot }: Clock, numbers: readonly number[]): number => numbers[slot]! * PERIOD;
