import { isDeepStrictEqual } from 'node:util';
import {
  isRefusal,
  slice,
  type Applied,
  type CommandOf,
  type DecisionContext,
  type Refusal,
} from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { EventId, FeedbackId, FeedbackRequestId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { outOfOrder } from '../order.js';
import { changed, present } from '../present.js';
import { conflict, invalid, relationshipUnknown } from '../refusals.js';
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
  stepNeeded,
  withCorrectedStep,
  withoutStep,
  withStep,
} from '../relationship/lifecycle.js';
import type { LivingEntry } from '../relationship/lifecycle.js';
import type { RelationshipStream } from '../relationship/relationship.js';
import type { Mindset } from '../touch/touch.words.js';
import { mislabelled } from '../words.js';
import { feedbackLife, type FeedbackStepTaken } from './feedback-life.js';
import type {
  AcknowledgeFeedback,
  ActionFeedback,
  ConfirmFeedback,
  CorrectFeedback,
  DisputeFeedback,
  feedbackCommands,
  feedbackRequestCommands,
  ReceiveFeedback,
  ReopenFeedback,
  ResolveFeedback,
} from './feedback.inputs.js';
import type { FeedbackKind, FeedbackMethod, FeedbackStep } from './feedback.words.js';
import { outOfScale, scaleOf, type Scale } from './scale.js';

export interface FeedbackRequestFacts {
  /** Who was asked. */
  readonly to: PartyId;
  readonly method: FeedbackMethod;
  /** With method OTHER only. */
  readonly methodLabel?: string;
  /** Later than the request. */
  readonly dueAt: Instant;
}

export interface FeedbackFacts {
  /** Whose it is. */
  readonly by: PartyId;
  readonly kind: FeedbackKind;
  /** Inside its scale; the two come together. */
  readonly score?: number;
  readonly scale?: Scale;
  /** -10000 to 10000. */
  readonly sentimentBp?: number;
  readonly theme?: string;
  readonly method?: FeedbackMethod;
  readonly methodLabel?: string;
  readonly mindset?: Mindset;
  readonly perceivedMeaning?: string;
  readonly aboutEventId?: EventId;
  readonly text?: string;
  /** The request that it answers. */
  readonly requestId?: FeedbackRequestId;
  /** Why it is dated before that. */
  readonly orderReason?: string;
}

interface OfFeedback {
  readonly feedbackId: FeedbackId;
}
type StepFacts = OfFeedback & { readonly note?: string };
interface Amendment {
  readonly targetEventId: EventId;
  readonly reason: string;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type FeedbackEvent =
  | Event<'FeedbackRequested', { readonly requestId: FeedbackRequestId } & FeedbackRequestFacts>
  | Event<'FeedbackRequestRetracted', { readonly requestId: FeedbackRequestId } & Amendment>
  | Event<'FeedbackReceived', OfFeedback & FeedbackFacts>
  | StepEvent
  | Event<'FeedbackCorrected', OfFeedback & Amendment & { readonly replacement: Dated<FeedbackFacts> }>
  | Event<'FeedbackRetracted', OfFeedback & Amendment>
  | Event<'FeedbackStepCorrected', OfFeedback & Amendment & { readonly replacement: Omit<FeedbackStepTaken, 'step'> }>
  | Event<'FeedbackStepRetracted', OfFeedback & Amendment>;

type StepEvent =
  | Event<'FeedbackAcknowledged', StepFacts>
  | Event<'FeedbackActioned', StepFacts>
  | Event<'FeedbackResolved', StepFacts>
  | Event<'FeedbackConfirmed', StepFacts>
  | Event<'FeedbackReopened', StepFacts>
  | Event<'FeedbackDisputed', StepFacts>;

type StepCommand =
  AcknowledgeFeedback | ActionFeedback | ResolveFeedback | ConfirmFeedback | ReopenFeedback | DisputeFeedback;

export type FeedbackCommand = CommandOf<typeof feedbackRequestCommands> | CommandOf<typeof feedbackCommands>;

/** What was asked, and what was said, in one relationship. */
export interface Feedback {
  readonly requests: Entries<FeedbackRequestId>;
  readonly received: Entries<FeedbackId, Received>;
}
type Received = LivingEntry<FeedbackFacts, FeedbackStepTaken>;

const REQUESTS = {
  noun: 'request for feedback',
  field: 'requestId',
  unknown: 'FEEDBACK_REQUEST_UNKNOWN',
  of: ({ feedback }: RelationshipStream) => feedback.requests,
} as const;
const ofRequest = whileStanding(REQUESTS);
const ofFeedback = whileStanding({
  noun: 'feedback',
  field: 'feedbackId',
  unknown: 'FEEDBACK_UNKNOWN',
  of: ({ feedback }: RelationshipStream) => feedback.received,
});

export const feedback = slice<Feedback, FeedbackEvent, FeedbackCommand, RelationshipStream>({
  events: {
    FeedbackRequested: { version: 1, dataClass: 'PERSONAL', personal: [] },
    FeedbackRequestRetracted: { version: 1, dataClass: 'PERSONAL', personal: ['reason'] },
    FeedbackReceived: { version: 1, dataClass: 'HEALTH', personal: ['text', 'perceivedMeaning', 'orderReason'] },
    FeedbackAcknowledged: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    FeedbackActioned: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    FeedbackResolved: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    FeedbackConfirmed: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    FeedbackReopened: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    FeedbackDisputed: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    FeedbackCorrected: {
      version: 1,
      dataClass: 'HEALTH',
      personal: ['reason', 'replacement.text', 'replacement.perceivedMeaning', 'replacement.orderReason'],
    },
    FeedbackRetracted: { version: 1, dataClass: 'HEALTH', personal: ['reason'] },
    FeedbackStepCorrected: { version: 1, dataClass: 'HEALTH', personal: ['reason', 'replacement.note'] },
    FeedbackStepRetracted: { version: 1, dataClass: 'HEALTH', personal: ['reason'] },
  },

  initial: () => ({ requests: new Map(), received: new Map() }),

  decide: {
    RequestFeedback({ tie }, { relationshipId, method, methodLabel, dueAt, to }, context) {
      if (!tie.opened) return relationshipUnknown(relationshipId);
      const requestId = context.id('fbr');
      const facts = present({ to: to ?? tie.opened.b, method, methodLabel, dueAt });
      if (dueAt <= context.occurredAt) return invalid(['dueAt'], 'An answer is due later than it is asked for.');
      return (
        mislabelled(method, methodLabel, ['methodLabel']) ??
        unknownParty(context, tie, { to }) ??
        notOpenTo(tie, context) ?? [event('FeedbackRequested', { requestId, ...facts })]
      );
    },

    RetractFeedbackRequest: ofRequest(
      ({ eventId }, { requestId, reason }, _, { feedback }) =>
        answered(feedback, requestId) ?? [
          event('FeedbackRequestRetracted', { requestId, targetEventId: eventId, reason }),
        ],
    ),

    ReceiveFeedback(state, command, context) {
      const { tie } = state;
      if (!tie.opened) return relationshipUnknown(command.relationshipId);
      const facts = factsOf(command, tie.opened.b);
      return (
        contradiction(facts, []) ??
        unknownParty(context, tie, { by: command.by }) ??
        notAnswering(state, command, context) ??
        notOpenTo(tie, context) ?? [event('FeedbackReceived', { feedbackId: context.id('fbk'), ...facts })]
      );
    },

    AcknowledgeFeedback: takes('ACKNOWLEDGED', (said) => event('FeedbackAcknowledged', said)),
    ActionFeedback: takes('ACTIONED', (said) => event('FeedbackActioned', said)),
    ResolveFeedback: takes('RESOLVED', (said) => event('FeedbackResolved', said)),
    ConfirmFeedback: takes('CONFIRMED', (said) => event('FeedbackConfirmed', said)),
    ReopenFeedback: takes('REOPENED', (said) => event('FeedbackReopened', said)),
    DisputeFeedback: takes('DISPUTED', (said) => event('FeedbackDisputed', said)),

    CorrectFeedback: ofFeedback((received, { feedbackId, reason, replacement: wanted }, context, { tie }) => {
      const missing = REQUIRED.find((fact) => wanted[fact] === null);
      if (missing) return invalid(['replacement', missing], 'No feedback is without this: leave it out to keep it.');
      const { eventId, facts, steps } = received;
      const replacement = corrected(facts, wanted);
      if (isDeepStrictEqual(replacement, facts)) return [];
      return (
        correctedBefore(received) ??
        contradiction(replacement, ['replacement']) ??
        unknownParty(context, tie, { by: wanted.by }, ['replacement']) ??
        movedTooLate(received, replacement.occurredAt, context, tie) ??
        impossiblePast(feedbackLife, { facts: replacement, steps }) ?? [
          event('FeedbackCorrected', { feedbackId, targetEventId: eventId, reason, replacement }),
        ]
      );
    }),

    RetractFeedback: ofFeedback(({ eventId }, { feedbackId, reason }) => [
      event('FeedbackRetracted', { feedbackId, targetEventId: eventId, reason }),
    ]),

    CorrectFeedbackStep: ofFeedback((received, command, context, { tie }) => {
      const { feedbackId, eventId: targetEventId, reason, replacement: wanted } = command;
      if (wanted.occurredAt === null) return invalid(['replacement', 'occurredAt'], 'Every step was at some time.');
      const change = (taken: FeedbackStepTaken) => changed(taken, wanted);
      const corrected = correctedStep(feedbackLife, received, targetEventId, change, context, tie);
      if (!corrected) return [];
      if (isRefusal(corrected)) return corrected;
      const { step: _, ...replacement } = corrected;
      return [event('FeedbackStepCorrected', { feedbackId, targetEventId, reason, replacement })];
    }),

    RetractFeedbackStep: ofFeedback(
      (received, { feedbackId, eventId, reason }) =>
        stepNeeded(feedbackLife, received, eventId) ?? [
          event('FeedbackStepRetracted', { feedbackId, targetEventId: eventId, reason }),
        ],
    ),
  },

  evolve: {
    FeedbackRequested(feedback, { id, data, occurredAt }) {
      feedback.requests.set(data.requestId, { eventId: id, facts: { occurredAt } });
      return feedback;
    },
    FeedbackRequestRetracted(feedback, { data }) {
      feedback.requests.set(data.requestId, 'RETRACTED');
      return feedback;
    },
    FeedbackReceived(feedback, { id, data: { feedbackId, ...facts }, occurredAt }) {
      const dated = { ...facts, occurredAt };
      feedback.received.set(feedbackId, { eventId: id, facts: dated, steps: [], retractedSteps: [] });
      return feedback;
    },
    FeedbackAcknowledged: taken('ACKNOWLEDGED'),
    FeedbackActioned: taken('ACTIONED'),
    FeedbackResolved: taken('RESOLVED'),
    FeedbackConfirmed: taken('CONFIRMED'),
    FeedbackReopened: taken('REOPENED'),
    FeedbackDisputed: taken('DISPUTED'),
    FeedbackCorrected: (feedback, { data: { feedbackId, replacement } }) =>
      put(feedback, feedbackId, (received) => ({ ...received, facts: replacement, corrected: true })),
    FeedbackRetracted(feedback, { data }) {
      feedback.received.set(data.feedbackId, 'RETRACTED');
      return feedback;
    },
    FeedbackStepCorrected: (feedback, { data: { feedbackId, targetEventId, replacement } }) =>
      put(feedback, feedbackId, (received) =>
        withCorrectedStep(received, targetEventId, ({ step }) => ({ step, ...replacement })),
      ),
    FeedbackStepRetracted: (feedback, { data: { feedbackId, targetEventId } }) =>
      put(feedback, feedbackId, (received) => withoutStep(received, targetEventId)),
  },

  consults: {
    RequestFeedback: ({ to }, { tie }) => partiesOf(tie, to),
    ReceiveFeedback: ({ by }, { tie }) => partiesOf(tie, by),
    CorrectFeedback: ({ replacement: { by } }, { tie }) => partiesOf(tie, by),
    AcknowledgeFeedback: bothSides,
    ActionFeedback: bothSides,
    ResolveFeedback: bothSides,
    ConfirmFeedback: bothSides,
    ReopenFeedback: bothSides,
    DisputeFeedback: bothSides,
  },
});

const REQUIRED = ['kind', 'by', 'occurredAt'] as const;

/** Decides on a step. */
function takes<C extends StepCommand>(step: FeedbackStep, decided: (said: StepFacts) => FeedbackEvent) {
  return ofFeedback(
    (received, { feedbackId, note }: C, context, { tie }) =>
      impossiblePast(feedbackLife, received, { step, occurredAt: context.occurredAt }) ??
      notOpenTo(tie, context) ?? [decided(present({ feedbackId, note }))],
  );
}

/** Takes in a step that was recorded. */
function taken(step: FeedbackStep) {
  return (feedback: Feedback, { id, data, occurredAt }: Applied<StepEvent>): Feedback =>
    put(feedback, data.feedbackId, (received) =>
      withStep(received, id, present({ step, occurredAt, note: data.note })),
    );
}

function put(feedback: Feedback, id: FeedbackId, change: (received: Received) => Received): Feedback {
  feedback.received.set(id, change(living(feedback.received, id)));
  return feedback;
}

function factsOf(command: ReceiveFeedback, otherSide: PartyId): FeedbackFacts {
  const { by, kind, score, scale, sentimentBp, theme, method, methodLabel, mindset } = command;
  const { perceivedMeaning, aboutEventId, text, requestId, orderReason } = command;
  return present({
    by: by ?? otherSide,
    kind,
    score,
    scale: scaleOf(kind, scale),
    sentimentBp,
    theme,
    method,
    methodLabel,
    mindset,
    perceivedMeaning,
    aboutEventId,
    text,
    requestId,
    orderReason,
  });
}

/** The complete facts after the correction: whoever reads the event need not merge. */
function corrected(
  facts: Dated<FeedbackFacts>,
  { scale, ...fields }: CorrectFeedback['replacement'],
): Dated<FeedbackFacts> {
  const kind = fields.kind ?? facts.kind;
  return changed(facts, { ...fields, scale: kind === 'NPS' || scale ? scaleOf(kind, scale) : scale });
}

/** What cannot be true of one reaction, whatever else is known. */
const contradiction = (facts: FeedbackFacts, path: readonly string[]): Refusal | undefined =>
  outOfScale(facts, path) ?? mislabelled(facts.method, facts.methodLabel, [...path, 'methodLabel']);

/** A request is answered once, and not before it was made. */
function notAnswering(
  state: RelationshipStream,
  command: ReceiveFeedback,
  context: DecisionContext,
): Refusal | undefined {
  const { requestId } = command;
  if (!requestId) return undefined;
  const request = named(REQUESTS, state, requestId);
  if (isRefusal(request)) return request;
  return answered(state.feedback, requestId) ?? outOfOrder(context, request.facts.occurredAt, command);
}

function answered({ received }: Feedback, requestId: FeedbackRequestId): Refusal | undefined {
  for (const [id, answer] of received) {
    if (answer !== 'RETRACTED' && answer.facts.requestId === requestId) {
      return conflict(id, 'The request was answered.', ['requestId']);
    }
  }
  return undefined;
}
