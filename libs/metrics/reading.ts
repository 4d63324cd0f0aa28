import { CADENCE_DAYS, DAY, left, NEVER, OPENED_AT, type Layout, type Sum } from './layout.js';
import type { MetricState } from './state.js';

/** A state looked at at one moment. */
export class Reading {
  /** By place; NaN: not asked for yet. */
  private readonly known: number[];

  constructor(
    private readonly layout: Layout,
    readonly state: MetricState,
    /** Milliseconds. */
    readonly at: number,
    private readonly defaultCadenceDays: number | undefined,
  ) {
    this.known = layout.unread.slice();
  }

  sum({ slot, clock }: Sum): number {
    const value = this.state.numbers[slot]!;
    if (value === 0) return 0;
    const own = this.layout.clocks[clock]!;
    let factor = this.known[own.place]!;
    if (Number.isNaN(factor)) factor = this.known[own.place] = left(own, this.state.numbers, this.at);
    return value * factor;
  }

  /** What `find` says of this reading, found out once. The place is one that the layout dealt out for it. */
  once(place: number, find: (reading: Reading) => number): number {
    const known = this.known[place]!;
    return Number.isNaN(known) ? (this.known[place] = find(this)) : known;
  }

  /** A moment that was marked; undefined: never. */
  mark(slot: number): number | undefined {
    const at = this.state.numbers[slot]!;
    return at === NEVER ? undefined : at;
  }

  get openedAt(): number | undefined {
    return this.mark(OPENED_AT);
  }

  /** Days between touches as promised, by the relationship or else by the definition. */
  get cadenceDays(): number | undefined {
    return this.state.numbers[CADENCE_DAYS]! || this.defaultCadenceDays;
  }

  daysSince(moment: number): number {
    return (this.at - moment) / DAY;
  }
}
