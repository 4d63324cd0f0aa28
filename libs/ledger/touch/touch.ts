import { isDeepStrictEqual } from 'node:util';
import { slice, type CommandOf, type DecisionContext, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { CampaignId, EventId, PartyId, TouchId } from '../../event-sourcing/id.js';
import { notACampaign } from '../campaign/campaign.js';
import { notAParty } from '../party/party.js';
import { changed, present } from '../present.js';
import { conflict, invalid, relationshipUnknown } from '../refusals.js';
import {
  isOwn,
  movedTooLate,
  notOpenTo,
  partiesOf,
  whileStanding,
  type Dated,
  type Entries,
  type Entry,
  type OpenTie,
} from '../relationship/entry.js';
import type { RelationshipStream, Tie } from '../relationship/relationship.js';
import { mislabelled } from '../words.js';
import { isOtherContact, reachedByCampaign, withoutConsent } from './campaign-contact.js';
import type { RecordTouch, touchCommands, TouchReplacement } from './touch.inputs.js';
import type {
  Channel,
  Direction,
  Mindset,
  Side,
  TouchFunction,
  TouchIntent,
  TouchOutcome,
  TouchPhase,
} from './touch.words.js';

export interface Participant {
  readonly partyId: PartyId;
  readonly side: Side;
}

/** What is known of one contact, beside when it was. */
export interface TouchFacts {
  /** At least one on each side. */
  readonly participants: readonly Participant[];
  readonly channel: Channel;
  /** With channel OTHER only. */
  readonly channelLabel?: string;
  /** OUTBOUND: from side A to side B. */
  readonly direction: Direction;
  readonly intent: TouchIntent;
  readonly outcome: TouchOutcome;
  readonly function?: TouchFunction;
  /** With function OTHER only. */
  readonly functionLabel?: string;
  readonly phase?: TouchPhase;
  readonly topic?: string;
  readonly mindset?: Mindset;
  /** 0 to 1440. */
  readonly minutes?: number;
  readonly campaignId?: CampaignId;
  /** In minor units of `currency`; the two come together. */
  readonly costMinor?: number;
  /** ISO 4217. */
  readonly currency?: string;
  readonly note?: string;
}

export type DatedTouchFacts = Dated<TouchFacts>;

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type TouchEvent =
  | Event<'TouchRecorded', { readonly touchId: TouchId } & TouchFacts>
  | Event<'TouchCorrected', { touchId: TouchId; targetEventId: EventId; reason: string; replacement: DatedTouchFacts }>
  | Event<'TouchRetracted', { touchId: TouchId; targetEventId: EventId; reason: string }>;

export type TouchCommand = CommandOf<typeof touchCommands>;

/** Every touch of one relationship: what a correction builds on, or that it was taken back. */
export type Touches = Entries<TouchId, Entry<TouchFacts>>;

const ofTouch = whileStanding({
  noun: 'touch',
  field: 'touchId',
  unknown: 'TOUCH_UNKNOWN',
  of: ({ touches }: RelationshipStream) => touches,
});

export const touches = slice<Touches, TouchEvent, TouchCommand, RelationshipStream>({
  events: {
    TouchRecorded: { version: 1, dataClass: 'HEALTH', personal: ['note'] },
    TouchCorrected: { version: 1, dataClass: 'HEALTH', personal: ['reason', 'replacement.note'] },
    TouchRetracted: { version: 1, dataClass: 'HEALTH', personal: ['reason'] },
  },

  initial: () => new Map(),

  decide: {
    RecordTouch({ tie, touches }, command, context) {
      if (!tie.opened) return relationshipUnknown(command.relationshipId);
      const touchId = command.touchId ?? context.id('tch');
      const known = touches.get(touchId);
      if (known) {
        return conflict(known === 'RETRACTED' ? known : 'RECORDED', 'This touch is recorded already.', ['touchId']);
      }
      const facts = factsOf(command, tie.opened);
      return (
        contradiction(facts, []) ??
        notOpenTo(tie, context) ??
        unknownParticipant(command.participants, tie, context, []) ??
        unknownCampaign(command, context, []) ??
        withoutConsent({ ...facts, occurredAt: context.occurredAt }, tie.opened.b, context, []) ?? [
          event('TouchRecorded', { touchId, ...facts }),
        ]
      );
    },

    CorrectTouch: ofTouch((touch, { touchId, reason, replacement: wanted }, context, { tie }) => {
      const missing = REQUIRED.find((fact) => wanted[fact] === null);
      if (missing) return invalid(['replacement', missing], 'No touch is without this: leave it out to keep it.');
      const replacement = corrected(touch.facts, wanted);
      if (isDeepStrictEqual(replacement, touch.facts)) return [];
      return (
        contradiction(replacement, ['replacement']) ??
        movedTooLate(touch, replacement.occurredAt, context, tie) ??
        unknownParticipant(wanted.participants, tie, context, ['replacement']) ??
        unknownCampaign(wanted, context, ['replacement']) ??
        (isOtherContact(replacement, touch.facts)
          ? withoutConsent(replacement, tie.opened.b, context, ['replacement'])
          : undefined) ?? [event('TouchCorrected', { touchId, targetEventId: touch.eventId, reason, replacement })]
      );
    }),

    RetractTouch: ofTouch((touch, { touchId, reason }) => [
      event('TouchRetracted', { touchId, targetEventId: touch.eventId, reason }),
    ]),
  },

  evolve: {
    TouchRecorded(touches, { id, data: { touchId, ...facts }, occurredAt }) {
      return touches.set(touchId, { eventId: id, facts: { ...facts, occurredAt } });
    },
    TouchCorrected(touches, { data: { touchId, targetEventId, replacement } }) {
      return touches.set(touchId, { eventId: targetEventId, facts: replacement });
    },
    TouchRetracted: (touches, { data }) => touches.set(data.touchId, 'RETRACTED'),
  },

  consults: {
    RecordTouch: (command, { tie }) => [...partiesOf(tie), ...namedIn(command, tie)],
    CorrectTouch({ touchId, replacement }, { tie, touches }) {
      const named = namedIn(replacement, tie);
      const touch = touches.get(touchId);
      if (!touch || touch === 'RETRACTED' || !tie.opened) return named;
      return [...new Set([...named, ...reachedByCampaign(corrected(touch.facts, replacement), tie.opened.b)])];
    },
  },
});

const REQUIRED = ['participants', 'channel', 'direction', 'intent', 'outcome', 'occurredAt'] as const;

function factsOf(command: RecordTouch, { a, b }: OpenTie['opened']): TouchFacts {
  const { channel, channelLabel, direction, intent, outcome, functionLabel, phase } = command;
  const { topic, mindset, minutes, campaignId, note } = command;
  return present({
    participants: command.participants?.map(plain) ?? [
      { partyId: a, side: 'A' as const },
      { partyId: b, side: 'B' as const },
    ],
    channel,
    channelLabel,
    direction,
    intent,
    outcome,
    function: command.function,
    functionLabel,
    phase,
    topic,
    mindset,
    minutes,
    campaignId,
    costMinor: command.cost?.amountMinor,
    currency: command.cost?.currency,
    note,
  });
}

/** The complete facts after the correction: whoever reads the event need not merge. */
function corrected(facts: DatedTouchFacts, { cost, participants, ...fields }: TouchReplacement): DatedTouchFacts {
  return changed(facts, {
    ...fields,
    participants: participants?.map(plain),
    costMinor: cost && cost.amountMinor,
    currency: cost && cost.currency,
  });
}

const plain = ({ partyId, side }: Participant): Participant => ({ partyId, side });

/** What cannot be true of one touch, whatever else is known. */
function contradiction(facts: TouchFacts, path: readonly string[]): Refusal | undefined {
  const { participants } = facts;
  for (const [index, { partyId }] of participants.entries()) {
    if (participants.findIndex((other) => other.partyId === partyId) < index) {
      return invalid([...path, 'participants', String(index)], 'Each participant is named once.');
    }
  }
  if (!participants.some(({ side }) => side === 'A') || !participants.some(({ side }) => side === 'B')) {
    return invalid([...path, 'participants'], 'A touch has at least one participant on each side.');
  }
  return (
    mislabelled(facts.channel, facts.channelLabel, [...path, 'channelLabel']) ??
    mislabelled(facts.function, facts.functionLabel, [...path, 'functionLabel'])
  );
}

/** Streams that decide whether what is said can be so. */
const namedIn = ({ participants, campaignId }: TouchReplacement, tie: Tie): readonly string[] => [
  ...strangers(participants, tie).map(({ partyId }) => partyId),
  ...(campaignId ? [campaignId] : []),
];

const unknownCampaign = (
  { campaignId }: TouchReplacement,
  context: DecisionContext,
  path: readonly string[],
): Refusal | undefined => (campaignId ? notACampaign(context, campaignId, [...path, 'campaignId']) : undefined);

/** Participants that are not the relationship's own two parties: these are known. */
const strangers = (participants: readonly Participant[] | null | undefined, tie: Tie): readonly Participant[] =>
  participants?.filter(({ partyId }) => !isOwn(tie, partyId)) ?? [];

function unknownParticipant(
  participants: readonly Participant[] | null | undefined,
  tie: Tie,
  context: DecisionContext,
  path: readonly string[],
): Refusal | undefined {
  for (const stranger of strangers(participants, tie)) {
    const index = String(participants?.indexOf(stranger));
    const refused = notAParty(context, stranger.partyId, [...path, 'participants', index, 'partyId']);
    if (refused) return refused;
  }
  return undefined;
}
