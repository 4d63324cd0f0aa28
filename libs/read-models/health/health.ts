import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import { explain, inForce, type Explanation, type VersionInForce } from '../../metrics/explain.js';
import { inOrder, type Fact } from '../../metrics/fact.js';
import { topReasons } from '../../metrics/reasons.js';
import type { MetricValue } from '../../metrics/score.js';
import type { MetricState } from '../../metrics/state.js';
import { metricOf, type Published } from './definitions.js';

/** Events that stand behind a component, at most. */
const EVIDENCE = 3;

/** How a relationship is at a moment, under one definition, from its facts. */
export interface HealthValue extends MetricValue {
  readonly evidence: ReadonlyMap<string, readonly Fact[]>;
}

export function healthAt(definition: Published, facts: readonly Fact[], asOf: Instant): HealthValue {
  const metric = metricOf(definition);
  const known = { asOf: toMillis(asOf) };
  const value = metric.value(metric.foldAll(facts, known), known.asOf);
  return { ...value, evidence: metric.evidence(facts, known, EVIDENCE) };
}

export interface HistoryPoint {
  /** Milliseconds. */
  readonly at: number;
  readonly score: number | null;
  readonly band: string | null;
  /** `relationship-health@2`. */
  readonly version: string;
}

/** The score at evenly spread moments, each by the version that was in force then. */
export function historyOf(
  versions: readonly VersionInForce[],
  facts: readonly Fact[],
  [from, to]: readonly [number, number],
  points: number,
): HistoryPoint[] {
  const sorted = facts.toSorted(inOrder);
  let version: VersionInForce | undefined;
  let state: MetricState | undefined;
  let next = 0;
  return Array.from({ length: points }, (_, index) => {
    const at = points === 1 ? to : from + ((to - from) * index) / (points - 1);
    const wanted = inForce(versions, at)!;
    if (wanted !== version || !state) {
      version = wanted;
      state = wanted.metric.init();
      next = 0;
    }
    while (next < sorted.length && sorted[next]!.occurredAt <= at) wanted.metric.step(state, sorted[next++]!);
    const { score, band } = wanted.metric.value(state, at);
    return { at, score, band, version: wanted.name };
  });
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
