import { inverse } from './inverse.js';
import { byKey } from './models.js';

type Key = string | null;

/** How often one step was followed by another. */
interface Steps {
  readonly to: Map<Key, number>;
  conversions: number;
  nulls: number;
}

/** More sources than this take too long for an answer: the work grows with their cube. */
export const MOST_MARKOV_SOURCES = 500;

export class TooManySources extends Error {
  constructor(readonly sources: number) {
    super(`${String(sources)} sources are more than the ${String(MOST_MARKOV_SOURCES)} that MARKOV can compare.`);
    this.name = 'TooManySources';
  }
}

export interface RemovalEffect {
  readonly key: Key;
  /** By which share fewer conversions there were, did each journey through the source end there: 0..1. */
  readonly effect: number;
}

export interface RemovalEffects {
  /** Conversions by journeys; 0 without journeys. */
  readonly baseConversion: number;
  /** In the order of keys. */
  readonly effects: readonly RemovalEffect[];
}

/**
 * Journeys as a first-order Markov chain over start, sources, conversion and null (Anderl, Becker, von Wangenheim and
 * Schumann, Mapping the customer journey, IJRM 2016). It needs lost journeys, too: without them only how often a source
 * is on the way counts. Memory is bounded by pairs of sources, not by journeys.
 */
export class TransitionCounts {
  private readonly start: Steps = none();
  private readonly sources = new Map<Key, Steps>();

  /** A journey with at least one touchpoint. */
  add(keys: readonly Key[], conversions: number, nulls: number): void {
    if (conversions + nulls === 0) return;
    let from = this.start;
    let previous: Key | undefined;
    for (const key of keys) {
      if (key === previous) continue; // a step onto itself changes no removal effect
      from.to.set(key, (from.to.get(key) ?? 0) + conversions + nulls);
      from = this.stepsOf(key);
      previous = key;
    }
    from.conversions += conversions;
    from.nulls += nulls;
  }

  /**
   * RE_i = (F_si / F_ii) * h_i / h_s, with F = (I - Q)^-1 the expected visits and h = F * R the chance of conversion:
   * all removals at the price of one. Throws `TooManySources`.
   */
  removalEffects(): RemovalEffects {
    const keys = [...this.sources.keys()].sort(byKey);
    if (keys.length > MOST_MARKOV_SOURCES) throw new TooManySources(keys.length);
    const rows = keys.map((key) => probabilities(this.sources.get(key)!, keys));
    const visits = inverse(rows.map(({ to }, i) => to.map((p, j) => (i === j ? 1 - p : -p))));
    const chances = visits.map((row) => dot(row, rows, ({ conversion }) => conversion));
    const { to: fromStart } = probabilities(this.start, keys);
    const baseConversion = dot(fromStart, chances, (chance) => chance);
    const effects = keys.map((key, i) => {
      const visited = dot(fromStart, visits, (row) => row[i]!);
      const effect = baseConversion === 0 ? 0 : ((visited / visits[i]![i]!) * chances[i]!) / baseConversion;
      return { key, effect };
    });
    return { baseConversion, effects };
  }

  private stepsOf(key: Key): Steps {
    let steps = this.sources.get(key);
    if (!steps) this.sources.set(key, (steps = none()));
    return steps;
  }
}

const none = (): Steps => ({ to: new Map(), conversions: 0, nulls: 0 });

function probabilities({ to, conversions, nulls }: Steps, keys: readonly Key[]) {
  const all = [...to.values()].reduce((sum, count) => sum + count, conversions + nulls);
  if (all === 0) return { to: keys.map(() => 0), conversion: 0 };
  return { to: keys.map((key) => (to.get(key) ?? 0) / all), conversion: conversions / all };
}

function dot<Item>(weights: ArrayLike<number>, items: readonly Item[], valueOf: (item: Item) => number): number {
  let sum = 0;
  for (let i = 0; i < items.length; i++) sum += weights[i]! * valueOf(items[i]!);
  return sum;
}
