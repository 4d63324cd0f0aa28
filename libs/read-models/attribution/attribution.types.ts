import { ArgsType, Field, Float, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Money } from '../../graphql/money.js';
import { BigIntScalar, DateTimeScalar } from '../../graphql/scalars.js';
import type { AttributionModel as Model } from '../../metrics/attribution/models.js';
import { MetricVersion } from '../health/health.types.js';
import type { OutcomeKind } from './outcomes.js';
import type { AttributionDimension as Dimension } from './touchpoints.js';

const AttributionModels: { readonly [M in Model]: M } = {
  FIRST: 'FIRST',
  LAST: 'LAST',
  LINEAR: 'LINEAR',
  TIME_DECAY: 'TIME_DECAY',
  POSITION: 'POSITION',
  W: 'W',
  MARKOV: 'MARKOV',
  SHAPLEY: 'SHAPLEY',
};
registerEnumType(AttributionModels, {
  name: 'AttributionModel',
  description: 'How the credit for an outcome is split over what happened before it. See docs/attribution.md.',
  valuesMap: {
    FIRST: { description: 'All to the first touch.' },
    LAST: { description: 'All to the last touch.' },
    LINEAR: { description: 'The same to every touch.' },
    TIME_DECAY: { description: 'The later, the more: 2^(-age / half-life).' },
    POSITION: { description: '.4 to the first, .4 to the last, .2 shared by those between.' },
    W: {
      description:
        '.3 to the first, .3 to the last one up to MADE, .3 to the last one up to ACCEPTED, .1 shared by the rest.',
    },
    MARKOV: {
      description: 'By how many outcomes were missing without it. Compares journeys that led to nothing, too.',
    },
    SHAPLEY: { description: '1/d to each of d different keys of a journey.' },
  },
});

const OutcomeKinds: { readonly [O in OutcomeKind]: O } = {
  MADE: 'MADE',
  SEEN: 'SEEN',
  CLOSED: 'CLOSED',
  VALUE: 'VALUE',
};
registerEnumType(OutcomeKinds, {
  name: 'AttributionOutcome',
  description: 'What is credited.',
  valuesMap: {
    MADE: { description: 'A referral was made.' },
    SEEN: { description: 'Whoever was referred was seen.' },
    CLOSED: { description: 'The loop of a referral was closed.' },
    VALUE: { description: 'A referral brought value: each time is an outcome.' },
  },
});

const Dimensions: { readonly [D in Dimension]: D } = {
  CHANNEL: 'CHANNEL',
  INTENT: 'INTENT',
  STEWARD: 'STEWARD',
  CAMPAIGN: 'CAMPAIGN',
  SOURCE: 'SOURCE',
};
registerEnumType(Dimensions, {
  name: 'AttributionDimension',
  description:
    'What earns credit. SOURCE asks who earned the person that was referred; the others, what earned the referral from its referrer.',
  valuesMap: {
    CHANNEL: {
      description: 'How the contact was made. Of a response: the channel of its campaign, if it has one only.',
    },
    INTENT: { description: 'What the contact was for.' },
    STEWARD: { description: 'Who was PRIMARY steward when the contact happened.' },
    CAMPAIGN: { description: 'The campaign that the contact belongs to, or was answered.' },
    SOURCE: { description: 'Who is credited with referrals of the person, and campaigns that the person answered.' },
  },
});

@ArgsType()
export class ModelArguments {
  @Field(() => AttributionModels, {
    nullable: true,
    description: 'How credit is split; absent: as `definition` says.',
  })
  readonly model?: Model | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A published definition that says all of it: `metric@version`, or a metric for its version in force. Instead of `model` and its parameters.',
  })
  readonly definition?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'What happened in so many days up to an outcome belongs to its journey, 1 to 3650; 90 when absent.',
  })
  readonly lookbackDays?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of TIME_DECAY: after so many days a touch earns half; 7 when absent.',
  })
  readonly halfLifeDays?: number | null;
}

@ArgsType()
export class AttributionArguments extends ModelArguments {
  @Field(() => OutcomeKinds, { description: 'What is credited.' })
  readonly outcome: OutcomeKind;

  @Field(() => Dimensions, { description: 'One row per value of this.' })
  readonly by: Dimension;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Outcomes at or after this moment; absent: since ever.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Outcomes before this moment; absent: until now.' })
  readonly to?: Instant | null;
}

@ObjectType({ description: 'What one channel, intent, steward, campaign or source is credited with.' })
export class AttributionRow {
  @Field(() => String, {
    nullable: true,
    description:
      'A word of the enumeration, or the id of a party or campaign. Null: what has none, such as touches of no campaign.',
  })
  readonly key: string | null;

  @Field(() => BigIntScalar, { description: 'Credit in millionths of outcomes.' })
  readonly creditMicros: number;

  @Field(() => Int, { description: 'Outcomes in whose journeys it had a part, each as a whole.' })
  readonly outcomes: number;

  @Field(() => [Money], {
    description: 'What the outcomes were worth, split as the credit is: one amount per currency, never mixed.',
  })
  readonly value: readonly Money[];
}

@ObjectType('Attribution', {
  description:
    'Who earned the outcomes of a stretch of time. The rows and what is unattributed sum to the total, to the last unit.',
})
export class AttributionReport {
  @Field(() => AttributionModels, { description: 'How credit is split.' })
  readonly model: Model;

  @Field(() => Int, { description: 'Version of the models: raised when what one of them answers changes.' })
  readonly modelVersion: number;

  @Field(() => MetricVersion, { nullable: true, description: 'The definition that was asked for.' })
  readonly definition: MetricVersion | null;

  @Field(() => [AttributionRow], { description: 'The most credited first.' })
  readonly rows: readonly AttributionRow[];

  @Field(() => BigIntScalar, { description: 'Credit for outcomes that nothing led to, in millionths of outcomes.' })
  readonly unattributed: number;

  @Field(() => [Money], { description: 'What those were worth, per currency.' })
  readonly unattributedValue: readonly Money[];

  @Field(() => BigIntScalar, { description: 'All credit: a million for each outcome.' })
  readonly total: number;

  @Field(() => [Money], { description: 'What all outcomes were worth, per currency.' })
  readonly totalValue: readonly Money[];

  @Field(() => Int, { description: 'How many outcomes there were.' })
  readonly outcomes: number;
}

@ObjectType({ description: 'What a campaign cost and earned in one currency, under an attribution model.' })
export class CampaignRoi {
  @Field(() => AttributionModels, { description: 'How credit is split.' })
  readonly model: Model;

  @Field(() => Int, { description: 'Version of the models.' })
  readonly modelVersion: number;

  @Field(() => MetricVersion, { nullable: true, description: 'The definition that was asked for.' })
  readonly definition: MetricVersion | null;

  @Field(() => String, { description: 'ISO 4217 code, such as USD.' })
  readonly currency: string;

  @Field(() => Money, { description: 'What it cost in the end: what was spent less what came back.' })
  readonly cost: Money;

  @Field(() => Money, { description: 'Its part of the value that referrals brought.' })
  readonly value: Money;

  @Field(() => Float, { nullable: true, description: '(value - cost) / cost; null at zero cost.' })
  readonly roi: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Cost by credited referrals, in the smallest unit, with fractions; null without any.',
  })
  readonly costPerReferral: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Cost by credited closed loops, in the smallest unit, with fractions; null without any.',
  })
  readonly costPerClosedLoop: number | null;
}

@ArgsType()
export class InfluenceArguments {
  @Field(() => Int, { defaultValue: 20, description: 'How many at most, 1 to 200.' })
  readonly first: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'By referrals made until this moment; absent: now.' })
  readonly asOf?: Instant | null;

  @Field(() => Float, { defaultValue: 365, description: 'After so many days a referral weighs half.' })
  readonly halfLifeDays: number;
}

@ObjectType({
  description:
    'A place in the graph of referrals: PageRank with damping .85, from referrers to targets, by referrals that weigh less as they grow old.',
})
export class ReferralInfluence {
  @Field(() => Int, { description: 'The first is 1.' })
  readonly rank: number;

  @Field(() => Float, { description: 'Share of all influence, 0 to 1: all parties together have 1.' })
  readonly score: number;

  @Field(() => Int, { description: 'Referrals it made.' })
  readonly referralsMade: number;

  @Field(() => Int, { description: 'Referrals made to it.' })
  readonly referralsReceived: number;
}
