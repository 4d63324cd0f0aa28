import { isDeepStrictEqual } from 'node:util';
import { slice, type CommandOf, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type {
  EventId,
  NeedId,
  PartyId,
  TrustActionId,
  TrustAssessmentId,
  TrustRequestId,
} from '../../event-sourcing/id.js';
import { changed, present } from '../present.js';
import { invalid, relationshipUnknown } from '../refusals.js';
import {
  correctedBefore,
  movedTooLate,
  notOpenTo,
  partiesOf,
  unknownParty,
  whileStanding,
  type Dated,
  type Entries,
  type Entry,
} from '../relationship/entry.js';
import type { RelationshipStream } from '../relationship/relationship.js';
import type {
  CorrectTrustAction,
  RecordTrustAction,
  trustActionCommands,
  trustAssessmentCommands,
  trustRequestCommands,
} from './trust.inputs.js';
import type { TrustActionKind, TrustBasis } from './trust.words.js';

export interface TrustActionFacts {
  readonly by: PartyId;
  /** Another party than `by`. */
  readonly to: PartyId;
  readonly kind: TrustActionKind;
  /** Made for this one party. */
  readonly customized: boolean;
  /** Somebody had asked for it. */
  readonly asked: boolean;
  readonly needId?: NeedId;
  /** With kind GIFT only, in minor units of `currency`; the two come together. */
  readonly giftValueMinor?: number;
  /** ISO 4217. */
  readonly currency?: string;
  readonly note?: string;
}

export interface TrustRequestFacts {
  readonly by: PartyId;
  readonly to: PartyId;
  readonly text: string;
}

/** Each term 1 to 10. */
export interface TrustAssessmentFacts {
  readonly by: PartyId;
  readonly credibility: number;
  readonly reliability: number;
  readonly intimacy: number;
  readonly selfOrientation: number;
  readonly basis: TrustBasis;
}

interface Retraction {
  readonly targetEventId: EventId;
  readonly reason: string;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type TrustEvent =
  | Event<'TrustActionRecorded', { readonly actionId: TrustActionId } & TrustActionFacts>
  | Event<
      'TrustActionCorrected',
      { actionId: TrustActionId; targetEventId: EventId; reason: string; replacement: Dated<TrustActionFacts> }
    >
  | Event<'TrustActionRetracted', { readonly actionId: TrustActionId } & Retraction>
  | Event<'TrustRequestAsked', { readonly requestId: TrustRequestId } & TrustRequestFacts>
  | Event<'TrustRequestRetracted', { readonly requestId: TrustRequestId } & Retraction>
  | Event<'TrustAssessed', { readonly assessmentId: TrustAssessmentId } & TrustAssessmentFacts>
  | Event<'TrustAssessmentRetracted', { readonly assessmentId: TrustAssessmentId } & Retraction>;

export type TrustCommand =
  | CommandOf<typeof trustActionCommands>
  | CommandOf<typeof trustRequestCommands>
  | CommandOf<typeof trustAssessmentCommands>;

/** All that was done for trust, asked for it and said of it in one relationship. */
export interface Trust {
  readonly actions: Entries<TrustActionId, Entry<TrustActionFacts>>;
  readonly requests: Entries<TrustRequestId>;
  readonly assessments: Entries<TrustAssessmentId>;
}

const ofAction = whileStanding({
  noun: 'trust action',
  field: 'actionId',
  unknown: 'TRUST_ACTION_UNKNOWN',
  of: ({ trust }: RelationshipStream) => trust.actions,
});
/** How others find a request. */
export const TRUST_REQUESTS = {
  noun: 'request for what would earn trust',
  field: 'requestId',
  unknown: 'TRUST_REQUEST_UNKNOWN',
  of: ({ trust }: RelationshipStream) => trust.requests,
} as const;
const ofRequest = whileStanding(TRUST_REQUESTS);
const ofAssessment = whileStanding({
  noun: 'assessment of trust',
  field: 'assessmentId',
  unknown: 'ENTRY_UNKNOWN',
  of: ({ trust }: RelationshipStream) => trust.assessments,
});

export const trust = slice<Trust, TrustEvent, TrustCommand, RelationshipStream>({
  events: {
    TrustActionRecorded: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    TrustActionCorrected: { version: 1, dataClass: 'HEALTH', personal: ['reason', 'replacement.note'] },
    TrustActionRetracted: { version: 1, dataClass: 'HEALTH', personal: ['reason'] },
    TrustRequestAsked: { version: 1, dataClass: 'HEALTH', personal: ['text'] },
    TrustRequestRetracted: { version: 1, dataClass: 'HEALTH', personal: ['reason'] },
    TrustAssessed: { version: 1, dataClass: 'PERSONAL', personal: [] },
    TrustAssessmentRetracted: { version: 1, dataClass: 'PERSONAL', personal: ['reason'] },
  },

  initial: () => ({ actions: new Map(), requests: new Map(), assessments: new Map() }),

  decide: {
    RecordTrustAction({ tie }, command, context) {
      if (!tie.opened) return relationshipUnknown(command.relationshipId);
      const facts = factsOf(command);
      return (
        contradiction(facts, []) ??
        unknownParty(context, tie, { by: facts.by, to: facts.to }) ??
        notOpenTo(tie, context) ?? [event('TrustActionRecorded', { actionId: context.id('act'), ...facts })]
      );
    },

    CorrectTrustAction: ofAction((action, { actionId, reason, replacement: wanted }, context, { tie }) => {
      const missing = REQUIRED.find((fact) => wanted[fact] === null);
      if (missing)
        return invalid(['replacement', missing], 'No trust action is without this: leave it out to keep it.');
      const replacement = corrected(action.facts, wanted);
      if (isDeepStrictEqual(replacement, action.facts)) return [];
      return (
        correctedBefore(action) ??
        contradiction(replacement, ['replacement']) ??
        unknownParty(context, tie, { by: wanted.by, to: wanted.to }, ['replacement']) ??
        movedTooLate(action, replacement.occurredAt, context, tie) ?? [
          event('TrustActionCorrected', { actionId, targetEventId: action.eventId, reason, replacement }),
        ]
      );
    }),

    RetractTrustAction: ofAction(({ eventId }, { actionId, reason }) => [
      event('TrustActionRetracted', { actionId, targetEventId: eventId, reason }),
    ]),

    AskForTrustRequest({ tie }, { relationshipId, by, to, text }, context) {
      if (!tie.opened) return relationshipUnknown(relationshipId);
      return (
        sameParty({ by, to }, []) ??
        unknownParty(context, tie, { by, to }) ??
        notOpenTo(tie, context) ?? [event('TrustRequestAsked', { requestId: context.id('ask'), by, to, text })]
      );
    },

    RetractTrustRequest: ofRequest(({ eventId }, { requestId, reason }) => [
      event('TrustRequestRetracted', { requestId, targetEventId: eventId, reason }),
    ]),

    AssessTrust({ tie }, command, context) {
      if (!tie.opened) return relationshipUnknown(command.relationshipId);
      const { credibility, reliability, intimacy, selfOrientation, basis } = command;
      const by = command.by ?? tie.opened.b;
      const ratings = { credibility, reliability, intimacy, selfOrientation };
      return (
        unknownParty(context, tie, { by }) ??
        notOpenTo(tie, context) ?? [event('TrustAssessed', { assessmentId: context.id('tas'), by, ...ratings, basis })]
      );
    },

    RetractTrustAssessment: ofAssessment(({ eventId }, { assessmentId, reason }) => [
      event('TrustAssessmentRetracted', { assessmentId, targetEventId: eventId, reason }),
    ]),
  },

  evolve: {
    TrustActionRecorded(trust, { id, data: { actionId, ...facts }, occurredAt }) {
      trust.actions.set(actionId, { eventId: id, facts: { ...facts, occurredAt } });
      return trust;
    },
    TrustActionCorrected(trust, { data: { actionId, targetEventId, replacement } }) {
      trust.actions.set(actionId, { eventId: targetEventId, facts: replacement, corrected: true });
      return trust;
    },
    TrustActionRetracted(trust, { data }) {
      trust.actions.set(data.actionId, 'RETRACTED');
      return trust;
    },
    TrustRequestAsked(trust, { id, data, occurredAt }) {
      trust.requests.set(data.requestId, { eventId: id, facts: { occurredAt } });
      return trust;
    },
    TrustRequestRetracted(trust, { data }) {
      trust.requests.set(data.requestId, 'RETRACTED');
      return trust;
    },
    TrustAssessed(trust, { id, data, occurredAt }) {
      trust.assessments.set(data.assessmentId, { eventId: id, facts: { occurredAt } });
      return trust;
    },
    TrustAssessmentRetracted(trust, { data }) {
      trust.assessments.set(data.assessmentId, 'RETRACTED');
      return trust;
    },
  },

  consults: {
    RecordTrustAction: ({ by, to }, { tie }) => partiesOf(tie, by, to),
    CorrectTrustAction: ({ replacement: { by, to } }, { tie }) => partiesOf(tie, by, to),
    AskForTrustRequest: ({ by, to }, { tie }) => partiesOf(tie, by, to),
    AssessTrust: ({ by }, { tie }) => partiesOf(tie, by),
  },
});

const REQUIRED = ['by', 'to', 'kind', 'customized', 'asked', 'occurredAt'] as const;

function factsOf({ by, to, kind, customized, asked, needId, giftValue, note }: RecordTrustAction): TrustActionFacts {
  const { amountMinor: giftValueMinor, currency } = giftValue ?? {};
  return present({ by, to, kind, customized, asked, needId, giftValueMinor, currency, note });
}

/** The complete facts after the correction: whoever reads the event need not merge. */
function corrected(
  facts: Dated<TrustActionFacts>,
  { giftValue, ...fields }: CorrectTrustAction['replacement'],
): Dated<TrustActionFacts> {
  return changed(facts, {
    ...fields,
    giftValueMinor: giftValue && giftValue.amountMinor,
    currency: giftValue && giftValue.currency,
  });
}

/** What cannot be true of one action, whatever else is known. */
const contradiction = (facts: TrustActionFacts, path: readonly string[]): Refusal | undefined =>
  facts.giftValueMinor !== undefined && facts.kind !== 'GIFT'
    ? invalid([...path, 'giftValue'], 'Only a GIFT has a value.')
    : sameParty(facts, path);

const sameParty = ({ by, to }: { readonly by: PartyId; readonly to: PartyId }, path: readonly string[]) =>
  by === to ? invalid([...path, 'to'], 'Nobody does this to itself.') : undefined;
