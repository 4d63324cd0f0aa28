import { ArgsType, Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { BasisPointsScalar, BigIntScalar, DateTimeScalar } from '../../graphql/scalars.js';
import { Channel, TouchFunction } from '../../ledger/touch/touch.words.js';
import { ChannelShare } from '../directory/relationship.types.js';
import { WindowArguments } from '../touch-frequency/touch-frequency.types.js';

@ArgsType()
export class ActivityArguments extends WindowArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'At this business time; absent: now.' })
  readonly asOf?: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'By what had been recorded at this ledger time; absent: by all that is recorded.',
  })
  readonly asKnown?: Instant | null;
}

@ObjectType({ description: 'How much of the contact went over a channel.' })
export class UsedChannel {
  @Field(() => Channel, { description: 'The channel.' })
  readonly channel: Channel;

  @Field(() => Int, { description: 'Touches.' })
  readonly count: number;

  @Field(() => BasisPointsScalar, { description: 'Their share. The shares sum to 10000.' })
  readonly shareBp: number;
}

@ObjectType({ description: 'How contact spreads over channels, and how it is meant to.' })
export class ChannelMix {
  @Field(() => [UsedChannel], { description: 'The channels in use, the most used first.' })
  readonly shares: readonly UsedChannel[];

  @Field(() => [ChannelShare], { nullable: true, description: 'How it is meant to spread now; null: nobody said.' })
  readonly target: readonly ChannelShare[] | null;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description:
      'How far the shares are from the target: half the sum of the differences, 0 (the same) to 10000. Null without a target or a touch.',
  })
  readonly distanceBp: number | null;
}

@ObjectType({ description: 'Who turns to whom. A MUTUAL touch is half in each direction.' })
export class Reciprocity {
  @Field(() => Float, { description: 'Touches from the other side.' })
  readonly inbound: number;

  @Field(() => Float, { description: 'Touches from our side.' })
  readonly outbound: number;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description: 'Share of what came from the other side; null without a touch.',
  })
  readonly inboundBp: number | null;
}

@ObjectType({
  description:
    'What our side asked for and gave: touches of ours (a MUTUAL one is half) with intent ASK or SELL, or GIVE or CELEBRATE; and trust actions of ours, PRESSURE and SELF_SERVING_ASK, or those that raise trust.',
})
export class AsksVersusGives {
  @Field(() => Float, { description: 'Asks.' })
  readonly asks: number;

  @Field(() => Float, { description: 'Gives.' })
  readonly gives: number;

  @Field(() => BasisPointsScalar, { nullable: true, description: 'Share of asks in both; null without either.' })
  readonly shareBp: number | null;
}

@ObjectType({ description: 'What one part of the organisation has to do with a relationship.' })
export class FunctionActivity {
  @Field(() => TouchFunction, { nullable: true, description: 'The part; null: it was not said which.' })
  readonly function: TouchFunction | null;

  @Field(() => Int, { description: 'Touches.' })
  readonly touches: number;

  @Field(() => DateTimeScalar, { description: 'When the last of them was.' })
  readonly lastTouchAt: Instant;

  @Field(() => Int, { description: 'Pieces of feedback with a sentiment that are about one of its touches.' })
  readonly opinions: number;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description: 'Their mean sentiment, -10000 to 10000; null without one.',
  })
  readonly sentimentBp: number | null;
}

@ObjectType({ description: 'What a steward did in a stretch of time, as PRIMARY steward when it happened.' })
export class StewardScorecard {
  @Field(() => Int, { description: 'Touches.' })
  readonly touches: number;

  @Field(() => Int, { description: 'Relationships that were touched.' })
  readonly relationships: number;

  @Field(() => BigIntScalar, { description: 'Minutes that the touches took, as far as it was said.' })
  readonly minutes: bigint;

  @Field(() => Float, { description: 'Gives, as a relationship counts them.' })
  readonly gives: number;

  @Field(() => Float, { description: 'Asks, as a relationship counts them.' })
  readonly asks: number;

  @Field(() => BasisPointsScalar, { nullable: true, description: 'Share of asks in both; null without either.' })
  readonly asksShareBp: number | null;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description: 'Share of touches with intent LISTEN; null without a touch.',
  })
  readonly listeningShareBp: number | null;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description: 'Share of touches that came from the other side; null without one.',
  })
  readonly inboundShareBp: number | null;

  @Field(() => Int, { description: 'Promises of our side that were kept, late or not.' })
  readonly commitmentsKept: number;

  @Field(() => Int, { description: 'Promises of our side that were broken.' })
  readonly commitmentsBroken: number;
}

@ObjectType({ description: 'How much of what binds a party to us is with one steward, who carried it as PRIMARY.' })
export class StewardBond {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when, for the first time; null: never.' })
  readonly carriedSince: Instant | null;

  @Field(() => Float, {
    description: 'Days in which the steward carried a relationship with the party, with fractions.',
  })
  readonly daysCarried: number;

  @Field(() => Int, { description: 'Touches while the steward carried the relationship.' })
  readonly touches: number;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description: 'Their share of all touches with the party; null without a touch.',
  })
  readonly shareBp: number | null;

  @Field(() => Int, { description: 'How often another steward handed a relationship with the party over to this one.' })
  readonly handOvers: number;

  @Field(() => Int, { description: 'How often with a warm introduction.' })
  readonly warmHandOvers: number;
}
