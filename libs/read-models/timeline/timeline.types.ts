import { ArgsType, Field, ID, InterfaceType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { IdPrefix } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { Money } from '../../graphql/money.js';
import { Node, NODE_TYPES, prefixOf } from '../../graphql/node.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { DateTimeScalar, MinutesScalar, PositionScalar } from '../../graphql/scalars.js';
import {
  Channel,
  Direction,
  Mindset,
  Side,
  TouchFunction,
  TouchIntent,
  TouchOutcome,
  TouchPhase,
} from '../../ledger/touch/touch.words.js';
import { Party } from '../directory/party.types.js';
import { Relationship } from '../directory/relationship.types.js';
import { OrderDirection } from '../ordering.types.js';
import type { EntryKind as EntryKindOf, Amendment as StoredAmendment, EntryRow, StoredStep } from './entry.js';
import { entryKinds, type EntryKindName } from './kinds.js';
import type { EntryFilter } from './queries.js';

const EntryKind = Object.fromEntries(entryKinds.map(({ kind }) => [kind, kind]));
registerEnumType(EntryKind, {
  name: 'EntryKind',
  description: "What an entry of a relationship's ledger is.",
  valuesMap: Object.fromEntries(entryKinds.map(({ kind, description }) => [kind, { description }])),
});

const STEPS = entryKinds.flatMap(({ steps = {} }: EntryKindOf) => Object.values(steps));
const EntryStepKind = Object.fromEntries(STEPS.map((step) => [step, step]));
registerEnumType(EntryStepKind, { name: 'EntryStepKind', description: 'What can follow from an entry.' });

const AmendmentKind: { readonly [K in StoredAmendment['kind']]: K } = {
  CORRECTED: 'CORRECTED',
  RETRACTED: 'RETRACTED',
};
registerEnumType(AmendmentKind, {
  name: 'AmendmentKind',
  description: 'What became of an entry after it was recorded.',
  valuesMap: {
    CORRECTED: { description: 'It was otherwise; the entry shows how.' },
    RETRACTED: { description: 'It never was.' },
  },
});

@ObjectType({ description: 'A correction or retraction of an entry.' })
export class Amendment implements StoredAmendment {
  @Field(() => AmendmentKind, { description: 'Which of the two.' })
  readonly kind: StoredAmendment['kind'];

  @Field(() => ID, { description: 'The event that says so.' })
  readonly eventId: string;

  @Field(() => String, { description: 'Why.' })
  readonly reason: string;

  @Field(() => DateTimeScalar, { description: 'Ledger time: when it was recorded.' })
  readonly recordedAt: Instant;
}

@ObjectType({ description: 'Something that followed from an entry, with what is true of it now.' })
export class EntryStep implements StoredStep {
  @Field(() => EntryStepKind, { description: 'What followed.' })
  readonly step: string;

  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: string;

  @Field(() => DateTimeScalar, { description: 'Business time: when it was so.' })
  readonly occurredAt: Instant;

  @Field(() => DateTimeScalar, { description: 'Ledger time: when it was recorded.' })
  readonly recordedAt: Instant;

  @Field(() => String, { nullable: true, description: 'What there is to say of it.' })
  readonly note?: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Of RENEGOTIATED: the date agreed on.' })
  readonly newDueAt?: Instant;

  @Field(() => Boolean, { description: 'Whether it was retracted: then it counts nowhere.' })
  readonly retracted: boolean;

  @Field(() => [Amendment], { description: 'Its correction and its retraction, oldest first.' })
  readonly amendments: readonly Amendment[];
}

/** Not abstract: a connection is made of a class. */
@InterfaceType({
  implements: () => Node,
  // A referral is more than its entry in one relationship's ledger.
  resolveType: ({ id, kind }: Entry) => (kind === 'REFERRAL' ? 'ReferralEntry' : NODE_TYPES[prefixOf(id) as IdPrefix]),
  description: "One fact in a relationship's ledger, with what is true of it now. What was corrected says so.",
})
export class Entry extends Node implements EntryRow {
  @Field(() => EntryKind, { description: 'What it is.' })
  readonly kind: string;

  @Field(() => ID, { description: 'The relationship in whose ledger it stands.' })
  readonly relationshipId: string;

  @Field(() => Relationship, {
    nullable: true,
    description: 'The relationship in whose ledger it stands; null only while the directory lags behind the timeline.',
  })
  readonly relationship: Relationship | null;

  @Field(() => Channel, { nullable: true, description: 'How the contact was made; null where there was none.' })
  readonly channel?: Channel | null;

  @Field(() => DateTimeScalar, { description: 'Business time: when it was so.' })
  readonly occurredAt: Instant;

  @Field(() => DateTimeScalar, { description: 'Ledger time: when it was first recorded.' })
  readonly recordedAt: Instant;

  @Field(() => PositionScalar, { description: 'Where the ledger recorded it first.' })
  readonly position: Position;

  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: string;

  @Field(() => Boolean, { description: 'Whether it was retracted: then it counts nowhere.' })
  readonly retracted: boolean;

  @Field(() => [Amendment], { description: 'Its corrections and its retraction, oldest first.' })
  readonly amendments: readonly Amendment[];

  @Field(() => [EntryStep], {
    description: 'What followed from it, in the order in which it was so, with what was retracted since.',
  })
  readonly steps: readonly EntryStep[];
}

@ObjectType({ description: 'Somebody who took part in a touch.' })
export class Participant {
  @Field(() => ID, { description: 'Who.' })
  readonly partyId: string;

  @Field(() => Party, {
    nullable: true,
    description: 'Who; null only while the directory lags behind the timeline.',
  })
  readonly party: Party | null;

  @Field(() => Side, { description: 'The side of the relationship on which the party took part.' })
  readonly side: Side;
}

@ObjectType({
  implements: () => [Node, Entry],
  description: 'One observed contact. A touch over several relationships has an entry in each, with one id.',
})
export class Touch extends Entry {
  @Field(() => [Participant], { description: 'Who took part: at least one on each side.' })
  readonly participants: readonly Participant[];

  @Field(() => String, { nullable: true, description: 'With channel OTHER: which one.' })
  readonly channelLabel: string | null;

  @Field(() => Direction, { description: 'Who turned to whom.' })
  readonly direction: Direction;

  @Field(() => TouchIntent, { description: 'What the contact was for.' })
  readonly intent: TouchIntent;

  @Field(() => TouchOutcome, { description: 'What became of it.' })
  readonly outcome: TouchOutcome;

  @Field(() => TouchFunction, { nullable: true, description: 'Which part of the organisation touched.' })
  readonly function: TouchFunction | null;

  @Field(() => String, { nullable: true, description: 'With function OTHER: which one.' })
  readonly functionLabel: string | null;

  @Field(() => TouchPhase, { nullable: true, description: 'Before or during the service.' })
  readonly phase: TouchPhase | null;

  @Field(() => String, { nullable: true, description: 'What it was about.' })
  readonly topic: string | null;

  @Field(() => Mindset, { nullable: true, description: 'As what the other side saw itself.' })
  readonly mindset: Mindset | null;

  @Field(() => MinutesScalar, { nullable: true, description: 'How long it took.' })
  readonly minutes: number | null;

  @Field(() => ID, { nullable: true, description: 'The campaign it belongs to.' })
  readonly campaignId: string | null;

  @Field(() => Money, { nullable: true, description: 'What it cost.' })
  readonly cost: Money | null;

  @Field(() => String, { nullable: true, description: 'What was said.' })
  readonly note: string | null;
}

@ObjectType('EntryConnection', { description: 'A page of a timeline.' })
export class EntryConnection extends connectionOf(() => Entry, 'Entry') {}

@ArgsType()
export class EntriesArguments extends PageArguments implements EntryFilter {
  @Field(() => [EntryKind], { nullable: true, description: 'Only entries of these kinds.' })
  readonly kinds?: readonly EntryKindName[] | null;

  @Field(() => [Channel], { nullable: true, description: 'Only contacts over these channels.' })
  readonly channels?: readonly Channel[] | null;

  @Field(() => [TouchFunction], { nullable: true, description: 'Only contacts of these parts of the organisation.' })
  readonly functions?: readonly TouchFunction[] | null;

  @Field(() => [TouchPhase], { nullable: true, description: 'Only contacts before or during the service.' })
  readonly phases?: readonly TouchPhase[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what occurred at or after this moment.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what occurred before this moment.' })
  readonly to?: Instant | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Show what was retracted, too.' })
  readonly includeRetracted: boolean;

  @Field(() => OrderDirection, { defaultValue: 'DESC', description: 'By business time; ties by position.' })
  readonly direction: OrderDirection;
}
