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

const lowered = (caps: Program['caps'], { held }: MetricState): Program['caps'] => {
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

export function rawValues({ components }: Program, reading: Reading): number[] {
  const values = components.map(() => NaN); // an array of doubles, whatever comes first
  for (let index = 0; index < values.length; index++) values[index] = components[index]!.valueAt(reading);
  return values;
}

/** Of components that count, with their values. */
interface Counted {
  /** Of their weights. */
  readonly total: number;
  /** Of their weights times their values. */
  readonly points: number;
  readonly lowest: number;
}

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
  /** Places of those that count and whose values may change. */
  readonly moving: readonly number[];
  /** What the others come to. */
  readonly steady: Counted;
  /** Points of the others on the grid, where all weights together are as much as last time. */
  private lastTotal = NaN;
  private lastPoints = 0;

  /** `isSteady`: those whose values stay as they are here. */
  constructor(
    { components, definition, caps }: Program,
    state: MetricState,
    private readonly values: readonly number[],
    isSteady: (component: Component) => boolean = () => false,
  ) {
    this.instead = components.map((component) => counting(component, NaN, state.relationshipKind));
    this.weights = components.map((component) =>
      Number.isNaN(counting(component, 1, state.relationshipKind)) ? 0 : component.weight,
    );
    this.isWorst = definition.scoring === 'WORST_OF';
    this.highest = capped(100, lowered(caps, state));
    const moving: number[] = [];
    let [total, points, lowest] = [0, 0, Infinity];
    components.forEach((component, index) => {
      const weight = this.weights[index]!;
      if (weight === 0) return;
      if (!isSteady(component)) moving.push(index);
      const value = this.counted(values, index);
      if (!isSteady(component) || Number.isNaN(value)) return;
      total += weight;
      points += weight * value;
      lowest = Math.min(lowest, value);
    });
    this.moving = moving;
    this.steady = { total, points, lowest };
  }

  private counted(raw: readonly number[], index: number): number {
    const value = raw[index]!;
    return Number.isNaN(value) ? this.instead[index]! : value;
  }

  /** NaN when there is no data. */
  score(raw: readonly number[]): number {
    const { weights, moving } = this;
    let { total, lowest } = this.steady;
    for (const index of moving) {
      const value = this.counted(raw, index);
      if (Number.isNaN(value)) continue;
      total += weights[index]!;
      if (value < lowest) lowest = value;
    }
    if (total === 0) return NaN;
    let points = this.isWorst ? onGrid(100 * lowest) : this.steadyPoints(total);
    if (!this.isWorst) {
      for (const index of moving) {
        const value = this.counted(raw, index);
        if (!Number.isNaN(value)) points += onGrid((100 * weights[index]! * value) / total);
      }
    }
    return Math.min(this.highest, Math.max(0, points));
  }

  private steadyPoints(total: number): number {
    if (total === this.lastTotal) return this.lastPoints;
    this.lastTotal = total;
    this.lastPoints = 0;
    this.weights.forEach((weight, index) => {
      const value = this.counted(this.values, index);
      if (weight === 0 || this.moving.includes(index) || Number.isNaN(value)) return;
      this.lastPoints += onGrid((100 * weight * value) / total);
    });
    return this.lastPoints;
  }
}

export function scoreOf(program: Program, reading: Reading): number {
  const values = rawValues(program, reading);
  return new Scorer(program, reading.state, values).score(values);
}

export function valueOf(program: Program, reading: Reading): MetricValue {
  const raw = rawValues(program, reading);
  const { relationshipKind } = reading.state;
  const values = program.components.map((component, index) => counting(component, raw[index]!, relationshipKind));
  const contributions = contributionsOf(program, values);
  const caps = lowered(program.caps, reading.state);
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
