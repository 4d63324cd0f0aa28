import type { Position } from '../../event-sourcing/position.js';
import { bandOf, type MetricValue } from '../../metrics/score.js';
import { NO_SCORE } from '../../metrics/course.js';
import { mostSpecific } from '../../metrics/definition.js';
import type { Metric } from '../../metrics/fold.js';
import type { MetricState } from '../../metrics/state.js';
import { metricOf, type Published } from './definitions.js';
import { piecesOf, type Piece } from './pieces.js';

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
  readonly pieces: readonly Piece[];
  readonly bands: readonly BandChange[];
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
  if (!metric || !state) {
    return { head, pieces: piecesOf({ from: 0, between: () => [NO_SCORE, NO_SCORE] }), bands: [] };
  }
  const pieces = piecesOf(metric.course(state, 0));
  return { head, pieces, bands: bandsFrom(metric, state, pieces) };
}

/** Looks closely only where the score may leave its band. */
function bandsFrom(metric: Metric, state: MetricState, pieces: readonly Piece[]): readonly BandChange[] {
  const bandAt = (score: number) => (score === NO_SCORE ? null : bandOf(metric, score));
  const { from } = pieces[0]!;
  let { band } = metric.value(state, from);
  const bands: BandChange[] = [{ at: from, band, was: null, isFirst: true }];
  for (const piece of pieces) {
    let at: number | undefined = piece.from;
    if (bandAt(piece.lowest) === band && bandAt(piece.highest) === band) continue;
    while (at !== undefined && bands.length < FORETOLD) {
      const next = metric.value(state, at).band;
      if (next !== band) bands.push({ at, band: (band = next), was: bands.at(-1)!.band, isFirst: false });
      at = metric.nextBandChangeAt(state, at, (piece.to - at) / DAY_MS);
    }
  }
  return bands;
}

const DAY_MS = 86_400_000;
