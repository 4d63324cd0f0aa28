import type { FactField } from './conditions.js';
import { FIELD_OF } from './conditions.js';
import type { CompiledCap } from './compile.js';
import type { Component } from './component.js';
import { FACT_KINDS, type Fact, type FactKind } from './fact.js';

/** What a fact does to a state, flat: places and amounts side by side, so that nothing is allocated for a fact. */
export interface Shape {
  readonly slots: readonly number[];
  readonly clocks: readonly number[];
  readonly amounts: readonly number[];
  /** The clocks that occur, each once. */
  readonly distinct: readonly number[];
  readonly marks: readonly number[];
  readonly gates: readonly Gated[];
  readonly promise: 'OPEN' | 'MOVE' | 'CLOSE' | undefined;
  /** A bit for each cap that it is about. */
  readonly caps: number;
  /** Effects by component, for who wants to know why. */
  readonly weights: readonly number[];
}

/** What is only added when the last one like it is long enough ago. */
export interface Gated {
  readonly slot: number;
  readonly positionSlot: number;
  readonly withinMs: number;
  readonly shape: Pick<Shape, 'slots' | 'clocks' | 'amounts' | 'distinct' | 'marks'>;
}

interface Branch {
  readonly reads: readonly ((fact: Fact) => unknown)[];
  readonly root: Map<unknown, unknown>;
  /** Without anything to tell facts of the kind apart. */
  only: Shape | undefined;
}

/** How many shapes are remembered: enumerations make hundreds, free numbers may make any number. */
const REMEMBERED = 100_000;

/** Finds what a fact does by the fields that decide on it: no expression runs twice for facts that agree in them. */
export class Shapes {
  /** What decides, of any kind. */
  readonly fields = new Set<FactField>();
  private readonly branches = new Map<FactKind, Branch>();
  private remembered = 0;

  constructor(
    private readonly components: readonly Component[],
    private readonly caps: readonly CompiledCap[],
  ) {
    for (const kind of FACT_KINDS) {
      const fields = new Set<FactField>(components.flatMap((each) => (each.kinds.includes(kind) ? each.fields : [])));
      if (kind === 'FEEDBACK') for (const cap of caps) for (const field of cap.condition.fields) fields.add(field);
      fields.delete('kind');
      for (const field of fields) this.fields.add(field);
      const reads = [...fields].map((field) => FIELD_OF[field]);
      this.branches.set(kind, { reads, root: new Map(), only: undefined });
    }
  }

  of(fact: Fact): Shape {
    const branch = this.branches.get(fact.kind)!;
    const { reads, root } = branch;
    const last = reads.length - 1;
    if (last < 0) return (branch.only ??= this.shapeOf(fact));
    let node = root;
    for (let index = 0; index < last; index++) {
      const value = reads[index]!(fact);
      let next = node.get(value) as Map<unknown, unknown> | undefined;
      if (next === undefined) node.set(value, (next = new Map()));
      node = next;
    }
    const value = reads[last]!(fact);
    let shape = node.get(value) as Shape | undefined;
    if (shape === undefined) {
      if (++this.remembered > REMEMBERED) this.forget();
      node.set(value, (shape = this.shapeOf(fact)));
    }
    return shape;
  }

  private forget(): void {
    for (const { root } of this.branches.values()) root.clear();
    this.remembered = 0;
  }

  private shapeOf(fact: Fact): Shape {
    const plain = new Gathered();
    const gates: Gated[] = [];
    const weights: number[] = [];
    let promise: Shape['promise'];
    for (const component of this.components) {
      const effect = component.kinds.includes(fact.kind) ? component.effectOf(fact) : undefined;
      const { adds = [], marks = [], gate } = effect ?? {};
      const gathered = gate ? new Gathered() : plain;
      for (const { to, amount } of adds) gathered.add(to.slot, to.clock, amount);
      gathered.marks.push(...marks);
      if (gate) gates.push({ ...gate, shape: gathered });
      promise ??= effect?.promise;
      weights.push(adds.reduce((most, { amount }) => Math.max(most, Math.abs(amount)), marks.length > 0 ? 1 : 0));
    }
    let caps = 0;
    if (fact.kind === 'FEEDBACK') {
      this.caps.forEach((cap, index) => {
        if (cap.condition.of(fact)) caps |= 1 << index;
      });
    }
    const { slots, clocks, amounts, distinct, marks } = plain;
    return { slots, clocks, amounts, distinct, marks, gates, promise, caps, weights };
  }
}

class Gathered {
  readonly slots: number[] = [];
  readonly clocks: number[] = [];
  readonly amounts: number[] = [];
  readonly distinct: number[] = [];
  readonly marks: number[] = [];

  add(slot: number, clock: number, amount: number): void {
    if (amount === 0) return;
    this.slots.push(slot);
    this.clocks.push(clock);
    this.amounts.push(amount);
    if (!this.distinct.includes(clock)) this.distinct.push(clock);
  }
}
