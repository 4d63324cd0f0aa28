import { program, type Program } from './compile.js';
import { contentHash, type MetricDefinition } from './definition.js';
import { inOrder, stood, type Fact, type Known } from './fact.js';
import { evidenceFor } from './evidence.js';
import {
  CADENCE_AT,
  CADENCE_DAYS,
  CADENCE_POSITION,
  DAY,
  LATEST_AT,
  MIX_AT,
  MIX_POSITION,
  OPENED_AT,
  ORDERED_AT,
  ORDERED_POSITION,
  worth,
} from './layout.js';
import { Reading } from './reading.js';
import { scoreOf, valueOf, type MetricValue } from './score.js';
import { nextBandChange } from './band-change.js';
import { Course, type Moment } from './course.js';
import { Shapes, type Shape } from './shapes.js';
import type { MetricState } from './state.js';

/** A definition as one pure fold. Nothing here reads a clock: every moment is an argument. */
export interface Metric {
  readonly definition: MetricDefinition;
  readonly hash: string;
  /** What the fold asks of facts. */
  readonly fields: ReadonlySet<keyof Fact>;
  /** The state of a relationship that nothing is known of. */
  init(): MetricState;
  /**
   * Folds a fact into the state, whenever it arrives. False, and nothing is changed: it came too late for what depends
   * on order (steps of promises and of feedback, touches that may count twice); fold the relationship from its facts.
   */
  step(state: MetricState, fact: Fact): boolean;
  /** The score and how it comes about at `at` (milliseconds), or at the last fact when that is later. */
  value(state: MetricState, at: number): MetricValue;
  /** The score alone; NaN when no component has data. */
  score(state: MetricState, at: number): number;
  /** The score as a function of time while nothing happens, from `at` on, or from the last fact when that is later. */
  course(state: MetricState, at: number): Course;
  /** From what stood at that time: the facts of one relationship in any order. */
  foldAll(facts: Iterable<Fact>, known: Known): MetricState;
  /** The facts that count most in each component at that time, by the name of the component. */
  evidence(facts: Iterable<Fact>, known: Known, limit: number): ReadonlyMap<string, readonly Fact[]>;
  /**
   * The first moment after `at` at which the score is in another band if nothing happens, at most a minute late;
   * undefined: not within `horizonDays`, three years when absent.
   */
  nextBandChangeAt(state: MetricState, at: number, horizonDays?: number): number | undefined;
  /** The same on a course, behind one moment and not behind another. */
  bandChangeOn(course: Course, from: Moment, until: Moment): Moment | undefined;
}

/** Throws DefinitionInvalid when an expression does not compile. */
export const compile = (definition: MetricDefinition): Metric => new Fold(definition);

class Fold implements Metric {
  readonly hash: string;
  readonly fields: ReadonlySet<keyof Fact>;
  private readonly program: Program;
  private readonly shapes: Shapes;
  /** What a weight of 1 is worth on each clock, for the fact at hand. */
  private readonly worths: number[];

  constructor(readonly definition: MetricDefinition) {
    this.hash = contentHash(definition);
    this.program = program(definition);
    this.shapes = new Shapes(this.program.components, this.program.caps);
    this.fields = new Set([...FOLDED, ...this.shapes.fields]);
    this.worths = this.program.layout.clocks.map(() => 1);
  }

  init(): MetricState {
    const numbers = this.program.layout.numbers();
    return { numbers, relationshipKind: null, mixTarget: null, promises: null, held: null };
  }

  step(state: MetricState, fact: Fact): boolean {
    const shape = this.shapes.of(fact);
    if (isTooLate(state, fact, shape)) return false;
    const { numbers } = state;
    const { occurredAt, kind } = fact;
    if (occurredAt > numbers[LATEST_AT]!) numbers[LATEST_AT] = occurredAt;
    this.add(numbers, occurredAt, shape);
    for (const gate of shape.gates) {
      if (occurredAt - numbers[gate.slot]! > gate.withinMs) this.add(numbers, occurredAt, gate.shape);
      numbers[gate.slot] = occurredAt;
      numbers[gate.positionSlot] = fact.position;
    }
    if (shape.promise !== undefined) stepPromise(state, fact, shape.promise);
    if (kind === 'TOUCH') return true;
    if (isOrdered(fact, shape)) {
      numbers[ORDERED_AT] = occurredAt;
      numbers[ORDERED_POSITION] = fact.position;
    }
    if (shape.caps !== 0 || kind.startsWith('FEEDBACK_')) stepFeedback(state, fact, shape.caps);
    else if (kind === 'OPENED' || kind === 'CADENCE_SET' || kind === 'CHANNEL_MIX_TARGET_SET') stepTerms(state, fact);
    return true;
  }

  private add(
    numbers: number[],
    at: number,
    shape: Pick<Shape, 'slots' | 'clocks' | 'amounts' | 'distinct' | 'marks'>,
  ) {
    const { slots, clocks, amounts, distinct, marks } = shape;
    const { worths } = this;
    for (let index = 0; index < distinct.length; index++) {
      const clock = distinct[index]!;
      worths[clock] = worth(this.program.layout.clocks[clock]!, numbers, at);
    }
    for (let index = 0; index < slots.length; index++)
      numbers[slots[index]!]! += amounts[index]! * worths[clocks[index]!]!;
    for (let index = 0; index < marks.length; index++) if (at > numbers[marks[index]!]!) numbers[marks[index]!] = at;
  }

  private reading(state: MetricState, at: number): Reading {
    const moment = Math.max(at, state.numbers[LATEST_AT]!);
    return new Reading(this.program.layout, state, moment, this.definition.cadenceDays);
  }

  value(state: MetricState, at: number): MetricValue {
    return valueOf(this.program, this.reading(state, at));
  }

  score(state: MetricState, at: number): number {
    return scoreOf(this.program, this.reading(state, at));
  }

  course(state: MetricState, at: number): Course {
    return new Course(this.program, (moment) => this.reading(state, moment), Math.max(at, state.numbers[LATEST_AT]!));
  }

  foldAll(facts: Iterable<Fact>, known: Known): MetricState {
    const state = this.init();
    const standing = [...facts].filter((fact) => stood(fact, known)).sort(inOrder);
    for (const fact of standing) this.step(state, fact);
    return state;
  }

  evidence(facts: Iterable<Fact>, known: Known, limit: number): ReadonlyMap<string, readonly Fact[]> {
    const standing = [...facts].filter((fact) => stood(fact, known)).sort(inOrder);
    return evidenceFor(this.program, this.shapes, standing, limit);
  }

  nextBandChangeAt(state: MetricState, at: number, horizonDays = HORIZON_DAYS): number | undefined {
    const course = this.course(state, at);
    return this.bandChangeOn(course, course.begin, course.at(course.begin.at + horizonDays * DAY))?.at;
  }

  bandChangeOn(course: Course, from: Moment, until: Moment): Moment | undefined {
    return nextBandChange(this.program, course, from, until);
  }
}

/** Whatever the definition says: order, terms of the relationship, steps of promises and of feedback. */
const FOLDED: readonly (keyof Fact)[] = [
  ...(['relationshipId', 'kind', 'occurredAt', 'position', 'entryId', 'dueAt'] as const),
  ...(['detail', 'intervalDays', 'sharesBp'] as const),
];

const HORIZON_DAYS = 3 * 365;

/** What depends on order is only folded in order: steps of promises and feedback, and touches that may count twice. */
function isTooLate({ numbers }: MetricState, fact: Fact, shape: Shape): boolean {
  for (const { slot, positionSlot } of shape.gates) if (isBefore(fact, numbers, slot, positionSlot)) return true;
  return isOrdered(fact, shape) && isBefore(fact, numbers, ORDERED_AT, ORDERED_POSITION);
}

const isOrdered = ({ kind }: Fact, { promise, caps }: Shape): boolean =>
  kind !== 'TOUCH' && (promise !== undefined || caps !== 0 || kind.startsWith('FEEDBACK_'));

function isBefore({ occurredAt, position }: Fact, numbers: readonly number[], at: number, place: number): boolean {
  return occurredAt < numbers[at]! || (occurredAt === numbers[at] && position < numbers[place]!);
}

function stepPromise(state: MetricState, { entryId, dueAt }: Fact, promise: NonNullable<Shape['promise']>): void {
  if (entryId === null) return;
  if (promise === 'CLOSE') state.promises?.delete(entryId);
  else if (dueAt !== null && (promise === 'OPEN' || state.promises?.has(entryId))) {
    (state.promises ??= new Map()).set(entryId, dueAt);
  }
}

/** Feedback is open until it is resolved, and again when it is reopened or the resolution disputed. */
function stepFeedback(state: MetricState, { kind, entryId }: Fact, caps: number): void {
  if (entryId === null) return;
  if (kind === 'FEEDBACK') {
    (state.held ??= new Map()).set(entryId, caps);
    return;
  }
  const held = state.held?.get(entryId);
  if (held === undefined || !state.held) return;
  const isSettled = kind === 'FEEDBACK_RESOLVED' || kind === 'FEEDBACK_CONFIRMED';
  state.held.set(entryId, isSettled ? -Math.abs(held) : Math.abs(held));
}

/** The terms in force are the latest by business time, whenever they arrive. */
function stepTerms(state: MetricState, fact: Fact): void {
  const { kind, occurredAt, position, detail, intervalDays, sharesBp } = fact;
  const { numbers } = state;
  if (kind === 'OPENED') {
    numbers[OPENED_AT] = occurredAt;
    state.relationshipKind = detail;
  } else if (kind === 'CADENCE_SET' && !isBefore(fact, numbers, CADENCE_AT, CADENCE_POSITION)) {
    numbers[CADENCE_AT] = occurredAt;
    numbers[CADENCE_POSITION] = position;
    numbers[CADENCE_DAYS] = intervalDays ?? 0;
  } else if (kind === 'CHANNEL_MIX_TARGET_SET' && !isBefore(fact, numbers, MIX_AT, MIX_POSITION)) {
    numbers[MIX_AT] = occurredAt;
    numbers[MIX_POSITION] = position;
    state.mixTarget = sharesBp;
  }
}
