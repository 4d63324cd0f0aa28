import { ArgsType, Field, Float, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { BasisPointsScalar, DateTimeScalar } from '../../graphql/scalars.js';
import type { LagDimension } from './capture-lag.js';

const LagDimensions: { readonly [D in LagDimension]: D } = { STEWARD: 'STEWARD', SOURCE: 'SOURCE', KIND: 'KIND' };
registerEnumType(LagDimensions, {
  name: 'CaptureLagDimension',
  description: 'What records are grouped by.',
  valuesMap: {
    STEWARD: { description: 'Who was PRIMARY steward when it was so.' },
    SOURCE: { description: 'Who recorded it: HUMAN, SYSTEM or IMPORT.' },
    KIND: { description: 'What was recorded: TOUCH, COMMITMENT_KEPT, REFERRAL_STEP, …' },
  },
});

@ArgsType()
export class CaptureLagArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Recorded at or after this; absent: since ever.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Recorded before this; absent: until now.' })
  readonly to?: Instant | null;

  @Field(() => LagDimensions, { nullable: true, description: 'One row per value of this; absent: one for all.' })
  readonly by?: LagDimension | null;
}

@ObjectType({ description: 'How long it takes from what is so to its record: entries and their steps that stand.' })
export class CaptureLag {
  @Field(() => String, { nullable: true, description: 'The value that the row is of; null: none, or all together.' })
  readonly key: string | null;

  @Field(() => Int, { description: 'Records.' })
  readonly count: number;

  @Field(() => Float, { nullable: true, description: 'Half of them took no longer, in hours; null without a record.' })
  readonly medianHours: number | null;

  @Field(() => Float, { nullable: true, description: '90 of 100 took no longer, in hours.' })
  readonly p90Hours: number | null;

  @Field(() => Float, { nullable: true, description: '99 of 100 took no longer, in hours.' })
  readonly p99Hours: number | null;

  @Field(() => BasisPointsScalar, { nullable: true, description: 'Share that was recorded within 24 hours.' })
  readonly withinDayBp: number | null;
}
