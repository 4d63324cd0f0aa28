import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Money } from '../../graphql/money.js';
import { BasisPointsScalar, BigIntScalar, DateTimeScalar } from '../../graphql/scalars.js';
import { ReferralProgress } from '../../ledger/referral/referral.words.js';
import type { ChainLink } from './chain.js';
import type { FunnelDimension } from './funnel-queries.js';

const FunnelDimensions: { readonly [D in FunnelDimension]: D } = {
  TARGET: 'TARGET',
  REFERRER: 'REFERRER',
  SOURCE: 'SOURCE',
  SERVICE_LINE: 'SERVICE_LINE',
  URGENCY: 'URGENCY',
  MOTIVE: 'MOTIVE',
  MONTH: 'MONTH',
};
registerEnumType(FunnelDimensions, {
  name: 'ReferralFunnelDimension',
  description: 'What referrals are grouped by.',
  valuesMap: {
    SOURCE: { description: 'Who is credited with them.' },
    MONTH: { description: 'The month in which they were made, by the calendar of UTC: 2026-03.' },
  },
});

@ArgsType()
export class CohortArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Made at or after this moment; absent: since ever.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Made before this moment; absent: until now.' })
  readonly to?: Instant | null;
}

@ArgsType()
export class FunnelArguments extends CohortArguments {
  @Field(() => FunnelDimensions, { nullable: true, description: 'One row per value of this; absent: one for all.' })
  readonly by?: FunnelDimension | null;
}

@ObjectType({ description: 'How many referrals of a cohort reached a step.' })
export class FunnelStep {
  @Field(() => ReferralProgress, { description: 'The step.' })
  readonly step: ReferralProgress;

  @Field(() => Int, { description: 'Referrals that reached it, reported or inferred.' })
  readonly count: number;

  @Field(() => Int, { description: 'Referrals that are open and not there yet: they may still come.' })
  readonly censored: number;

  @Field(() => Float, {
    nullable: true,
    description: 'count / (made - censored), 0 to 1: of those whose fate is known. Null when no fate is.',
  })
  readonly rate: number | null;
}

@ObjectType({
  description: 'Referrals that left: LEAKED / (LEAKED + kept). A lower bound, since nobody reports every leak.',
})
export class Leakage {
  @Field(() => Int, { description: 'Referrals that are known to have gone elsewhere.' })
  readonly leaked: number;

  @Field(() => Int, { description: 'Referrals that were seen where they were sent.' })
  readonly kept: number;

  @Field(() => Float, { nullable: true, description: 'Their share, 0 to 1; null when there are neither.' })
  readonly rate: number | null;

  @Field(() => Boolean, { description: 'Always true: what is not reported is not counted.' })
  readonly isLowerBound: boolean;
}

@ObjectType({ description: 'What became of the referrals that were made in a stretch of time.' })
export class ReferralFunnelRow {
  @Field(() => String, { nullable: true, description: 'The group: a word, a month or the id of a party. Null: all.' })
  readonly key: string | null;

  @Field(() => Int, { description: 'Referrals made.' })
  readonly made: number;

  @Field(() => Int, { description: 'Those that have not come to an end yet.' })
  readonly open: number;

  @Field(() => [FunnelStep], { description: 'Step by step, in their order.' })
  readonly steps: readonly FunnelStep[];

  @Field(() => Int, { description: 'With at least one appointment to which nobody came.' })
  readonly noShow: number;

  @Field(() => Int, { description: 'Ended as DECLINED.' })
  readonly declined: number;

  @Field(() => Int, { description: 'Ended as CANCELLED.' })
  readonly cancelled: number;

  @Field(() => Int, { description: 'Ended as EXPIRED.' })
  readonly expired: number;

  @Field(() => Int, { description: 'Ended as LEAKED.' })
  readonly leaked: number;

  @Field(() => Int, { description: 'Ended as REDIRECTED; the child counts for itself.' })
  readonly redirected: number;

  @Field(() => Float, { nullable: true, description: 'Median days from SENT to SEEN, where both were reported.' })
  readonly medianDaysSentToSeen: number | null;

  @Field(() => Float, { nullable: true, description: 'Median days from SEEN to REPORTED, where both were reported.' })
  readonly medianDaysSeenToReported: number | null;

  @Field(() => Float, { nullable: true, description: 'CLOSED / SEEN, 0 to 1; null when nobody was seen.' })
  readonly loopClosedRate: number | null;

  @Field(() => Leakage, { description: 'How many left.' })
  readonly leakage: Leakage;
}

@ObjectType({ description: 'How often one source was declared where one party is recorded as the source.' })
export class SourceConfusionCell {
  @Field(() => String, { description: 'What was declared: the id of the party that was meant, else the answer.' })
  readonly declared: string;

  @Field(() => Boolean, { description: 'Whether `declared` is the id of a party.' })
  readonly isParty: boolean;

  @Field(() => ID, { description: 'The party that is recorded as the source.' })
  readonly recordedId: string;

  @Field(() => Int, { description: 'Referrals.' })
  readonly count: number;

  @Field(() => Float, { description: 'Percent of the referrals for which this was declared, 0 to 100.' })
  readonly percentOfDeclared: number;

  @Field(() => Float, { description: 'Percent of the referrals with this recorded source and any declared one.' })
  readonly percentOfRecorded: number;
}

@ObjectType({ description: 'Declared beside recorded sources; neither overwrites the other.' })
export class SourceConfusion {
  @Field(() => Int, { description: 'Referrals of which a source was declared; the last declaration of each counts.' })
  readonly total: number;

  @Field(() => Int, { description: 'Those where the party that was declared is the recorded one.' })
  readonly agreeing: number;

  @Field(() => [SourceConfusionCell], { description: 'The most frequent pairs first, at most 1000.' })
  readonly cells: readonly SourceConfusionCell[];
}

const ChainLinks: { readonly [L in ChainLink]: L } = { PARENT: 'PARENT', REFERRED_PERSON: 'REFERRED_PERSON' };
registerEnumType(ChainLinks, {
  name: 'ReferralChainLink',
  description: 'Why a referral stands behind another.',
  valuesMap: {
    PARENT: { description: 'It follows from the other one.' },
    REFERRED_PERSON: { description: 'Whoever was referred by the other one made it later.' },
  },
});

@ArgsType()
export class ChainArguments {
  @Field(() => ID, { description: 'Where the chain begins.' })
  readonly rootId: string;

  @Field(() => Int, { defaultValue: 32, description: 'How far to follow it, 0 to 32 steps.' })
  readonly depth: number;

  @Field(() => Float, { defaultValue: 0.5, description: 'What of a value is left a step further, 0 to 1.' })
  readonly delta: number;
}

@ObjectType({ description: 'An amount in one currency as it counts in a chain.' })
export class ReferralChainValue {
  @Field(() => String, { description: 'ISO 4217.' })
  readonly currency: string;

  @Field(() => BigIntScalar, { description: 'Value realised, in the smallest unit of the currency.' })
  readonly amountMinor: bigint;

  @Field(() => Float, { description: 'amountMinor * delta^depth, in the smallest unit of the currency, not rounded.' })
  readonly discountedMinor: number;
}

@ObjectType({ description: 'A referral in a chain, as near to the root as it gets.' })
export class ReferralChainNode {
  @Field(() => Int, { description: 'Steps from the root.' })
  readonly depth: number;

  @Field(() => ChainLinks, { nullable: true, description: 'Why it stands behind the one before; null for the root.' })
  readonly link: ChainLink | null;

  @Field(() => ID, { nullable: true, description: 'The one before; null for the root.' })
  readonly behindId: string | null;

  @Field(() => [ReferralChainValue], { description: 'What it was worth, one per currency.' })
  readonly values: readonly ReferralChainValue[];
}

@ObjectType({ description: 'What a referral brought about: the referrals that follow from it, and from those.' })
export class ReferralChain {
  @Field(() => [ReferralChainNode], { description: 'Level by level from the root, at most 1000.' })
  readonly nodes: readonly ReferralChainNode[];

  @Field(() => [ReferralChainValue], { description: 'Sums over the nodes, one per currency: never mixed.' })
  readonly totals: readonly ReferralChainValue[];

  @Field(() => Boolean, { description: 'More follows than is shown.' })
  readonly truncated: boolean;
}

const PartyRankings = { VALUE: 'VALUE' } as const;
registerEnumType(PartyRankings, {
  name: 'PartyRanking',
  description: 'What parties are ranked by.',
  valuesMap: { VALUE: { description: 'Value realised by the referrals that they are the source of.' } },
});

@ArgsType()
export class TopPartiesArguments {
  @Field(() => PartyRankings, { defaultValue: 'VALUE', description: 'By what.' })
  readonly by: keyof typeof PartyRankings;

  @Field(() => String, { description: 'ISO 4217 code of the currency to look at: currencies are never added up.' })
  readonly currency: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only value realised at or after this moment.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only value realised before this moment.' })
  readonly to?: Instant | null;

  @Field(() => Int, { defaultValue: 20, description: 'How many parties to show, 0 to 200.' })
  readonly first: number;
}

@ObjectType({ description: 'What one party brought.' })
export class TopParty {
  @Field(() => Money, { description: 'Value realised.' })
  readonly value: Money;

  @Field(() => BasisPointsScalar, { nullable: true, description: 'Its share of all value; null where that is 0.' })
  readonly shareBp: number | null;

  @Field(() => BasisPointsScalar, { nullable: true, description: 'The share of it and of all before it.' })
  readonly cumulativeBp: number | null;
}

@ObjectType({ description: 'Who brings the value, and how much of it comes from few.' })
export class TopParties {
  @Field(() => Money, { description: 'All value realised.' })
  readonly total: Money;

  @Field(() => Int, { description: 'Parties that brought any.' })
  readonly parties: number;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description: 'Share of the most valuable fifth of them, rounded up to whole parties; 8000 is the rule of Pareto.',
  })
  readonly topFifthBp: number | null;

  @Field(() => [TopParty], { description: 'The most valuable first.' })
  readonly rows: readonly TopParty[];
}
