import { ArgsType, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Money } from '../../graphql/money.js';
import { Node } from '../../graphql/node.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import {
  DeclineReason,
  ReferralMotive,
  ReferralStatus,
  ReferralUrgency,
  ValueKind,
} from '../../ledger/referral/referral.words.js';
import { OrderDirection } from '../ordering.types.js';
import { Amendment } from '../timeline/timeline.types.js';
import type { ReferralFilter } from './queries.js';

@ObjectType({ implements: () => Node, description: 'One party directs another, or a case, to a third.' })
export class Referral extends Node {
  @Field(() => String, { description: 'Who is referred: the id of a party, or what an outside system calls the case.' })
  readonly subjectRef: string;

  @Field(() => String, { description: 'What is referred for.' })
  readonly serviceLine: string;

  @Field(() => ReferralUrgency, { description: 'How soon.' })
  readonly urgency: ReferralUrgency;

  @Field(() => String, { nullable: true, description: 'What the target is asked.' })
  readonly question: string | null;

  @Field(() => ReferralMotive, { description: 'Why this target.' })
  readonly motive: ReferralMotive;

  @Field(() => String, { nullable: true, description: 'With motive OTHER: which one.' })
  readonly motiveLabel: string | null;

  @Field(() => ID, { nullable: true, description: 'With motive GRATITUDE: the event that it is the thanks for.' })
  readonly inReturnFor: string | null;

  @Field(() => Int, { description: 'How many referrals it follows from in a row.' })
  readonly depth: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  readonly madeAt: Instant;

  @Field(() => ReferralStatus, { description: 'Where it stands.' })
  readonly status: ReferralStatus;

  @Field(() => Int, { description: 'How often nobody came to the appointment.' })
  readonly noShows: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the last reported step was; null before the first.',
  })
  readonly lastStepAt: Instant | null;

  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: string;

  @Field(() => Boolean, { description: 'It never was. Nothing counts it.' })
  readonly retracted: boolean;

  @Field(() => [Amendment], { description: 'Its correction and its retraction, oldest first.' })
  readonly amendments: readonly Amendment[];
}

@ObjectType({ description: 'A step of a referral: reported, or proved by one that comes after it.' })
export class ReferralStepReport {
  @Field(() => ReferralStatus, { description: 'Which; never DRAFTED.' })
  readonly step: ReferralStatus;

  @Field(() => Boolean, { description: 'Nobody reported it: a later step proves it.' })
  readonly inferred: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was; null when it is inferred.' })
  readonly at: Instant | null;

  @Field(() => String, { nullable: true, description: 'What was said of it.' })
  readonly reason: string | null;

  @Field(() => ID, { nullable: true, description: 'The event that recorded it; null when it is inferred.' })
  readonly eventId: string | null;

  @Field(() => Boolean, { description: 'It never was. Nothing counts it.' })
  readonly retracted: boolean;

  @Field(() => [Amendment], { description: 'Its retraction.' })
  readonly amendments: readonly Amendment[];
}

@ObjectType({ description: 'The end that a referral came to without being closed.' })
export class ReferralEnd {
  @Field(() => ReferralStatus, { description: 'DECLINED, CANCELLED, EXPIRED, LEAKED or REDIRECTED.' })
  readonly status: ReferralStatus;

  @Field(() => DateTimeScalar, { description: 'When it was.' })
  readonly at: Instant;

  @Field(() => String, { nullable: true, description: 'What was said of it.' })
  readonly reason: string | null;

  @Field(() => DeclineReason, { nullable: true, description: 'Of DECLINED: why.' })
  readonly declineReason: DeclineReason | null;

  @Field(() => String, { nullable: true, description: 'With declineReason OTHER: which one.' })
  readonly declineReasonLabel: string | null;
}

@ObjectType({ description: 'Whether what was asked came back.' })
export class ReferralLoop {
  @Field(() => Boolean, { description: 'The person and the referrer know how it goes on.' })
  readonly closed: boolean;

  @Field(() => Boolean, { description: 'Sent without an answer, or seen and not closed: `openLoops` lists it.' })
  readonly open: boolean;

  @Field(() => Float, {
    nullable: true,
    description: 'Days from the making to the close; null while it is not closed, or nobody reported when.',
  })
  readonly daysToClose: number | null;
}

@ObjectType({ description: 'From then on another party was credited with a referral.' })
export class ReferralSourceChange {
  @Field(() => DateTimeScalar, { description: 'From when.' })
  readonly at: Instant;

  @Field(() => ID, { description: 'Who was credited.' })
  readonly fromId: string;

  @Field(() => ID, { description: 'Who is credited since.' })
  readonly toId: string;

  @Field(() => String, { description: 'Why.' })
  readonly reason: string;

  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: string;
}

@ObjectType({ description: 'What the person said about who or what sent them.' })
export class DeclaredSource {
  @Field(() => DateTimeScalar, { description: 'When it was said.' })
  readonly at: Instant;

  @Field(() => String, { description: 'Where it was asked.' })
  readonly point: string;

  @Field(() => String, { description: 'The answer.' })
  readonly answer: string;

  @Field(() => ID, { nullable: true, description: 'The party that the answer means, when it is one we know.' })
  readonly partyId: string | null;

  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: string;
}

@ObjectType({ description: 'What a referral was worth.' })
export class ReferralValue {
  @Field(() => DateTimeScalar, { description: 'When.' })
  readonly at: Instant;

  @Field(() => Money, { description: 'How much.' })
  readonly amount: Money;

  @Field(() => ValueKind, { description: 'What it came as.' })
  readonly kind: ValueKind;

  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one.' })
  readonly kindLabel: string | null;

  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: string;
}

@ObjectType('ReferralConnection', { description: 'A page of referrals.' })
export class ReferralConnection extends connectionOf(() => Referral, 'Referral') {}

@InputType('ReferralFilter', { description: 'Which referrals are wanted; all of it must hold.' })
export class ReferralFilterInput implements ReferralFilter {
  @Field(() => [ReferralStatus], { nullable: true, description: 'They stand at one of these.' })
  readonly status?: readonly ReferralStatus[] | null;

  @Field(() => ID, { nullable: true, description: 'Who referred.' })
  readonly referrerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'To whom.' })
  readonly targetId?: string | null;

  @Field(() => String, { nullable: true, description: 'Who was referred, compared exactly.' })
  readonly subjectRef?: string | null;

  @Field(() => String, { nullable: true, description: 'What for, compared exactly.' })
  readonly serviceLine?: string | null;

  @Field(() => ID, { nullable: true, description: 'The relationship whose ledger shows them.' })
  readonly relationshipId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Neither closed nor come to another end; false: the others.' })
  readonly open?: boolean | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Made at or after this moment.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Made before this moment.' })
  readonly to?: Instant | null;

  @Field(() => Boolean, { nullable: true, description: 'Those that never were, too.' })
  readonly includeRetracted?: boolean | null;
}

const ReferralOrderField = { MADE_AT: 'MADE_AT', LAST_STEP_AT: 'LAST_STEP_AT' } as const;
registerEnumType(ReferralOrderField, {
  name: 'ReferralOrderField',
  description: 'What referrals can be sorted by.',
  valuesMap: {
    MADE_AT: { description: 'When they were made.' },
    LAST_STEP_AT: { description: 'The last reported step; before the first, when they were made.' },
  },
});

@InputType({ description: 'How referrals are sorted.' })
export class ReferralOrder {
  @Field(() => ReferralOrderField, { description: 'By what.' })
  readonly field: keyof typeof ReferralOrderField;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: 'Which way.' })
  readonly direction: OrderDirection;
}

@ArgsType()
export class ReferralsArguments extends PageArguments {
  @Field(() => ReferralFilterInput, { nullable: true, description: 'Which referrals are wanted.' })
  readonly filter?: ReferralFilterInput | null;

  @Field(() => ReferralOrder, { nullable: true, description: 'How they are sorted. Absent: the newest first.' })
  readonly orderBy?: ReferralOrder | null;
}

@ArgsType()
export class OpenLoopsArguments extends PageArguments {
  @Field(() => ID, {
    nullable: true,
    description:
      'Who has to see to them: the PRIMARY steward of the relationship that the referral names; without one, the target. Absent: all.',
  })
  readonly ownerId?: string | null;
}
