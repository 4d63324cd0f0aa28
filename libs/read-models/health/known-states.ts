import { LRUCache } from 'lru-cache';
import { inOrder, type Fact } from '../../metrics/fact.js';
import type { Metric } from '../../metrics/fold.js';
import type { MetricState } from '../../metrics/state.js';

/** Relationships whose states are kept in memory: those that something happened in last. */
const KEPT = 20_000;

interface Known {
  /** Every fact up to this position is in it. */
  readonly position: number;
  /** By the hash of the definition. */
  readonly states: ReadonlyMap<string, MetricState>;
}

/**
 * States of relationships by what stands now. New facts are folded in; what was corrected, retracted, joined, or comes too
 * late for what depends on order makes a relationship forgotten: then it is folded from its facts.
 */
export class KnownStates {
  private readonly known = new LRUCache<string, Known>({ max: KEPT });

  has(tenantId: string, id: string): boolean {
    return this.known.has(keyOf(tenantId, id));
  }

  forget(tenantId: string, id: string): void {
    this.known.delete(keyOf(tenantId, id));
  }

  /** Folds in what it does not hold yet; false, and it is forgotten: it must be folded from its facts. */
  take(tenantId: string, id: string, facts: readonly Fact[], metrics: readonly Metric[]): boolean {
    const key = keyOf(tenantId, id);
    const known = this.known.get(key);
    const isFoldable =
      known !== undefined && metrics.every((metric) => known.states.has(metric.hash)) && foldIn(known, facts, metrics);
    if (!isFoldable) {
      this.known.delete(key);
      return false;
    }
    this.known.set(key, { ...known, position: Math.max(known.position, ...facts.map(({ position }) => position)) });
    return true;
  }

  /** From all facts that stand. */
  fold(tenantId: string, id: string, facts: readonly Fact[], metrics: readonly Metric[]): void {
    const states = new Map(metrics.map((metric) => [metric.hash, metric.foldAll(facts, { asOf: Infinity })]));
    const position = facts.reduce((last, fact) => Math.max(last, fact.position), 0);
    this.known.set(keyOf(tenantId, id), { position, states });
  }

  stateOf(tenantId: string, id: string, metric: Metric): MetricState | undefined {
    return this.known.get(keyOf(tenantId, id))?.states.get(metric.hash);
  }
}

const keyOf = (tenantId: string, id: string): string => `${tenantId} ${id}`;

function foldIn({ position, states }: Known, facts: readonly Fact[], metrics: readonly Metric[]): boolean {
  const fresh = facts.filter((fact) => fact.position > position).sort(inOrder);
  return fresh.every((fact) => metrics.every((metric) => metric.step(states.get(metric.hash)!, fact)));
}
