import { CADENCE_DAYS, DAY, left, NEVER, OPENED_AT, type Layout, type Sum } from './layout.js';
import type { MetricState } from './state.js';

/** A state looked at at one moment. */
export class Reading {
  /** By clock; NaN: not asked for yet. */
  private readonly lefts: number[] = [];

  constructor(
    private readonly layout: Layout,
    readonly state: MetricState,
    /** Milliseconds. */
    readonly at: number,
    private readonly defaultCadenceDays: number | undefined,
  ) {
    for (let clock = 0; clock < layout.clocks.length; clock++) this.lefts.push(NaN);
  }

  sum({ slot, clock }: Sum): number {
    const value = this.state.numbers[slot]!;
    if (value === 0) return 0;
    let factor = this.lefts[clock]!;
    if (Number.isNaN(factor))
      factor = this.lefts[clock] = left(this.layout.clocks[clock]!, this.state.numbers, this.at);
    return value * factor;
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
