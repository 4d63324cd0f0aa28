import type { Position } from '../../event-sourcing/position.js';
import { bandOf, type MetricValue } from '../../metrics/score.js';
import { NO_SCORE, type Course, type Moment } from '../../metrics/course.js';
import { mostSpecific } from '../../metrics/definition.js';
import type { Metric } from '../../metrics/fold.js';
import type { MetricState } from '../../metrics/state.js';
import { metricOf, type Published } from './definitions.js';
import { piecesOf, UNSCORED, type Piece } from './pieces.js';

/** Band changes that are foretold for a relationship. */
const FORETOLD = 12;

/** A relationship that speaks for itself, and for those that are one with it. */
export interface Head {
  readonly id: string;
  readonly kind: string;
  /** Of its opening. */
  readonly position: Position;
}

export interface BandChange {
  readonly at: number;
  /** Null: no score. */
  readonly band: MetricValue['band'];
  readonly was: MetricValue['band'];
  /** Where it stands after its last fact: no change. */
  readonly isFirst: boolean;
}

/** What is known of one relationship until the next fact of it. */
export interface Foretold {
  readonly head: Head;
  readonly pieces: readonly Pick<Piece, 'slot' | 'score'>[];
  readonly bands: readonly BandChange[];
  /** What it follows from, and what is kept of it; absent: nothing is known, no definition is for it, or it is `joined`. */
  readonly basis?: { readonly metric: Metric; readonly state: MetricState };
}

/** Of the definitions in force together, the one for a kind of relationship. */
export function metricFor(definitions: readonly Published[], kind: string): Metric | undefined {
  const body = mostSpecific(
    definitions.map((each) => each.body),
    kind,
  );
  const definition = definitions.find((each) => each.body === body);
  return definition && metricOf(definition);
}

/**
 * From the last fact on. Not from the clock of this machine: what follows from the same facts is the same. `metric` is
 * absent where no definition is for the relationship.
 */
export function foretell(head: Head, metric: Metric | undefined, state: MetricState | undefined): Foretold {
  if (!metric || !state) return { head, pieces: [UNSCORED], bands: [] };
  const course = metric.course(state, 0);
  const pieces = piecesOf(course);
  return { head, pieces, bands: bandsFrom(metric, course, pieces), basis: { metric, state } };
}

/** Of one that speaks for others nothing is kept: when they part, that would hold facts that are not its own any more. */
export const joined = ({ basis: _, ...foretold }: Foretold): Foretold => foretold;

/** Looks closely only where the score may leave its band. */
function bandsFrom(metric: Metric, course: Course, pieces: readonly Piece[]): readonly BandChange[] {
  const named = (score: number) => (score === NO_SCORE ? null : bandOf(metric, score));
  let band = named(course.begin.score);
  const bands: BandChange[] = [{ at: course.begin.at, band, was: null, isFirst: true }];
  for (const { from, to, lowest, highest } of pieces) {
    if (named(lowest) === band && named(highest) === band) continue;
    let moment: Moment | undefined = from;
    while (moment !== undefined && bands.length < FORETOLD) {
      const next = named(moment.score);
      if (next !== band) bands.push({ at: moment.at, band: next, was: band, isFirst: false });
      band = next;
      moment = moment.at < to.at ? metric.bandChangeOn(course, moment, to) : undefined;
    }
  }
  return bands;
}
