import { slice, type CommandOf, type Decision, type DecisionContext } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { PartyId, RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { endsBeforeStart, outOfOrder } from '../order.js';
import { notAParty } from '../party/party.js';
import { present } from '../present.js';
import { conflict, invalid, relationshipUnknown } from '../refusals.js';
import type { Commitments } from '../commitment/commitment.js';
import type { Feedback } from '../feedback/feedback.js';
import type { Touches } from '../touch/touch.js';
import type { Channel } from '../touch/touch.words.js';
import type { Trust } from '../trust/trust.js';
import { bothSides, erasedSide, isOpened, lastEntryAt, partiesOf, type OpenStream } from './entry.js';
import type { relationshipCommands } from './relationship.inputs.js';
import type { EndingManner, RelationshipIntent, RelationshipKind, Stage, StewardRole } from './relationship.words.js';

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type RelationshipEvent =
  | Event<
      'RelationshipOpened',
      { relationshipId: RelationshipId; a: PartyId; b: PartyId; kind: RelationshipKind; intent: RelationshipIntent }
    >
  | Event<'StageChanged', { from: Stage; to: Stage; reason: string; orderReason?: string }>
  | Event<'StewardAssigned', { stewardId: PartyId; role: StewardRole; orderReason?: string }>
  | Event<
      'StewardHandedOver',
      { fromStewardId: PartyId; stewardId: PartyId; role: 'PRIMARY'; warmIntro: boolean; orderReason?: string }
    >
  | Event<'StewardReleased', { stewardId: PartyId; role: StewardRole; reason?: string; orderReason?: string }>
  | Event<'CadenceSet', { intervalDays: number; graceDays: number; orderReason?: string }>
  | Event<'ChannelMixTargetSet', { sharesBp: { readonly [C in Channel]?: number }; orderReason?: string }>
  | Event<'RelationshipLapsed', { from: Stage; reason?: string; orderReason?: string }>
  | Event<'RelationshipReactivated', { to: Stage; reason?: string; orderReason?: string }>
  | Event<'RelationshipEnded', { from: Stage; manner: EndingManner; reason?: string; orderReason?: string }>;

export type RelationshipCommand = CommandOf<typeof relationshipCommands>;

/** How two parties stand: from the opening to the end. */
export interface Tie {
  /** Absent until RelationshipOpened. */
  opened?: {
    readonly relationshipId: RelationshipId;
    readonly a: PartyId;
    readonly b: PartyId;
    readonly kind: RelationshipKind;
    readonly at: Instant;
  };
  stage: Stage;
  /** When the stage last changed, by business time. */
  stageSince: Instant;
  /** While DORMANT: since when, and the stage to come back to. */
  lapse?: { readonly from: Stage; readonly at: Instant } | undefined;
  readonly stewards: Map<PartyId, { readonly role: StewardRole; readonly since: Instant }>;
  /** When stewards last changed, by business time. */
  stewardsSince: Instant;
  /** The one in force, by business time. */
  cadence?: { readonly intervalDays: number; readonly graceDays: number; readonly since: Instant };
  endedAt?: Instant;
}

/** The state of a relationship's stream: each concept that writes its entries there has its own part. */
export interface RelationshipStream {
  readonly tie: Tie;
  readonly touches: Touches;
  readonly trust: Trust;
  readonly commitments: Commitments;
  readonly feedback: Feedback;
}

/** Before every instant. */
const NEVER = '' as Instant;

export const tie = slice<Tie, RelationshipEvent, RelationshipCommand, RelationshipStream>({
  events: {
    RelationshipOpened: { version: 1, dataClass: 'PERSONAL', personal: [] },
    StageChanged: { version: 1, dataClass: 'PERSONAL', personal: ['reason', 'orderReason'] },
    StewardAssigned: { version: 1, dataClass: 'PERSONAL', personal: ['orderReason'] },
    StewardHandedOver: { version: 1, dataClass: 'PERSONAL', personal: ['orderReason'] },
    StewardReleased: { version: 1, dataClass: 'PERSONAL', personal: ['reason', 'orderReason'] },
    CadenceSet: { version: 1, dataClass: 'PERSONAL', personal: ['orderReason'] },
    ChannelMixTargetSet: { version: 1, dataClass: 'PERSONAL', personal: ['orderReason'] },
    RelationshipLapsed: { version: 1, dataClass: 'PERSONAL', personal: ['reason', 'orderReason'] },
    RelationshipReactivated: { version: 1, dataClass: 'PERSONAL', personal: ['reason', 'orderReason'] },
    RelationshipEnded: { version: 1, dataClass: 'PERSONAL', personal: ['reason', 'orderReason'] },
  },

  initial: () => ({
    stage: 'PROSPECT',
    stageSince: NEVER,
    stewards: new Map(),
    stewardsSince: NEVER,
  }),

  decide: {
    OpenRelationship({ tie }, { a, b, kind, intent }, context) {
      if (tie.opened) return conflict(tie.stage, 'This relationship is open already.');
      if (a === b) return invalid(['b'], 'A relationship joins two parties.');
      const relationshipId = context.id('rel');
      return (
        notAParty(context, a, ['a']) ??
        notAParty(context, b, ['b']) ?? [event('RelationshipOpened', { relationshipId, a, b, kind, intent })]
      );
    },

    ChangeStage: whileKnown(({ tie }, command, context) => {
      const { to, reason, orderReason } = command;
      if (to === 'DORMANT' || to === 'ENDED') {
        return invalid(['to'], 'A lapse makes a relationship DORMANT, an end makes it ENDED.');
      }
      if (tie.lapse) return conflict('DORMANT', 'Reactivate the relationship first.');
      if (tie.stage === to) return [];
      return (
        outOfOrder(context, tie.stageSince, command) ?? [
          event('StageChanged', present({ from: tie.stage, to, reason, orderReason })),
        ]
      );
    }),

    AssignSteward: whileKnown(({ tie }, command, context) => {
      const { stewardId, role, orderReason } = command;
      const primary = role === 'PRIMARY' ? primarySteward(tie) : undefined;
      if (tie.stewards.get(stewardId)?.role === role) return [];
      if (primary) return conflict(primary, 'There is a PRIMARY steward: hand over, or release first.');
      return (
        notAParty(context, stewardId, ['stewardId'], 'PERSON') ??
        endsBeforeStart(context, stewardSince(tie, stewardId)) ??
        outOfOrder(context, tie.stewardsSince, command) ?? [
          event('StewardAssigned', present({ stewardId, role, orderReason })),
        ]
      );
    }),

    HandOverSteward: whileKnown(({ tie }, command, context) => {
      const { toStewardId, warmIntro, orderReason } = command;
      const fromStewardId = primarySteward(tie);
      if (!fromStewardId) return conflict('NONE', 'There is no PRIMARY steward who could hand over: assign one.');
      if (fromStewardId === toStewardId) return [];
      const handedOver = { fromStewardId, stewardId: toStewardId, role: 'PRIMARY' as const, warmIntro, orderReason };
      return (
        notAParty(context, toStewardId, ['toStewardId'], 'PERSON') ??
        endsBeforeStart(context, later(stewardSince(tie, fromStewardId), stewardSince(tie, toStewardId))) ??
        outOfOrder(context, tie.stewardsSince, command) ?? [event('StewardHandedOver', present(handedOver))]
      );
    }),

    ReleaseSteward: whileOpen(({ tie }, command, context) => {
      const { stewardId, reason, orderReason } = command;
      const known = tie.stewards.get(stewardId);
      if (!known) return conflict([...tie.stewards.keys()].join(' ') || 'NONE', 'This party is no steward here.');
      return (
        endsBeforeStart(context, known.since) ??
        outOfOrder(context, tie.stewardsSince, command) ?? [
          event('StewardReleased', present({ stewardId, role: known.role, reason, orderReason })),
        ]
      );
    }),

    SetCadence: whileKnown(({ tie }, command, context) => {
      const { intervalDays, graceDays, orderReason } = command;
      const { cadence, opened } = tie;
      const inForce = cadence && context.occurredAt >= cadence.since;
      if (inForce && cadence.intervalDays === intervalDays && cadence.graceDays === graceDays) return [];
      return (
        outOfOrder(context, opened.at, command) ?? [
          event('CadenceSet', present({ intervalDays, graceDays, orderReason })),
        ]
      );
    }),

    SetChannelMixTarget: whileKnown(({ tie }, command, context) => {
      const { shares, orderReason } = command;
      const sharesBp: { [C in Channel]?: number } = {};
      for (const [index, { channel, shareBp }] of shares.entries()) {
        if (channel in sharesBp) return invalid(['shares', String(index), 'channel'], 'Each channel has one share.');
        sharesBp[channel] = shareBp;
      }
      const sum = shares.reduce((total, { shareBp }) => total + shareBp, 0);
      if (sum !== 10_000) return invalid(['shares'], `The shares sum to ${String(sum)}, not to 10000 basis points.`);
      return (
        outOfOrder(context, tie.opened.at, command) ?? [
          event('ChannelMixTargetSet', present({ sharesBp, orderReason })),
        ]
      );
    }),

    LapseRelationship: whileKnown(({ tie }, command, context) => {
      if (tie.lapse) return [];
      const { reason, orderReason } = command;
      return (
        outOfOrder(context, tie.stageSince, command) ?? [
          event('RelationshipLapsed', present({ from: tie.stage, reason, orderReason })),
        ]
      );
    }),

    ReactivateRelationship: whileKnown(({ tie }, command, context) => {
      const { lapse } = tie;
      if (!lapse) return conflict(tie.stage, 'Only a lapsed relationship can be reactivated.');
      const { reason, orderReason } = command;
      return (
        endsBeforeStart(context, lapse.at) ??
        outOfOrder(context, tie.stageSince, command) ?? [
          event('RelationshipReactivated', present({ to: lapse.from, reason, orderReason })),
        ]
      );
    }),

    EndRelationship: whileOpen(({ tie, ...stream }, command, context) => {
      const { manner, reason, orderReason } = command;
      return (
        endsBeforeStart(context, tie.opened.at) ??
        outOfOrder(context, tie.stageSince, command) ??
        outOfOrder(context, lastEntryAt(entriesOf(stream)), command) ?? [
          event('RelationshipEnded', present({ from: tie.stage, manner, reason, orderReason })),
        ]
      );
    }),
  },

  evolve: {
    RelationshipOpened(tie, { data: { relationshipId, a, b, kind }, occurredAt }) {
      tie.opened = { relationshipId, a, b, kind, at: occurredAt };
      tie.stageSince = tie.stewardsSince = occurredAt;
      return tie;
    },
    StageChanged: (tie, { data, occurredAt }) => moved(tie, data.to, occurredAt),
    StewardAssigned(tie, { data: { stewardId, role }, occurredAt }) {
      tie.stewards.set(stewardId, { role, since: occurredAt });
      return stewardsChanged(tie, occurredAt);
    },
    StewardHandedOver(tie, { data: { fromStewardId, stewardId, role }, occurredAt }) {
      tie.stewards.delete(fromStewardId);
      tie.stewards.set(stewardId, { role, since: occurredAt });
      return stewardsChanged(tie, occurredAt);
    },
    StewardReleased(tie, { data, occurredAt }) {
      tie.stewards.delete(data.stewardId);
      return stewardsChanged(tie, occurredAt);
    },
    CadenceSet(tie, { data: { intervalDays, graceDays }, occurredAt }) {
      if (!tie.cadence || occurredAt >= tie.cadence.since) tie.cadence = { intervalDays, graceDays, since: occurredAt };
      return tie;
    },
    ChannelMixTargetSet: (tie) => tie,
    RelationshipLapsed(tie, { data, occurredAt }) {
      tie.lapse = { from: data.from, at: occurredAt };
      return moved(tie, 'DORMANT', occurredAt);
    },
    RelationshipReactivated(tie, { data, occurredAt }) {
      tie.lapse = undefined;
      return moved(tie, data.to, occurredAt);
    },
    RelationshipEnded(tie, { occurredAt }) {
      tie.endedAt = occurredAt;
      return moved(tie, 'ENDED', occurredAt);
    },
  },

  consults: {
    OpenRelationship: ({ a, b }) => [a, b],
    ChangeStage: bothSides,
    AssignSteward: ({ stewardId }, { tie }) => partiesOf(tie, stewardId),
    HandOverSteward: ({ toStewardId }, { tie }) => partiesOf(tie, toStewardId),
    SetCadence: bothSides,
    SetChannelMixTarget: bothSides,
    LapseRelationship: bothSides,
    ReactivateRelationship: bothSides,
  },

  claims: {
    RelationshipOpened: ({ data }) => ({
      take: [{ name: claimOf(data), owner: data.relationshipId, refusal: 'STATE_CONFLICT' }],
    }),
    RelationshipEnded: (_, { tie }) => ({ release: [claimOf(tie.opened!)] }),
  },
});

/** Decides on a relationship that was opened and has not ended. */
function whileOpen<C extends { readonly relationshipId: RelationshipId }>(
  decide: (state: OpenStream, command: C, context: DecisionContext) => Decision<RelationshipEvent>,
) {
  return (state: RelationshipStream, command: C, context: DecisionContext): Decision<RelationshipEvent> => {
    const { tie } = state;
    if (!isOpened(tie)) return relationshipUnknown(command.relationshipId);
    return tie.endedAt ? conflict('ENDED', 'The relationship has ended.') : decide({ ...state, tie }, command, context);
  };
}

/** Decides on one whose two parties are still known: with an erased one it can only end. */
function whileKnown<C extends { readonly relationshipId: RelationshipId }>(
  decide: (state: OpenStream, command: C, context: DecisionContext) => Decision<RelationshipEvent>,
) {
  return whileOpen((state, command: C, context) => erasedSide(state.tie, context) ?? decide(state, command, context));
}

function primarySteward({ stewards }: Tie): PartyId | undefined {
  for (const [stewardId, { role }] of stewards) if (role === 'PRIMARY') return stewardId;
  return undefined;
}

const stewardSince = ({ stewards }: Tie, stewardId: PartyId): Instant => stewards.get(stewardId)?.since ?? NEVER;

function stewardsChanged(tie: Tie, at: Instant): Tie {
  tie.stewardsSince = later(tie.stewardsSince, at);
  return tie;
}

/** All that happened between the two: none of it comes after the end. */
const entriesOf = ({ touches, trust, commitments, feedback }: Omit<RelationshipStream, 'tie'>) => [
  touches,
  trust.actions,
  trust.requests,
  trust.assessments,
  commitments,
  feedback.requests,
  feedback.received,
];

function moved(tie: Tie, stage: Stage, at: Instant): Tie {
  tie.stage = stage;
  tie.stageSince = later(tie.stageSince, at);
  return tie;
}

const later = (one: Instant, other: Instant): Instant => (one > other ? one : other);

/** One open relationship per pair and kind, whichever party is named first. */
const claimOf = ({ a, b, kind }: { a: PartyId; b: PartyId; kind: RelationshipKind }): string =>
  `tie|${[a, b].sort().join('|')}|${kind}`;
