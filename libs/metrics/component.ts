import type { FactField, Rule } from './conditions.js';
import type { ComponentDefinition, Counting, MetricDefinition, MissingPolicy } from './definition.js';
import type { Fact, FactKind } from './fact.js';
import type { Layout, Sum } from './layout.js';
import type { Reading } from './reading.js';

/** What a fact does to a state. It depends on the fields that the component named, so facts that agree in them share it. */
export interface Effect {
  /** What it adds to which sums. */
  readonly adds?: readonly { readonly to: Sum; readonly amount: number }[];
  /** Places that keep the last moment of such a fact. */
  readonly marks?: readonly number[];
  /** Places of the last one like it, by time and position: nothing is added within so many milliseconds of it. */
  readonly gate?: { readonly slot: number; readonly positionSlot: number; readonly withinMs: number };
  /** Promise that it opens, moves or closes. */
  readonly promise?: 'OPEN' | 'MOVE' | 'CLOSE';
}

export interface Component {
  readonly name: string;
  readonly weight: number;
  readonly missing: MissingPolicy;
  readonly relationshipKinds: ReadonlySet<string> | undefined;
  /** Kinds of facts that can have an effect. */
  readonly kinds: readonly FactKind[];
  /** What decides on the effect, beside the kind. */
  readonly fields: readonly FactField[];
  effectOf(fact: Fact): Effect | undefined;
  /** From 0 to 1; NaN when there is no data. Between two breakpoints it only rises or only falls. */
  valueAt(reading: Reading): number;
  /** Time alone does not change it. */
  readonly isSteady?: boolean;
  /** Moments after which another formula holds. */
  breakpoints?(reading: Reading): readonly number[];
  /** Lowest and highest value between two moments, where it may do both. */
  boundsBetween?(from: Reading, to: Reading): readonly [number, number];
}

/** What a component is built from. */
export interface Plan {
  readonly definition: MetricDefinition;
  readonly layout: Layout;
  /** Compiles a condition of the component; absent: `otherwise`. */
  condition(field: string, source: string | undefined, otherwise?: Rule<boolean>): Rule<boolean>;
  /** Compiles `weigh` of the component. */
  weight(counting: Counting): Rule<number>;
  /** The component of promises, for those that build on it. */
  readonly commitments: Component | undefined;
}

export type Builder<D extends ComponentDefinition> = (definition: D, plan: Plan) => Building;
export type Building = Omit<Component, 'name' | 'weight' | 'missing' | 'relationshipKinds'>;

export const clamp01 = (value: number): number => (value < 0 ? 0 : value > 1 ? 1 : value);
