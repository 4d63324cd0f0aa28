import { explain, type Explanation, type VersionInForce } from '../../metrics/explain.js';
import type { Fact } from '../../metrics/fact.js';
import { topReasons } from '../../metrics/reasons.js';
import type { MetricValue } from '../../metrics/score.js';
import type { MetricState } from '../../metrics/state.js';
import { metricOf, type Published } from './definitions.js';

/** Events that stand behind a component, at most. */
const EVIDENCE = 3;

/** What of the facts of a relationship its score follows from at a moment (milliseconds), under one definition. */
export const stateAt = (definition: Published, facts: readonly Fact[], asOf: number): MetricState =>
  metricOf(definition).foldAll(facts, { asOf });

/** How it is then. */
export const healthAt = (definition: Published, state: MetricState, asOf: number): MetricValue =>
  metricOf(definition).value(state, asOf);

/** The facts that count most in each component, by its name. */
export const evidenceAt = (
  definition: Published,
  facts: readonly Fact[],
  asOf: number,
): ReadonlyMap<string, readonly Fact[]> => metricOf(definition).evidence(facts, { asOf }, EVIDENCE);

/** When it comes into another band if nothing happens, in milliseconds; undefined: not within three years. */
export const nextBandChange = (definition: Published, state: MetricState, asOf: number): number | undefined =>
  metricOf(definition).nextBandChangeAt(state, asOf);

/** What moved the score most lately, in words with points. */
export function reasonsFor(explanation: Explanation): string[] {
  return topReasons(explanation).map(
    ({ text, points }) => `${text}: ${points > 0 ? '+' : ''}${points.toFixed(1)} points`,
  );
}

/** What moved the score from one moment (milliseconds) to another. */
export const explained = (
  versions: readonly VersionInForce[],
  facts: readonly Fact[],
  [from, to]: readonly [number, number],
): Explanation => explain(versions, facts, from, { asOf: to });
