import { ArgsType, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { BigIntScalar, DateTimeScalar } from '../../graphql/scalars.js';
import { RelationshipKind } from '../../ledger/relationship/relationship.words.js';
import { Channel, Direction, TouchFunction, TouchIntent } from '../../ledger/touch/touch.words.js';
import type { TouchStatus as Status } from './frequency.js';
import type { Bucket, StatsDimension, StatsFilter } from './stats-queries.js';

export const TouchStatus: { readonly [S in Status]: S } = {
  ON_TRACK: 'ON_TRACK',
  DUE: 'DUE',
  OVERDUE: 'OVERDUE',
  LAPSED: 'LAPSED',
};
export type TouchStatus = Status;
registerEnumType(TouchStatus, {
  name: 'TouchStatus',
  description: 'Where the touches of a relationship stand against its cadence.',
  valuesMap: {
    ON_TRACK: { description: 'The last touch is less than an interval ago.' },
    DUE: { description: 'The interval is over, the grace is not.' },
    OVERDUE: { description: 'The grace is over too.' },
    LAPSED: { description: 'The relationship lapsed or ended: the clock stands still.' },
  },
});

@ObjectType({
  description:
    'How often two parties meet. Counts every touch that was not retracted, except AUTOMATED ones. Intervals are in days of 24 hours.',
})
export class TouchFrequency {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the last touch was; null before the first.' })
  readonly lastTouchAt: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When the next touch is due: the last one, else the opening, plus the interval; moved on by the time the clock stood still since. Null without a cadence, and while the clock stands.',
  })
  readonly dueAt: Instant | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Days since the grace ended, 0 before that. Stays as it is while the clock stands. Null without a cadence.',
  })
  readonly overdueDays: number | null;

  @Field(() => TouchStatus, { nullable: true, description: 'Where it stands; null without a cadence.' })
  readonly status: TouchStatus | null;
}

@ObjectType({ description: 'How many touches have something in common.' })
export class TouchCount {
  @Field(() => String, {
    nullable: true,
    description: 'What they share: a word of the enumeration, or the id of a party. Null: it was not given.',
  })
  readonly key: string | null;

  @Field(() => Int, { description: 'How many they are.' })
  readonly count: number;
}

@ObjectType({ description: 'Days between each touch and the next.' })
export class TouchGaps {
  @Field(() => Int, { description: 'How many gaps: one less than touches.' })
  readonly n: number;

  @Field(() => Float, { nullable: true, description: 'Their mean in days; null without a gap.' })
  readonly meanDays: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Their variance in square days, divided by n; null without a gap.',
  })
  readonly varianceDays2: number | null;

  @Field(() => Float, { nullable: true, description: 'The longest in days; null without a gap.' })
  readonly maxDays: number | null;

  @Field(() => Float, { nullable: true, description: 'Their median in days; null without a gap.' })
  readonly medianDays: number | null;
}

@ArgsType()
export class WindowArguments {
  @Field(() => Int, { nullable: true, description: 'Only the last so many days, 1 or more; absent: since ever.' })
  readonly window?: number | null;
}

@ArgsType()
export class TouchesArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'At this business time; absent: now.' })
  readonly asOf?: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'By what had been recorded at this ledger time; absent: by all that is recorded.',
  })
  readonly asKnown?: Instant | null;
}

const StatsDimensions: { readonly [D in StatsDimension]: D } = {
  CHANNEL: 'CHANNEL',
  DIRECTION: 'DIRECTION',
  INTENT: 'INTENT',
  FUNCTION: 'FUNCTION',
  PHASE: 'PHASE',
  CAMPAIGN: 'CAMPAIGN',
  STEWARD: 'STEWARD',
  RELATIONSHIP_KIND: 'RELATIONSHIP_KIND',
};
registerEnumType(StatsDimensions, {
  name: 'TouchStatsDimension',
  description: 'What touches are grouped by.',
  valuesMap: { STEWARD: { description: 'Who was PRIMARY steward when the touch happened.' } },
});

const Buckets: { readonly [B in Bucket]: B } = {
  DAY: 'DAY',
  WEEK: 'WEEK',
  MONTH: 'MONTH',
  QUARTER: 'QUARTER',
  YEAR: 'YEAR',
};
registerEnumType(Buckets, {
  name: 'TouchStatsBucket',
  description: 'Stretches of time by the calendar of UTC.',
  valuesMap: { WEEK: { description: 'From Monday.' } },
});

@InputType('TouchStatsFilter', { description: 'Which touches are counted; all of it must hold.' })
export class TouchStatsFilterInput implements StatsFilter {
  @Field(() => ID, { nullable: true, description: 'Who was PRIMARY steward when they happened.' })
  readonly stewardId?: string | null;

  @Field(() => ID, { nullable: true, description: 'One of the two parties of the relationship.' })
  readonly partyId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The relationship.' })
  readonly relationshipId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The campaign that they belong to.' })
  readonly campaignId?: string | null;

  @Field(() => RelationshipKind, { nullable: true, description: 'The kind of the relationship.' })
  readonly kind?: RelationshipKind | null;

  @Field(() => [Channel], { nullable: true, description: 'How the contact was made.' })
  readonly channels?: readonly Channel[] | null;

  @Field(() => [Direction], { nullable: true, description: 'Who turned to whom.' })
  readonly directions?: readonly Direction[] | null;

  @Field(() => [TouchIntent], { nullable: true, description: 'What the contact was for.' })
  readonly intents?: readonly TouchIntent[] | null;

  @Field(() => [TouchFunction], { nullable: true, description: 'Which part of the organisation touched.' })
  readonly functions?: readonly TouchFunction[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Happened at or after this moment.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Happened before this moment.' })
  readonly to?: Instant | null;
}

@ObjectType({ description: 'How many touches there were of one group in one stretch of time.' })
export class TouchStatsRow {
  @Field(() => String, {
    nullable: true,
    description:
      'The group: a word of the enumeration, or the id of a party or campaign. Null: not given, or not grouped.',
  })
  readonly key: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Where the stretch begins; null: no stretches asked for.',
  })
  readonly bucket: Instant | null;

  @Field(() => Int, { description: 'Touches.' })
  readonly count: number;

  @Field(() => Int, { description: 'Relationships that were touched.' })
  readonly relationships: number;

  @Field(() => BigIntScalar, { description: 'Minutes that they took, as far as it was said.' })
  readonly minutes: bigint;
}

@ArgsType()
export class TouchStatsArguments {
  @Field(() => TouchStatsFilterInput, { nullable: true, description: 'Which touches are counted.' })
  readonly filter?: TouchStatsFilterInput | null;

  @Field(() => StatsDimensions, { nullable: true, description: 'One row per value of this; absent: one for all.' })
  readonly groupBy?: StatsDimension | null;

  @Field(() => Buckets, { nullable: true, description: 'One row per stretch of time; absent: one for all time.' })
  readonly bucket?: Bucket | null;
}
