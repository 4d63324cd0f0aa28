import { inForce, type VersionInForce } from './explain.js';
import { inOrder, stood, type Fact, type Known } from './fact.js';
import type { MetricState } from './state.js';

export interface HistoryPoint {
  readonly at: number;
  readonly score: number | null;
  readonly band: string | null;
  /** The version in force at that moment. */
  readonly version: string;
}

/** Moments from the first to the last, both among them, as evenly apart as whole milliseconds can be. */
export const momentsBetween = (from: number, to: number, points: number): number[] =>
  points < 2
    ? [to]
    : Array.from({ length: points }, (_, index) => from + Math.round(((to - from) * index) / (points - 1)));

/**
 * The score of one relationship at each of these moments (rising), under the version that was in force then, by what is
 * known at `asKnown`. One pass over the facts, and one more for each version.
 */
export function history(
  versions: readonly VersionInForce[],
  facts: readonly Fact[],
  moments: readonly number[],
  { asKnown }: Pick<Known, 'asKnown'> = {},
): HistoryPoint[] {
  const standing = facts.filter((fact) => stood(fact, { asOf: Infinity, asKnown })).sort(inOrder);
  let [version, state, next]: [VersionInForce | undefined, MetricState | undefined, number] = [undefined, undefined, 0];
  return moments.flatMap((at) => {
    const now = inForce(versions, at);
    if (!now) return [];
    if (now !== version || !state) [version, state, next] = [now, now.metric.init(), 0];
    for (; next < standing.length && standing[next]!.occurredAt <= at; next++) now.metric.step(state, standing[next]!);
    const { score, band } = now.metric.value(state, at);
    return [{ at, score, band, version: now.name }];
  });
}
