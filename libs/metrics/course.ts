import type { Program } from './compile.js';
import type { Reading } from './reading.js';
import { rawValues, Scorer } from './score.js';

/** How a relationship is at a moment. */
export interface Moment {
  /** Milliseconds. */
  readonly at: number;
  /** `NO_SCORE` when there is none. */
  readonly score: number;
  readonly reading: Reading;
  /** Of the components. */
  readonly values: readonly number[];
}

/** Where a number is needed it stands for no score, and lies below all scores. */
export const NO_SCORE = -1;

/** From the lowest to the highest score. */
export type Bounds = readonly [lowest: number, highest: number];

/**
 * The score of one state as a function of time while nothing happens: a known one, smooth between breakpoints (ends of
 * cadences, due dates), and neither always falling nor always rising. Between two moments it lies within bounds that
 * follow from its components, of which each only rises or only falls between breakpoints, or says its own bounds.
 */
export class Course {
  readonly begin: Moment;
  private readonly scorer: Scorer;
  /** Values at the begin: time changes only some of them. */
  private readonly values: readonly number[];
  /** Where another formula begins to hold, right after them: rising, each once. */
  private readonly stops: readonly number[];

  constructor(
    private readonly program: Program,
    private readonly reading: (at: number) => Reading,
    from: number,
  ) {
    const { components } = program;
    const begin = reading(from);
    this.values = rawValues(program, begin);
    this.scorer = new Scorer(program, begin.state, this.values, ({ isSteady = false }) => isSteady);
    this.begin = this.at(from);
    const stops = components.flatMap((component) => component.breakpoints?.(begin) ?? []).map(Math.floor);
    this.stops = [...new Set(stops)].filter((stop) => stop >= from).sort((a, b) => a - b);
  }

  /** Not before `begin`. */
  at(at: number): Moment {
    const { components } = this.program;
    const reading = this.reading(at);
    const values = this.values.slice();
    for (const index of this.scorer.moving) values[index] = components[index]!.valueAt(reading);
    const score = this.scorer.score(values);
    return { at, score: Number.isNaN(score) ? NO_SCORE : score, reading, values };
  }

  /** Of all moments from one to another, both among them; `NO_SCORE` where there is none. */
  between(from: Moment, to: Moment): Bounds {
    const stops = this.stopsWithin(from.at, to.at);
    if (stops.length === 0) return this.smooth(from, to);
    let [lowest, highest] = [Infinity, -Infinity];
    let begin = from;
    for (const end of [...stops.map((stop) => this.at(stop)), to]) {
      const [low, high] = this.smooth(begin, end);
      [lowest, highest] = [Math.min(lowest, low), Math.max(highest, high)];
      if (end !== to) begin = this.at(end.at + 1); // what is due at a moment is overdue right after it
    }
    return [lowest, highest];
  }

  /** Breakpoints from one moment to before another. */
  stopsWithin(from: number, to: number): readonly number[] {
    return this.stops.length === 0 ? this.stops : this.stops.filter((stop) => stop >= from && stop < to);
  }

  /** Where one formula holds. Runs many times for each relationship. */
  private smooth(from: Moment, to: Moment): Bounds {
    const { components } = this.program;
    const { weights, instead, isWorst, highest, moving, steady } = this.scorer;
    let { total, points: low, points: high, lowest: lowestLow, lowest: lowestHigh } = steady;
    for (const index of moving) {
      const weight = weights[index]!;
      let least = from.values[index]!;
      let most = to.values[index]!;
      if (Number.isNaN(least + most)) {
        least = most = instead[index]!;
        if (Number.isNaN(least)) continue;
      } else if (components[index]!.boundsBetween) {
        const own = components[index]!.boundsBetween(from.reading, to.reading);
        least = own[0];
        most = own[1];
      } else if (least > most) {
        const first = least;
        least = most;
        most = first;
      }
      total += weight;
      low += weight * least;
      high += weight * most;
      if (least < lowestLow) lowestLow = least;
      if (most < lowestHigh) lowestHigh = most;
    }
    if (total === 0) return WITHOUT;
    const scale = isWorst ? 100 : 100 / total;
    return [
      Math.min(highest, Math.max(0, scale * (isWorst ? lowestLow : low))),
      Math.min(highest, Math.max(0, scale * (isWorst ? lowestHigh : high))),
    ];
  }
}

const WITHOUT: Bounds = [NO_SCORE, NO_SCORE];
