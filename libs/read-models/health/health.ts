import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import { explain, type Explanation, type VersionInForce } from '../../metrics/explain.js';
import type { Fact } from '../../metrics/fact.js';
import { topReasons } from '../../metrics/reasons.js';
import type { MetricValue } from '../../metrics/score.js';
import { metricOf, type Published } from './definitions.js';

/** Events that stand behind a component, at most. */
const EVIDENCE = 3;

/** How a relationship is at a moment, under one definition, from its facts. */
export function healthAt(definition: Published, facts: readonly Fact[], asOf: Instant): MetricValue {
  const metric = metricOf(definition);
  const known = { asOf: toMillis(asOf) };
  return metric.value(metric.foldAll(facts, known), known.asOf);
}

/** The facts that count most in each component, by its name. */
export const evidenceAt = (
  definition: Published,
  facts: readonly Fact[],
  asOf: Instant,
): ReadonlyMap<string, readonly Fact[]> => metricOf(definition).evidence(facts, { asOf: toMillis(asOf) }, EVIDENCE);

/** When it comes into another band if nothing happens, in milliseconds; undefined: not within three years. */
export function nextBandChange(definition: Published, facts: readonly Fact[], asOf: Instant): number | undefined {
  const metric = metricOf(definition);
  const known = { asOf: toMillis(asOf) };
  return metric.nextBandChangeAt(metric.foldAll(facts, known), known.asOf);
}

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
