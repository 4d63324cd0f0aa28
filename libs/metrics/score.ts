import type { Program } from './compile.js';
import type { Component } from './component.js';
import type { Reading } from './reading.js';
import type { MetricState } from './state.js';

export interface ComponentValue {
  readonly name: string;
  /** 0 to 1; null when there is no data. */
  readonly value: number | null;
  readonly weight: number;
  /** Points of the score. The contributions of all components are exactly the score before caps. */
  readonly contribution: number;
  readonly missing: boolean;
}

export interface MetricValue {
  /** 0 to 100; null when no component has data. */
  readonly score: number | null;
  readonly beforeCaps: number | null;
  readonly band: string | null;
  readonly components: readonly ComponentValue[];
  /** The caps that hold, whether or not the score would be higher. */
  readonly caps: readonly { readonly name: string; readonly at: number }[];
}

/**
 * Points are multiples of 2^-40, less than 1e-12: so they and their differences add up exactly, in any order, and a
 * change is exactly the sum of what made it.
 */
const GRID = 2 ** 40;
export const onGrid = (points: number): number => Math.round(points * GRID) / GRID;

const NEUTRAL = 0.5;

/** A component's value as it counts: NaN leaves it out. */
function counting(component: Component, value: number, relationshipKind: string | null): number {
  const { relationshipKinds, missing } = component;
  if (relationshipKinds && !(relationshipKind !== null && relationshipKinds.has(relationshipKind))) return NaN;
  if (!Number.isNaN(value)) return value;
  return missing === 'EXCLUDE' ? NaN : missing === 'NEUTRAL' ? NEUTRAL : 0;
}

/** domain.md 5a: H = 100 sum w x / sum w over the components that have data; WORST_OF: 100 times the lowest x. */
function contributionsOf({ definition, components }: Program, values: readonly number[]): number[] {
  if (definition.scoring === 'WORST_OF') {
    let worst = -1;
    values.forEach((value, index) => {
      if (components[index]!.weight > 0 && !Number.isNaN(value) && !(value >= values[worst]!)) worst = index;
    });
    return values.map((value, index) => (index === worst ? onGrid(100 * value) : 0));
  }
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    if (!Number.isNaN(values[index]!)) total += components[index]!.weight;
  }
  return values.map((value, index) =>
    Number.isNaN(value) || total === 0 ? 0 : onGrid((100 * components[index]!.weight * value) / total),
  );
}

const hasData = ({ components }: Program, values: readonly number[]): boolean =>
  values.some((value, index) => components[index]!.weight > 0 && !Number.isNaN(value));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const lowered = ({ caps }: Program, { held }: MetricState): Program['caps'] => {
  if (!held) return [];
  let open = 0;
  for (const bits of held.values()) if (bits > 0) open |= bits;
  return caps.filter((_, index) => (open & (1 << index)) !== 0);
};

const capped = (points: number, caps: Program['caps']): number =>
  caps.reduce((score, { at }) => Math.min(score, onGrid(at)), Math.min(100, Math.max(0, points)));

/** The name of the band that the score lies in. */
export const bandOf = ({ definition: { bands } }: Pick<Program, 'definition'>, score: number): string =>
  (bands.find(({ from }) => score >= from) ?? bands.at(-1)!).name;

export const rawValues = ({ components }: Program, reading: Reading): number[] =>
  components.map((component) => component.valueAt(reading));

/**
 * The score of one state from the values of its components: the same as `valueOf` says to the last bit, since points add up
 * exactly, without making anything. It runs many times for each relationship.
 */
export class Scorer {
  /** What a component without data counts as; NaN: nothing, or it is not for this kind of relationship. */
  readonly instead: readonly number[];
  /** 0: it does not count, or is not for this kind of relationship. */
  readonly weights: readonly number[];
  readonly isWorst: boolean;
  /** What caps leave. */
  readonly highest: number;
  private readonly counted: number[];

  constructor(program: Program, state: MetricState) {
    const { components, definition } = program;
    this.instead = components.map((component) => counting(component, NaN, state.relationshipKind));
    this.weights = components.map((component) =>
      Number.isNaN(counting(component, 1, state.relationshipKind)) ? 0 : component.weight,
    );
    this.isWorst = definition.scoring === 'WORST_OF';
    this.highest = capped(100, lowered(program, state));
    this.counted = components.map(() => NaN);
  }

  /** NaN when there is no data. */
  score(raw: readonly number[]): number {
    const { weights, instead, counted } = this;
    let [total, lowest] = [0, Infinity];
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index]!;
      let value = weight > 0 ? raw[index]! : NaN;
      if (weight > 0 && Number.isNaN(value)) value = instead[index]!;
      counted[index] = value;
      if (Number.isNaN(value)) continue;
      total += weight;
      if (value < lowest) lowest = value;
    }
    if (total === 0) return NaN;
    let points = 0;
    if (this.isWorst) points = onGrid(100 * lowest);
    else {
      for (let index = 0; index < weights.length; index++) {
        const value = counted[index]!;
        if (!Number.isNaN(value)) points += onGrid((100 * weights[index]! * value) / total);
      }
    }
    return Math.min(this.highest, Math.max(0, points));
  }
}

export const scoreOf = (program: Program, reading: Reading): number =>
  new Scorer(program, reading.state).score(rawValues(program, reading));

export function valueOf(program: Program, reading: Reading): MetricValue {
  const raw = rawValues(program, reading);
  const { relationshipKind } = reading.state;
  const values = program.components.map((component, index) => counting(component, raw[index]!, relationshipKind));
  const contributions = contributionsOf(program, values);
  const caps = lowered(program, reading.state);
  const beforeCaps = hasData(program, values) ? sum(contributions) : null;
  const score = beforeCaps === null ? null : capped(beforeCaps, caps);
  return {
    score,
    beforeCaps,
    band: score === null ? null : bandOf(program, score),
    components: program.components.map(({ name, weight }, index) => ({
      name,
      weight,
      value: Number.isNaN(values[index]!) ? null : values[index]!,
      contribution: contributions[index]!,
      missing: Number.isNaN(raw[index]!) || Number.isNaN(values[index]!),
    })),
    caps: caps.map(({ name, at }) => ({ name, at })),
  };
}
