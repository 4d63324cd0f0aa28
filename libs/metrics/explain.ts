import { inOrder, stood, type Fact, type Known } from './fact.js';
import type { Metric } from './fold.js';
import type { MetricValue } from './score.js';
import type { MetricState } from './state.js';

/** A definition and from when on (milliseconds) it is the one in force. */
export interface VersionInForce {
  readonly metric: Metric;
  /** As people call it, `relationship-health@2`. */
  readonly name: string;
  readonly from: number;
}

/** What moved a score, and how much: a fact, time in which nothing happened, or another definition. */
export type ExplainedLine = {
  /** When it moved; of TIME the end of the wait. */
  readonly at: number;
  readonly points: number;
  /** Components that moved by it. Their points and `capPoints` are exactly `points`. */
  readonly components: readonly { readonly name: string; readonly points: number }[];
  /** What caps took, or gave back. */
  readonly capPoints: number;
} & (
  | { readonly kind: 'FACT'; readonly fact: Fact }
  | { readonly kind: 'TIME'; readonly since: number }
  | { readonly kind: 'DEFINITION'; readonly from: string; readonly to: string }
);

export interface Explanation {
  readonly from: number;
  readonly to: number;
  /** Null without data: then points count from 0. */
  readonly scoreFrom: number | null;
  readonly scoreTo: number | null;
  /** Their points add up exactly to the difference of the scores. */
  readonly lines: readonly ExplainedLine[];
}

/** The version in force at a moment; before the first one, the first. */
export const inForce = <V extends Pick<VersionInForce, 'from'>>(versions: readonly V[], at: number): V | undefined =>
  versions.findLast(({ from }) => from <= at) ?? versions[0];

/**
 * Walks from one moment to another over the facts of one relationship (in any order), and over the versions of its
 * definition (in the order in which they came into force; at least one).
 */
export function explain(
  versions: readonly VersionInForce[],
  facts: readonly Fact[],
  from: number,
  { asOf: to, asKnown }: Known,
): Explanation {
  const standing = facts.filter((fact) => stood(fact, { asOf: to, asKnown })).sort(inOrder);
  const walk = new Walk(inForce(versions, from)!, standing, from);
  const scoreFrom = walk.value.score;
  const changes = versions.filter((version) => version.from > from && version.from <= to);
  for (const fact of standing.filter(({ occurredAt }) => occurredAt > from)) {
    while (changes[0] && changes[0].from < fact.occurredAt) walk.change(changes.shift()!);
    walk.happen(fact);
  }
  for (const version of changes) walk.change(version);
  walk.wait(to);
  return { from, to, scoreFrom, scoreTo: walk.value.score, lines: walk.lines };
}

class Walk {
  readonly lines: ExplainedLine[] = [];
  value: MetricValue;
  private state: MetricState;
  private now: number;

  constructor(
    private version: VersionInForce,
    private readonly facts: readonly Fact[],
    from: number,
  ) {
    this.now = from;
    this.state = version.metric.foldAll(facts, { asOf: from });
    this.value = version.metric.value(this.state, from);
  }

  wait(until: number): void {
    const since = this.now;
    this.now = until;
    const moved = this.moved();
    if (isAnything(moved)) this.lines.push({ kind: 'TIME', since, ...moved });
  }

  happen(fact: Fact): void {
    this.wait(fact.occurredAt);
    this.version.metric.step(this.state, fact);
    const moved = this.moved();
    if (isAnything(moved)) this.lines.push({ kind: 'FACT', fact, ...moved });
  }

  change(to: VersionInForce): void {
    this.wait(to.from);
    const from = this.version.name;
    this.version = to;
    this.state = to.metric.foldAll(this.facts, { asOf: to.from });
    this.lines.push({ kind: 'DEFINITION', from, to: to.name, ...this.moved() });
  }

  private moved(): Moved {
    const before = this.value;
    this.value = this.version.metric.value(this.state, this.now);
    return { at: this.now, ...difference(before, this.value) };
  }
}

type Moved = Pick<ExplainedLine, 'at' | 'points' | 'components' | 'capPoints'>;

const isAnything = ({ points, components }: Moved): boolean => points !== 0 || components.length > 0;

/** What lies between two values. Points are on one grid, so that nothing is lost in these subtractions. */
export function difference(before: MetricValue, after: MetricValue): Omit<Moved, 'at'> {
  const moved = new Map<string, number>();
  for (const { name, contribution } of after.components) moved.set(name, contribution);
  for (const { name, contribution } of before.components) moved.set(name, (moved.get(name) ?? 0) - contribution);
  const components = [...moved].filter(([, points]) => points !== 0).map(([name, points]) => ({ name, points }));
  const points = (after.score ?? 0) - (before.score ?? 0);
  return { points, components, capPoints: points - components.reduce((sum, each) => sum + each.points, 0) };
}
