import { isDeepStrictEqual } from 'node:util';
import { isRefusal, slice, type Applied, type CommandOf, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { CommitmentId, EventId, PartyId, TrustRequestId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { changed, present } from '../present.js';
import { invalid, relationshipUnknown } from '../refusals.js';
import {
  bothSides,
  correctedBefore,
  movedTooLate,
  named,
  notOpenTo,
  partiesOf,
  unknownParty,
  whileStanding,
  type Dated,
  type Entries,
} from '../relationship/entry.js';
import {
  correctedStep,
  impossiblePast,
  living,
  stateAfterSteps,
  stepNeeded,
  withCorrectedStep,
  withoutStep,
  withStep,
  type LivingEntry,
} from '../relationship/lifecycle.js';
import type { RelationshipStream } from '../relationship/relationship.js';
import { TRUST_REQUESTS } from '../trust/trust.js';
import { commitmentLife, type CommitmentState, type CommitmentStepTaken } from './commitment-life.js';
import type {
  BreakCommitment,
  commitmentCommands,
  DeclineCommitment,
  KeepCommitment,
  RemindCommitment,
  RenegotiateCommitment,
  WaiveCommitment,
} from './commitment.inputs.js';
import type { CommitmentStep } from './commitment.words.js';

export interface CommitmentFacts {
  readonly owedBy: PartyId;
  /** Another party than `owedBy`. */
  readonly owedTo: PartyId;
  readonly text: string;
  /** Later than the promise. */
  readonly dueAt: Instant;
  readonly trustRequestId?: TrustRequestId;
}

interface OfCommitment {
  readonly commitmentId: CommitmentId;
}
type StepFacts = OfCommitment & { readonly note?: string };
type Amendment = OfCommitment & { readonly targetEventId: EventId; readonly reason: string };

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type CommitmentEvent =
  | Event<'CommitmentMade', OfCommitment & CommitmentFacts>
  | StepEvent
  | Event<'CommitmentCorrected', Amendment & { readonly replacement: Dated<CommitmentFacts> }>
  | Event<'CommitmentRetracted', Amendment>
  | Event<'CommitmentStepCorrected', Amendment & { readonly replacement: Omit<CommitmentStepTaken, 'step'> }>
  | Event<'CommitmentStepRetracted', Amendment>;

type StepEvent =
  | Event<'CommitmentReminded', StepFacts>
  | Event<'CommitmentRenegotiated', StepFacts & { readonly newDueAt: Instant }>
  | Event<'CommitmentKept', StepFacts & { readonly lateDays: number }>
  | Event<'CommitmentBroken', StepFacts>
  | Event<'CommitmentWaived', StepFacts>
  | Event<'CommitmentDeclined', StepFacts>;

type StepCommand =
  RemindCommitment | RenegotiateCommitment | KeepCommitment | BreakCommitment | WaiveCommitment | DeclineCommitment;

export type CommitmentCommand = CommandOf<typeof commitmentCommands>;

type Commitment = LivingEntry<CommitmentFacts, CommitmentStepTaken>;
export type Commitments = Entries<CommitmentId, Commitment>;

const ofCommitment = whileStanding({
  noun: 'commitment',
  field: 'commitmentId',
  unknown: 'COMMITMENT_UNKNOWN',
  of: ({ commitments }: RelationshipStream) => commitments,
});

export const commitments = slice<Commitments, CommitmentEvent, CommitmentCommand, RelationshipStream>({
  events: {
    CommitmentMade: { version: 1, dataClass: 'HEALTH', personal: ['text'] },
    CommitmentReminded: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    CommitmentRenegotiated: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    CommitmentKept: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    CommitmentBroken: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    CommitmentWaived: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    CommitmentDeclined: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    CommitmentCorrected: { version: 1, dataClass: 'HEALTH', personal: ['reason', 'replacement.text'] },
    CommitmentRetracted: { version: 1, dataClass: 'HEALTH', personal: ['reason'] },
    CommitmentStepCorrected: { version: 1, dataClass: 'HEALTH', personal: ['reason', 'replacement.note'] },
    CommitmentStepRetracted: { version: 1, dataClass: 'HEALTH', personal: ['reason'] },
  },

  initial: () => new Map(),

  decide: {
    MakeCommitment(state, command, context) {
      const { tie } = state;
      if (!tie.opened) return relationshipUnknown(command.relationshipId);
      const { owedBy, owedTo, text, dueAt, trustRequestId } = command;
      const facts = present({ owedBy, owedTo, text, dueAt, trustRequestId });
      return (
        contradiction({ ...facts, occurredAt: context.occurredAt }, []) ??
        unknownParty(context, tie, { owedBy, owedTo }) ??
        unknownRequest(state, trustRequestId, []) ??
        notOpenTo(tie, context) ?? [event('CommitmentMade', { commitmentId: context.id('cmt'), ...facts })]
      );
    },

    RemindCommitment: takes('REMINDED', (said) => event('CommitmentReminded', said)),
    RenegotiateCommitment: takes<RenegotiateCommitment>('RENEGOTIATED', (said, _, { newDueAt }) =>
      event('CommitmentRenegotiated', { ...said, newDueAt }),
    ),
    KeepCommitment: takes('KEPT', (said, { lateDays }) =>
      event('CommitmentKept', { ...said, lateDays: lateDays ?? 0 }),
    ),
    BreakCommitment: takes('BROKEN', (said) => event('CommitmentBroken', said)),
    WaiveCommitment: takes('WAIVED', (said) => event('CommitmentWaived', said)),
    DeclineCommitment: takes('DECLINED', (said) => event('CommitmentDeclined', said)),

    CorrectCommitment: ofCommitment((commitment, { commitmentId, reason, replacement: wanted }, context, state) => {
      const missing = REQUIRED.find((fact) => wanted[fact] === null);
      if (missing) return invalid(['replacement', missing], 'No commitment is without this: leave it out to keep it.');
      const { eventId, facts, steps } = commitment;
      const replacement = changed(facts, wanted);
      if (isDeepStrictEqual(replacement, facts)) return [];
      const { owedBy, owedTo, trustRequestId } = wanted;
      return (
        correctedBefore(commitment) ??
        contradiction(replacement, ['replacement']) ??
        unknownParty(context, state.tie, { owedBy, owedTo }, ['replacement']) ??
        unknownRequest(state, trustRequestId, ['replacement']) ??
        movedTooLate(commitment, replacement.occurredAt, context, state.tie) ??
        impossiblePast(commitmentLife, { facts: replacement, steps }) ?? [
          event('CommitmentCorrected', { commitmentId, targetEventId: eventId, reason, replacement }),
        ]
      );
    }),

    RetractCommitment: ofCommitment(({ eventId }, { commitmentId, reason }) => [
      event('CommitmentRetracted', { commitmentId, targetEventId: eventId, reason }),
    ]),

    CorrectCommitmentStep: ofCommitment((commitment, command, context, { tie }) => {
      const { commitmentId, eventId: targetEventId, reason, replacement: wanted } = command;
      if (wanted.occurredAt === null) return invalid(['replacement', 'occurredAt'], 'Every step was at some time.');
      const change = (taken: CommitmentStepTaken) => changed(taken, wanted);
      const corrected = correctedStep(commitmentLife, commitment, targetEventId, change, context, tie);
      if (!corrected) return [];
      if (isRefusal(corrected)) return corrected;
      const { step: _, ...replacement } = corrected;
      return [event('CommitmentStepCorrected', { commitmentId, targetEventId, reason, replacement })];
    }),

    RetractCommitmentStep: ofCommitment(
      (commitment, { commitmentId, eventId, reason }) =>
        stepNeeded(commitmentLife, commitment, eventId) ?? [
          event('CommitmentStepRetracted', { commitmentId, targetEventId: eventId, reason }),
        ],
    ),
  },

  evolve: {
    CommitmentMade(commitments, { id, data: { commitmentId, ...facts }, occurredAt }) {
      const dated = { ...facts, occurredAt };
      return commitments.set(commitmentId, { eventId: id, facts: dated, steps: [], retractedSteps: [] });
    },
    CommitmentReminded: taken('REMINDED'),
    CommitmentRenegotiated: taken('RENEGOTIATED'),
    CommitmentKept: taken('KEPT'),
    CommitmentBroken: taken('BROKEN'),
    CommitmentWaived: taken('WAIVED'),
    CommitmentDeclined: taken('DECLINED'),
    CommitmentCorrected: (commitments, { data: { commitmentId, replacement } }) =>
      commitments.set(commitmentId, { ...living(commitments, commitmentId), facts: replacement, corrected: true }),
    CommitmentRetracted: (commitments, { data }) => commitments.set(data.commitmentId, 'RETRACTED'),
    CommitmentStepCorrected: (commitments, { data: { commitmentId, targetEventId, replacement } }) =>
      commitments.set(
        commitmentId,
        withCorrectedStep(living(commitments, commitmentId), targetEventId, ({ step }) => ({ step, ...replacement })),
      ),
    CommitmentStepRetracted: (commitments, { data: { commitmentId, targetEventId } }) =>
      commitments.set(commitmentId, withoutStep(living(commitments, commitmentId), targetEventId)),
  },

  consults: {
    RemindCommitment: bothSides,
    RenegotiateCommitment: bothSides,
    KeepCommitment: bothSides,
    BreakCommitment: bothSides,
    WaiveCommitment: bothSides,
    DeclineCommitment: bothSides,
    MakeCommitment: ({ owedBy, owedTo }, { tie }) => partiesOf(tie, owedBy, owedTo),
    CorrectCommitment: ({ replacement: { owedBy, owedTo } }, { tie }) => partiesOf(tie, owedBy, owedTo),
  },
});

const REQUIRED = ['owedBy', 'owedTo', 'text', 'dueAt', 'occurredAt'] as const;

/** Decides on a step: its event says what else is so after it. */
function takes<C extends StepCommand>(
  step: CommitmentStep,
  decided: (said: StepFacts, after: CommitmentState, command: C) => CommitmentEvent,
) {
  return ofCommitment((commitment, command: C, context, { tie }) => {
    const { commitmentId, note } = command;
    const added: CommitmentStepTaken = { step, occurredAt: context.occurredAt, ...newDate(command) };
    const all = [...commitment.steps.map(({ taken }) => taken), added];
    return (
      impossiblePast(commitmentLife, commitment, added) ??
      notOpenTo(tie, context) ?? [
        decided(present({ commitmentId, note }), stateAfterSteps(commitmentLife, commitment.facts, all), command),
      ]
    );
  });
}

/** Takes in a step that was recorded. */
function taken(step: CommitmentStep) {
  return (commitments: Commitments, { id, data, occurredAt }: Applied<StepEvent>): Commitments => {
    const { commitmentId, note } = data;
    const added = present({ step, occurredAt, note, ...newDate(data) });
    return commitments.set(commitmentId, withStep(living(commitments, commitmentId), id, added));
  };
}

const newDate = (said: object | { readonly newDueAt: Instant }) =>
  'newDueAt' in said ? { newDueAt: said.newDueAt } : {};

/** What cannot be true of one promise, whatever else is known. */
function contradiction(
  { owedBy, owedTo, dueAt, occurredAt }: Dated<CommitmentFacts>,
  path: readonly string[],
): Refusal | undefined {
  if (owedBy === owedTo) return invalid([...path, 'owedTo'], 'Nobody owes a promise to itself.');
  return dueAt <= occurredAt ? invalid([...path, 'dueAt'], 'A promise is due later than it is made.') : undefined;
}

function unknownRequest(
  state: RelationshipStream,
  requestId: TrustRequestId | null | undefined,
  path: readonly string[],
): Refusal | undefined {
  if (!requestId) return undefined;
  const request = named(TRUST_REQUESTS, state, requestId, [...path, 'trustRequestId']);
  return isRefusal(request) ? request : undefined;
}
