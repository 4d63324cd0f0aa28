import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Node } from '../../graphql/node.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { BasisPointsScalar, DateTimeScalar } from '../../graphql/scalars.js';
import {
  EndingManner,
  RelationshipIntent,
  RelationshipKind,
  Stage,
  StewardRole,
} from '../../ledger/relationship/relationship.words.js';
import { Channel } from '../../ledger/touch/touch.words.js';
import { OrderDirection } from '../ordering.types.js';
import { TouchStatus } from '../touch-frequency/touch-frequency.types.js';
import type { RelationshipFilter } from './relationship-queries.js';

@ObjectType({ implements: () => Node, description: 'A dated tie between two parties, of one kind.' })
export class Relationship extends Node {
  @Field(() => RelationshipKind, { description: 'What ties the two.' })
  readonly kind: RelationshipKind;

  @Field(() => RelationshipIntent, { description: 'Whether it is about one purchase or about each other.' })
  readonly intent: RelationshipIntent;

  @Field(() => Stage, { description: 'How far it has grown.' })
  readonly stage: Stage;

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  readonly openedAt: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended; null while it lasts.' })
  readonly endedAt: Instant | null;

  @Field(() => EndingManner, { nullable: true, description: 'How it ended; null while it lasts.' })
  readonly endingManner: EndingManner | null;
}

@ObjectType({ description: 'Somebody who carries a relationship, or carried it.' })
export class Steward {
  @Field(() => StewardRole, { description: 'PRIMARY or BACKUP.' })
  readonly role: StewardRole;

  @Field(() => DateTimeScalar, { description: 'Since when.' })
  readonly since: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when; null: still does.' })
  readonly until: Instant | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the steward before introduced this one; null where there was no hand-over.',
  })
  readonly warmIntro: boolean | null;
}

@ObjectType({ description: 'A stage of a relationship, from a moment on.' })
export class StageReached {
  @Field(() => Stage, { description: 'How far it had grown.' })
  readonly stage: Stage;

  @Field(() => DateTimeScalar, { description: 'Since when.' })
  readonly since: Instant;

  @Field(() => ID, { description: 'The event that says so; of a change it says why.' })
  readonly eventId: string;
}

@ObjectType({ description: 'A promised rhythm of contact.' })
export class Cadence {
  @Field(() => Int, { description: 'Days from one touch to the next at most.' })
  readonly intervalDays: number;

  @Field(() => Int, { description: 'Days after that before a touch is overdue.' })
  readonly graceDays: number;

  @Field(() => DateTimeScalar, { description: 'Since when it is promised.' })
  readonly since: Instant;
}

@ObjectType({ description: 'How much of the contact is meant to go over a channel.' })
export class ChannelShare {
  @Field(() => Channel, { description: 'The channel.' })
  readonly channel: Channel;

  @Field(() => BasisPointsScalar, { description: 'Its share. The shares of a target sum to 10000.' })
  readonly shareBp: number;
}

@ObjectType('RelationshipConnection', { description: 'A page of relationships.' })
export class RelationshipConnection extends connectionOf(() => Relationship, 'Relationship') {}

@InputType('RelationshipFilter', { description: 'Which relationships are wanted; all of it must hold.' })
export class RelationshipFilterInput implements RelationshipFilter {
  @Field(() => ID, { nullable: true, description: 'Who carries them now, as PRIMARY or BACKUP.' })
  readonly stewardId?: string | null;

  @Field(() => ID, { nullable: true, description: 'One of the two parties.' })
  readonly partyId?: string | null;

  @Field(() => RelationshipKind, { nullable: true, description: 'What ties the two.' })
  readonly kind?: RelationshipKind | null;

  @Field(() => Stage, { nullable: true, description: 'How far they have grown.' })
  readonly stage?: Stage | null;

  @Field(() => TouchStatus, { nullable: true, description: 'Where their touches stand now against the cadence.' })
  readonly status?: TouchStatus | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they have a grievance that nobody has resolved yet.' })
  readonly openGrievance?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The band that their health lies in now, as the definition in force names it; right within two points.',
  })
  readonly band?: string | null;
}

const RelationshipOrderField = {
  HEALTH: 'HEALTH',
  LAST_TOUCH: 'LAST_TOUCH',
  DUE_AT: 'DUE_AT',
  OPENED_AT: 'OPENED_AT',
} as const;
registerEnumType(RelationshipOrderField, {
  name: 'RelationshipOrderField',
  description: 'What relationships can be sorted by.',
  valuesMap: {
    HEALTH: { description: 'The health now, right within two points. Those without any data are the lowest.' },
    LAST_TOUCH: { description: 'The last touch. Those without any are the earliest.' },
    DUE_AT: { description: 'When the next touch is due. Those with none due are the latest.' },
    OPENED_AT: { description: 'When they began.' },
  },
});

@InputType({ description: 'How relationships are sorted.' })
export class RelationshipOrder {
  @Field(() => RelationshipOrderField, { description: 'By what.' })
  readonly field: keyof typeof RelationshipOrderField;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: 'Which way.' })
  readonly direction: OrderDirection;
}

@ArgsType()
export class RelationshipsArguments extends PageArguments {
  @Field(() => RelationshipFilterInput, { nullable: true, description: 'Which relationships are wanted.' })
  readonly filter?: RelationshipFilterInput | null;

  @Field(() => RelationshipOrder, { nullable: true, description: 'How they are sorted. Absent: the newest first.' })
  readonly orderBy?: RelationshipOrder | null;
}

@ArgsType()
export class OverdueTouchesArguments extends PageArguments {
  @Field(() => ID, { nullable: true, description: 'Only what this party carries as PRIMARY steward.' })
  readonly stewardId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Overdue before this moment; absent: now.' })
  readonly before?: Instant | null;
}

@ArgsType()
export class CalendarArguments extends PageArguments {
  @Field(() => ID, { nullable: true, description: 'Only what this party carries as PRIMARY steward.' })
  readonly stewardId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Due at or after this moment; absent: now.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Due before this moment; absent: 30 days after the first one.',
  })
  readonly to?: Instant | null;
}
