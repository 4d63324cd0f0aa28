import { isDeepStrictEqual } from 'node:util';
import {
  isRefusal,
  slice,
  type Command,
  type CommandOf,
  type Decision,
  type DecisionContext,
} from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { EventId, PartyId, ReferralId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { inFuture, outOfOrder } from '../order.js';
import { notAParty } from '../party/party.js';
import { changed, present } from '../present.js';
import { conflict, invalid } from '../refusals.js';
import { mislabelled } from '../words.js';
import { correctedEntry, partiesNamedAnew } from './step-correction.js';
import {
  contradiction,
  depthUnder,
  erasedIn,
  factsOf,
  namedIn,
  partiesIn,
  referralUnknown,
  REQUIRED,
  selfReferral,
  tooDeep,
  unknownIn,
  type DatedReferralFacts,
  type ReferralFacts,
} from './facts.js';
import type { RecordedStep } from './lifecycle.js';
import type { referralCommands } from './referral.inputs.js';
import type { DeclineReason, ReferralStep, ValueKind } from './referral.words.js';
import {
  behindItsSteps,
  entryOf,
  isMade,
  isRecorded,
  misplaced,
  sourceAt,
  statusOf,
  type DatedEntryFacts,
  type Entry,
  type EntryFacts,
  type Referral,
  type ReferralStream,
  type StandingReferral,
} from './state.js';

export type MadeReferral = ReferralFacts & {
  readonly referralId: ReferralId;
  readonly parentReferralId?: ReferralId;
  /** How many referrals it follows from: 0 without a parent. */
  readonly depth: number;
};

interface Said {
  readonly reason?: string;
  readonly orderReason?: string;
}

/** What says that a step was made. */
export const STEP_EVENTS = {
  SENT: 'ReferralSent',
  RECEIVED: 'ReferralReceived',
  ACCEPTED: 'ReferralAccepted',
  DECLINED: 'ReferralDeclined',
  SCHEDULED: 'ReferralScheduled',
  NO_SHOW: 'ReferralNoShow',
  SEEN: 'ReferralSeen',
  REPORTED: 'ReferralReported',
  ACKNOWLEDGED: 'ReferralAcknowledged',
  CLOSED: 'LoopClosed',
  CANCELLED: 'ReferralCancelled',
  EXPIRED: 'ReferralExpired',
  LEAKED: 'ReferralLeaked',
  REDIRECTED: 'ReferralRedirected',
} as const satisfies { readonly [Step in RecordedStep]: string };

/** Steps that say no more than when and why. */
type PlainStep = (typeof STEP_EVENTS)[Exclude<ReferralStep, 'DECLINED'>];

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type ReferralEvent =
  | Event<'ReferralMade', MadeReferral>
  | { [Type in PlainStep]: Event<Type, Said> }[PlainStep]
  | Event<'ReferralDeclined', Said & { readonly declineReason: DeclineReason; readonly declineReasonLabel?: string }>
  | Event<'ReferralLeaked', { reason: string; toPartyId?: PartyId; orderReason?: string }>
  | Event<
      'ReferralRedirected',
      { childReferralId: ReferralId; toTargetId: PartyId; reason: string; orderReason?: string; child: MadeReferral }
    >
  | Event<'ReferralSourceReassigned', { from: PartyId; to: PartyId; reason: string; orderReason?: string }>
  | Event<'SourceDeclared', { point: string; answer: string; partyId?: PartyId }>
  | Event<
      'ValueRealized',
      { amountMinor: number; currency: string; kind: ValueKind; kindLabel?: string; orderReason?: string }
    >
  | Event<'ReferralStepCorrected', { targetEventId: EventId; reason: string; replacement: DatedEntryFacts }>
  | Event<'ReferralStepRetracted', { targetEventId: EventId; reason: string }>
  | Event<
      'ReferralCorrected',
      { targetEventId: EventId; reason: string; orderReason?: string; replacement: DatedReferralFacts }
    >
  | Event<'ReferralRetracted', { targetEventId: EventId; reason: string }>;

/** Makes the referral that a redirect decided on. Nobody asks for it but the redirect itself. */
interface MakeRedirectedReferral extends Command<'MakeRedirectedReferral'> {
  readonly referralId: ReferralId;
  readonly made: MadeReferral;
  readonly occurredAt: Instant;
}

export type ReferralCommand = MakeRedirectedReferral | CommandOf<typeof referralCommands>;

const STEP = { version: 1, dataClass: 'HEALTH', personal: ['reason', 'orderReason'] } as const;
const RETRACTION = { version: 1, dataClass: 'HEALTH', personal: ['reason'] } as const;

export const referral = slice<Referral, ReferralEvent, ReferralCommand, ReferralStream>({
  events: {
    ReferralMade: { version: 1, dataClass: 'HEALTH', personal: ['question'] },
    ReferralSent: STEP,
    ReferralReceived: STEP,
    ReferralAccepted: STEP,
    ReferralDeclined: STEP,
    ReferralScheduled: STEP,
    ReferralNoShow: STEP,
    ReferralSeen: STEP,
    ReferralReported: STEP,
    ReferralAcknowledged: STEP,
    LoopClosed: STEP,
    ReferralCancelled: STEP,
    ReferralExpired: STEP,
    ReferralLeaked: STEP,
    ReferralRedirected: { ...STEP, personal: [...STEP.personal, 'child.question'] },
    ReferralSourceReassigned: STEP,
    SourceDeclared: { ...STEP, personal: [] },
    ValueRealized: { ...STEP, personal: ['orderReason'] },
    ReferralStepCorrected: { ...RETRACTION, personal: ['reason', 'replacement.reason', 'replacement.orderReason'] },
    ReferralStepRetracted: RETRACTION,
    ReferralCorrected: { ...STEP, personal: [...STEP.personal, 'replacement.question'] },
    ReferralRetracted: RETRACTION,
  },

  initial: () => ({ retracted: false, entries: new Map() }),

  decide: {
    MakeReferral({ referral }, command, context) {
      if (referral.made) return conflict(statusOf(referral), 'This referral is made already.');
      const { parentReferralId } = command;
      const referralId = context.id('ref');
      const facts = factsOf(command);
      const depth = depthUnder(parentReferralId, referralId, context);
      if (typeof depth !== 'number') return depth;
      return (
        contradiction(facts, []) ??
        unknownIn(facts, context, []) ?? [
          event('ReferralMade', present({ referralId, ...facts, parentReferralId, depth })),
        ]
      );
    },

    MakeRedirectedReferral: ({ referral }, { made }) => (referral.made ? [] : [event('ReferralMade', made)]),

    RecordReferralStep: whileStanding((referral, command, context) => {
      const { step, reason, declineReason, declineReasonLabel, orderReason } = command;
      if (isRecorded(referral, step, context.occurredAt)) return [];
      if ((step === 'DECLINED') !== Boolean(declineReason)) {
        return invalid(['declineReason'], 'DECLINED has one of the reasons to decline, and no other step has.');
      }
      const said = present({ reason, orderReason });
      return (
        (UNATTENDED.has(step) ? undefined : erasedIn(referral.made.facts, context)) ??
        mislabelled(declineReason ?? undefined, declineReasonLabel, ['declineReasonLabel']) ??
        misplaced(referral, step, command, context) ?? [
          step === 'DECLINED'
            ? event('ReferralDeclined', { ...said, ...present({ declineReason: declineReason!, declineReasonLabel }) })
            : event(STEP_EVENTS[step], said),
        ]
      );
    }),

    LeakReferral: whileKnown((referral, command, context) => {
      const { toPartyId, reason, orderReason } = command;
      if (toPartyId === referral.made.facts.targetId)
        return invalid(['toPartyId'], 'It was sent there: this is no leak.');
      return (
        (toPartyId ? notAParty(context, toPartyId, ['toPartyId']) : undefined) ??
        misplaced(referral, 'LEAKED', command, context) ?? [
          event('ReferralLeaked', present({ toPartyId, reason, orderReason })),
        ]
      );
    }),

    RedirectReferral: whileKnown((referral, command, context) => {
      const { toTargetId, reason, orderReason } = command;
      const { occurredAt: _, inReturnFor: __, ...facts } = referral.made.facts;
      if (facts.targetId === toTargetId) return invalid(['toTargetId'], 'It goes there already.');
      const child = { ...facts, targetId: toTargetId };
      const childReferralId = context.id('ref');
      const depth = referral.made.depth + 1;
      const made = { ...child, referralId: childReferralId, parentReferralId: command.referralId, depth };
      return (
        misplaced(referral, 'REDIRECTED', command, context) ??
        selfReferral(child, [], 'toTargetId') ??
        tooDeep(depth, ['referralId']) ??
        notAParty(context, toTargetId, ['toTargetId']) ?? [
          event('ReferralRedirected', present({ childReferralId, toTargetId, reason, orderReason, child: made })),
        ]
      );
    }),

    ReassignReferralSource: whileKnown((referral, command, context) => {
      const { from, to, reason, orderReason } = command;
      const { subjectRef, targetId } = referral.made.facts;
      const source = sourceAt(referral, context.occurredAt);
      if (source === to) return [];
      if (source !== from) return conflict(source, 'Another party is its source.', ['from']);
      return (
        selfReferral({ referrerId: to, subjectRef, targetId }, [], 'to') ??
        outOfOrder(context, referral.made.facts.occurredAt, command) ??
        notAParty(context, to, ['to']) ?? [
          event('ReferralSourceReassigned', present({ from, to, reason, orderReason })),
        ]
      );
    }),

    DeclareSource: whileKnown((_, { point, answer, partyId }, context) => {
      const unknown = partyId ? notAParty(context, partyId, ['partyId']) : undefined;
      return unknown ?? [event('SourceDeclared', present({ point, answer, partyId }))];
    }),

    RealizeValue: whileKnown((referral, command, context) => {
      const { amount, kind, kindLabel, orderReason } = command;
      const { amountMinor, currency } = amount;
      return (
        mislabelled(kind, kindLabel, ['kindLabel']) ??
        outOfOrder(context, referral.made.facts.occurredAt, command) ?? [
          event('ValueRealized', present({ amountMinor, currency, kind, kindLabel, orderReason })),
        ]
      );
    }),

    CorrectReferralStep: whileStanding((referral, command, context) => {
      const { eventId: targetEventId, reason } = command;
      const replacement = correctedEntry(referral, command, context);
      if (!replacement) return [];
      if (isRefusal(replacement)) return replacement;
      return [event('ReferralStepCorrected', { targetEventId, reason, replacement })];
    }),

    RetractReferralStep: whileStanding((referral, { eventId: targetEventId, reason }) => {
      const entry = entryOf(referral, targetEventId);
      return isRefusal(entry) ? entry : [event('ReferralStepRetracted', { targetEventId, reason })];
    }),

    CorrectReferral: whileStanding((referral, { replacement: wanted, reason, ...command }, context) => {
      const { eventId, facts, corrected } = referral.made;
      const missing = REQUIRED.find((fact) => wanted[fact] === null);
      if (missing) return invalid(['replacement', missing], 'No referral is without this: leave it out to keep it.');
      const replacement: DatedReferralFacts = changed(facts, wanted);
      if (isDeepStrictEqual(replacement, facts)) return [];
      if (corrected) return conflict('CORRECTED', 'It was corrected once. Retract it, and make it anew.');
      return (
        contradiction(replacement, ['replacement']) ??
        inFuture(replacement.occurredAt, context.now, ['replacement', 'occurredAt']) ??
        behindItsSteps(referral, replacement.occurredAt, command) ??
        unknownIn(wanted, context, ['replacement']) ?? [
          event(
            'ReferralCorrected',
            present({ targetEventId: eventId, reason, orderReason: command.orderReason, replacement }),
          ),
        ]
      );
    }),

    RetractReferral: whileStanding(({ made }, { reason }) => [
      event('ReferralRetracted', { targetEventId: made.eventId, reason }),
    ]),
  },

  evolve: {
    ReferralMade(referral, { id, data, occurredAt }) {
      const { referralId: _, parentReferralId: __, depth, ...facts } = data;
      referral.made = { eventId: id, depth, facts: { ...facts, occurredAt }, corrected: false };
      return referral;
    },
    ReferralSent: entersAs('SENT'),
    ReferralReceived: entersAs('RECEIVED'),
    ReferralAccepted: entersAs('ACCEPTED'),
    ReferralDeclined: entersAs('DECLINED'),
    ReferralScheduled: entersAs('SCHEDULED'),
    ReferralNoShow: entersAs('NO_SHOW'),
    ReferralSeen: entersAs('SEEN'),
    ReferralReported: entersAs('REPORTED'),
    ReferralAcknowledged: entersAs('ACKNOWLEDGED'),
    LoopClosed: entersAs('CLOSED'),
    ReferralCancelled: entersAs('CANCELLED'),
    ReferralExpired: entersAs('EXPIRED'),
    ReferralLeaked: entersAs('LEAKED'),
    ReferralRedirected(referral, { id, data: { child: _, ...facts }, occurredAt: at }) {
      return enter(referral, id, { what: 'REDIRECTED', at, facts });
    },
    ReferralSourceReassigned: entersAs('SOURCE'),
    SourceDeclared: entersAs('DECLARATION'),
    ValueRealized: entersAs('VALUE'),
    ReferralStepCorrected(referral, { data: { targetEventId, replacement } }) {
      const { occurredAt: at, ...facts } = replacement;
      const { what } = referral.entries.get(targetEventId) as Entry;
      return enter(referral, targetEventId, { what, at, facts, corrected: true });
    },
    ReferralStepRetracted: (referral, { data }) => enter(referral, data.targetEventId, 'RETRACTED'),
    ReferralCorrected(referral, { data: { replacement } }) {
      referral.made = { ...referral.made!, facts: replacement, corrected: true };
      return referral;
    },
    ReferralRetracted(referral) {
      referral.retracted = true;
      return referral;
    },
  },

  consults: {
    MakeReferral: (command) => [...namedIn(command), ...(command.parentReferralId ? [command.parentReferralId] : [])],
    RecordReferralStep: (_, state) => partiesOf(state),
    LeakReferral: ({ toPartyId }, state) => partiesOf(state, toPartyId),
    RedirectReferral: ({ toTargetId }, state) => partiesOf(state, toTargetId),
    ReassignReferralSource: ({ to }, state) => partiesOf(state, to),
    DeclareSource: ({ partyId }, state) => partiesOf(state, partyId),
    RealizeValue: (_, state) => partiesOf(state),
    CorrectReferralStep: ({ replacement }) => partiesNamedAnew(replacement),
    CorrectReferral: ({ replacement }) => namedIn(replacement),
  },

  follows: {
    ReferralRedirected: ({ data: { childReferralId, child }, occurredAt }): MakeRedirectedReferral => ({
      type: 'MakeRedirectedReferral',
      referralId: childReferralId,
      made: child,
      occurredAt,
    }),
  },
});

/** Decides on a referral that was made and not retracted. */
function whileStanding<C extends { readonly referralId: ReferralId }>(
  decide: (referral: StandingReferral, command: C, context: DecisionContext) => Decision<ReferralEvent>,
) {
  return ({ referral }: ReferralStream, command: C, context: DecisionContext): Decision<ReferralEvent> => {
    if (!isMade(referral)) return referralUnknown(command.referralId);
    if (referral.retracted) return conflict('RETRACTED', 'The referral was retracted.');
    return decide(referral, command, context);
  };
}

/** Decides on what is recorded of its parties: of an erased one nothing more. */
function whileKnown<C extends { readonly referralId: ReferralId }>(
  decide: (referral: StandingReferral, command: C, context: DecisionContext) => Decision<ReferralEvent>,
) {
  return whileStanding(
    (referral, command: C, context) => erasedIn(referral.made.facts, context) ?? decide(referral, command, context),
  );
}

/** Ends that need nobody: a referral of an erased party may be given up. */
const UNATTENDED: ReadonlySet<ReferralStep> = new Set(['CANCELLED', 'EXPIRED'] as const);

/** Streams that decide whether more may be recorded of its parties, and of the one that a command names. */
const partiesOf = ({ referral: { made } }: ReferralStream, named?: PartyId | null): readonly PartyId[] => [
  ...(made ? partiesIn(made.facts) : []),
  ...(named ? [named] : []),
];

function entersAs(what: Entry['what']) {
  return (
    referral: Referral,
    { id, data: facts, occurredAt: at }: { id: EventId; data: EntryFacts; occurredAt: Instant },
  ): Referral => enter(referral, id, { what, at, facts });
}

function enter(referral: Referral, id: EventId, entry: Entry | 'RETRACTED'): Referral {
  referral.entries.set(id, entry);
  return referral;
}
