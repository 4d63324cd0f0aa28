import type { Program } from './compile.js';
import type { Reading } from './reading.js';
import { rawValues, Scorer } from './score.js';

interface Sample {
  readonly reading: Reading;
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
  private readonly scorer: Scorer;
  private readonly steady: readonly number[];
  private readonly samples = new Map<number, Sample>();
  /** Where another formula begins to hold, right after them: rising, each once. */
  private readonly stops: readonly number[];

  constructor(
    private readonly program: Program,
    private readonly reading: (at: number) => Reading,
    readonly from: number,
  ) {
    const begin = reading(from);
    this.scorer = new Scorer(program, begin.state);
    this.steady = rawValues(program, begin);
    const stops = program.components.flatMap((component) => component.breakpoints?.(begin) ?? []).map(Math.floor);
    this.stops = [...new Set(stops)].filter((stop) => stop >= from).sort((a, b) => a - b);
  }

  /** `NO_SCORE` when there is none. Not before `from`. */
  scoreAt(at: number): number {
    const score = this.scorer.score(this.sample(at).values);
    return Number.isNaN(score) ? NO_SCORE : score;
  }

  /** Of all moments from one to another, both among them; `NO_SCORE` where there is none. */
  between(from: number, to: number): Bounds {
    let [lowest, highest] = [Infinity, -Infinity];
    let begin = from;
    for (const stop of this.stopsWithin(from, to)) {
      const [low, high] = this.smooth(begin, stop);
      [lowest, highest] = [Math.min(lowest, low), Math.max(highest, high)];
      begin = stop + 1; // what is due at a moment is overdue right after it
    }
    const [low, high] = this.smooth(begin, to);
    return [Math.min(lowest, low), Math.max(highest, high)];
  }

  /** Breakpoints from one moment to before another. */
  stopsWithin(from: number, to: number): readonly number[] {
    return this.stops.length === 0 ? this.stops : this.stops.filter((stop) => stop >= from && stop < to);
  }

  /** Where one formula holds. Runs many times for each relationship: it sums up without making anything. */
  private smooth(from: number, to: number): Bounds {
    const { components } = this.program;
    const { weights, instead, isWorst, highest } = this.scorer;
    const [begin, end] = [this.sample(from), this.sample(to)];
    let [total, low, high, lowestLow, lowestHigh] = [0, 0, 0, Infinity, Infinity];
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index]!;
      if (weight === 0) continue;
      const [a, b] = [begin.values[index]!, end.values[index]!];
      let [least, most] = a < b ? [a, b] : [b, a];
      if (Number.isNaN(a + b)) {
        least = most = instead[index]!;
        if (Number.isNaN(least)) continue;
      } else {
        const own = components[index]!.boundsBetween?.(begin.reading, end.reading);
        if (own) [least, most] = own;
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

  private sample(at: number): Sample {
    let sample = this.samples.get(at);
    if (sample === undefined) {
      const reading = this.reading(at);
      const { components } = this.program;
      const values = this.steady.slice();
      for (let index = 0; index < values.length; index++) {
        if (!components[index]!.isSteady) values[index] = components[index]!.valueAt(reading);
      }
      this.samples.set(at, (sample = { reading, values }));
    }
    return sample;
  }
}

const WITHOUT: Bounds = [NO_SCORE, NO_SCORE];
