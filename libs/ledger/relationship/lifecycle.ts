import { isDeepStrictEqual } from 'node:util';
import { isRefusal, type DecisionContext, type Refusal } from '../../event-sourcing/decider.js';
import type { EventId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { inFuture } from '../order.js';
import { conflict, inReplacement, refuse } from '../refusals.js';
import { afterEnd, correctedBefore, type Dated, type Entries, type Entry } from './entry.js';
import type { Tie } from './relationship.js';

/** Something that follows from an entry. */
export interface Step<Word extends string = string> {
  readonly step: Word;
  readonly occurredAt: Instant;
  readonly note?: string;
}

/** What an entry becomes step by step. */
export interface Lifecycle<Facts, S extends Step, State> {
  readonly begin: (facts: Dated<Facts>) => State;
  /** Why the step cannot follow in this state; undefined when it can. */
  readonly refuse: (state: State, step: S) => Refusal | undefined;
  readonly next: (state: State, step: S) => State;
}

/** A step that was recorded, as it stands now. */
export interface RecordedStep<S extends Step> {
  readonly eventId: EventId;
  readonly taken: S;
  readonly corrected?: boolean;
}

/** An entry with the steps that stand, in the order in which they were recorded. */
export interface LivingEntry<Facts, S extends Step> extends Entry<Facts> {
  readonly steps: readonly RecordedStep<S>[];
  readonly retractedSteps: readonly EventId[];
}

/** What one takes for true of an entry: its facts and its steps. */
type Past<Facts, S extends Step> = Pick<LivingEntry<Facts, S>, 'facts' | 'steps'>;

/** In the order in which it was so; what was so at one moment, as it was recorded. */
const inOrder = <S extends Step>(steps: readonly S[]): S[] =>
  steps.toSorted((one, other) => (one.occurredAt < other.occurredAt ? -1 : one.occurredAt > other.occurredAt ? 1 : 0));

/** The state after all steps, whichever was recorded first. */
export const stateAfterSteps = <Facts, S extends Step, State>(
  { begin, next }: Lifecycle<Facts, S, State>,
  facts: Dated<Facts>,
  steps: readonly S[],
): State => inOrder(steps).reduce(next, begin(facts));

/**
 * Refuses a past that could not have been. Every decision proposes one: with a step more, with one less, or with other
 * facts. So late steps, corrections and retractions follow one rule. `added` is the step that is proposed, whether it
 * comes last or stands among the others already.
 */
export function impossiblePast<Facts, S extends Step, State>(
  lifecycle: Lifecycle<Facts, S, State>,
  { facts, steps }: Past<Facts, S>,
  added?: S,
): Refusal | undefined {
  const taken = steps.map((step) => step.taken);
  let state = lifecycle.begin(facts);
  for (const step of inOrder(added && !taken.includes(added) ? [...taken, added] : taken)) {
    if (step.occurredAt < facts.occurredAt) return tooEarly(step, facts.occurredAt);
    const refusal = lifecycle.refuse(state, step);
    if (refusal) return step === added ? refusal : inTheWay(step);
    state = lifecycle.next(state, step);
  }
  return undefined;
}

const tooEarly = ({ step, occurredAt }: Step, begin: Instant): Refusal =>
  refuse('ORDER_IMPLAUSIBLE', `${step} of ${occurredAt} is before ${begin}, when it all began.`, {
    path: ['occurredAt'],
    detail: { current: begin },
  });

const inTheWay = ({ step, occurredAt }: Step): Refusal =>
  conflict(step, `It is ${step} since ${occurredAt}, which could not be then.`);

/** The step that an event recorded, unless there is none or it was retracted. */
function stepOf<Facts, S extends Step>(
  { steps, retractedSteps }: LivingEntry<Facts, S>,
  eventId: EventId,
): RecordedStep<S> | Refusal {
  if (retractedSteps.includes(eventId)) return conflict('RETRACTED', 'The step was retracted.', ['eventId']);
  const step = steps.find((known) => known.eventId === eventId);
  return step ?? refuse('ENTRY_UNKNOWN', `${eventId} is no step of it.`, { path: ['eventId'] });
}

/** Refuses to take back what is no step of the entry, was retracted before, or is needed by a later step. */
export function stepNeeded<Facts, S extends Step, State>(
  lifecycle: Lifecycle<Facts, S, State>,
  entry: LivingEntry<Facts, S>,
  eventId: EventId,
): Refusal | undefined {
  const step = stepOf(entry, eventId);
  return isRefusal(step) ? step : impossiblePast(lifecycle, withoutStep(entry, eventId));
}

/** The complete step after a correction, which happens once; undefined when everything is so already. */
export function correctedStep<Facts, S extends Step, State>(
  lifecycle: Lifecycle<Facts, S, State>,
  entry: LivingEntry<Facts, S>,
  eventId: EventId,
  change: (taken: S) => S,
  { now }: DecisionContext,
  tie: Tie,
): S | Refusal | undefined {
  const known = stepOf(entry, eventId);
  if (isRefusal(known)) return known;
  const replacement = change(known.taken);
  if (isDeepStrictEqual(replacement, known.taken)) return undefined;
  const { occurredAt } = replacement;
  const moved = occurredAt !== known.taken.occurredAt;
  // It keeps its place among the steps of the same moment: what was recorded after it still comes after it.
  const steps = entry.steps.map((step) => (step === known ? { ...step, taken: replacement } : step));
  const refusal =
    impossiblePast(lifecycle, { facts: entry.facts, steps }, replacement) ??
    (moved ? (inFuture(occurredAt, now) ?? afterEnd(tie, occurredAt)) : undefined);
  return correctedBefore(known) ?? (refusal ? inReplacement(refusal) : replacement);
}

/** The entry that an event speaks of: what decides its events lets none speak of another. */
export function living<Id extends string, E extends Entry>(entries: Entries<Id, E>, id: Id): E {
  const entry = entries.get(id);
  if (!entry || entry === 'RETRACTED') throw new Error(`${id} does not stand.`);
  return entry;
}

/** The entry with a step more. */
export const withStep = <Facts, S extends Step>(
  entry: LivingEntry<Facts, S>,
  eventId: EventId,
  taken: S,
): LivingEntry<Facts, S> => ({ ...entry, steps: [...entry.steps, { eventId, taken }] });

/** The entry with a step as it really was, in its old place among those of one moment. */
export const withCorrectedStep = <Facts, S extends Step>(
  entry: LivingEntry<Facts, S>,
  eventId: EventId,
  change: (taken: S) => S,
): LivingEntry<Facts, S> => ({
  ...entry,
  steps: entry.steps.map((known) =>
    known.eventId === eventId ? { eventId, taken: change(known.taken), corrected: true } : known,
  ),
});

/** The entry as it were without a step. */
export const withoutStep = <Facts, S extends Step>(
  entry: LivingEntry<Facts, S>,
  eventId: EventId,
): LivingEntry<Facts, S> => ({
  ...entry,
  steps: entry.steps.filter((step) => step.eventId !== eventId),
  retractedSteps: [...entry.retractedSteps, eventId],
});
