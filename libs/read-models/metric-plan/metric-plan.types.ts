import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { UserError } from '../../graphql/payload.js';
import { DateTimeScalar, PositionScalar } from '../../graphql/scalars.js';
import { MetricVersion } from '../health/health.types.js';

@ObjectType({ description: 'A field of a definition that is another one in the proposed.' })
export class MetricChange {
  @Field(() => [String], { description: 'Where, outermost first; components, bands and caps by their names.' })
  readonly path: readonly string[];

  @Field(() => String, { nullable: true, description: 'What stands there now, as JSON; null: nothing.' })
  readonly before: string | null;

  @Field(() => String, { nullable: true, description: 'What is proposed, as JSON; null: nothing.' })
  readonly after: string | null;
}

@ObjectType({ description: 'Relationships whose scores lie between two numbers.' })
export class ScoreBin {
  @Field(() => Float, { description: 'From this score on.' })
  readonly from: number;

  @Field(() => Float, { description: 'Below this one; 100 belongs to the last bin.' })
  readonly to: number;

  @Field(() => Int, { description: 'How many.' })
  readonly count: number;
}

@ObjectType({ description: 'How scores spread.' })
export class ScoreDistribution {
  @Field(() => Int, { description: 'Relationships that have a score.' })
  readonly scored: number;

  @Field(() => Float, { nullable: true, description: 'Their mean; null when there are none.' })
  readonly mean: number | null;

  @Field(() => [Float], { nullable: true, description: 'A quarter, half and three quarters of them lie below these.' })
  readonly quartiles: readonly number[] | null;

  @Field(() => [ScoreBin], { description: 'Counted in steps of five points, the lowest first.' })
  readonly bins: readonly ScoreBin[];
}

@ObjectType({ description: 'How scores spread by what is in force, and by what is proposed.' })
export class ScoreDistributions {
  @Field(() => ScoreDistribution, { description: 'By what is in force.' })
  readonly before: ScoreDistribution;

  @Field(() => ScoreDistribution, { description: 'By what is proposed.' })
  readonly after: ScoreDistribution;
}

@ObjectType({ description: 'Relationships that come from one band into another.' })
export class BandMove {
  @Field(() => String, { nullable: true, description: 'The band now; null: no score.' })
  readonly from: string | null;

  @Field(() => String, { nullable: true, description: 'The band then; null: no score.' })
  readonly to: string | null;

  @Field(() => Int, { description: 'How many.' })
  readonly count: number;
}

@ObjectType({ description: 'A relationship whose score would move far.' })
export class MetricMover {
  @Field(() => ID, { description: 'Id of the relationship.' })
  readonly relationshipId: string;

  @Field(() => Float, { description: 'Its score now.' })
  readonly before: number;

  @Field(() => Float, { description: 'Its score then.' })
  readonly after: number;

  @Field(() => Float, { description: 'By how much it moves.' })
  readonly points: number;

  @Field(() => String, { nullable: true, description: 'The component that moves it most; null: a cap does.' })
  readonly because: string | null;
}

@ObjectType({ description: 'How alike two orders are: 1 the same, -1 the reverse; null where there is no order.' })
export class RankCorrelation {
  @Field(() => Float, { nullable: true, description: 'Rho of Spearman, with ties.' })
  readonly spearman: number | null;

  @Field(() => Float, { nullable: true, description: 'Tau-b of Kendall.' })
  readonly kendall: number | null;
}

@ObjectType({ description: 'How well a definition would have warned.' })
export class HindsightWarning {
  @Field(() => Int, { description: 'Of the lost, how many were in its lowest band.' })
  readonly lost: number;

  @Field(() => Int, { description: 'Of those that are still there, how many were in its lowest band.' })
  readonly kept: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Of the lost that anything was known of, the share that was flagged; null: none was known.',
  })
  readonly recall: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of the flagged, the share that was lost; null: none was flagged.',
  })
  readonly precision: number | null;
}

export const HindsightKnowing = { THEN: 'THEN', NOW: 'NOW' } as const;
registerEnumType(HindsightKnowing, {
  name: 'HindsightKnowing',
  description: 'What one knows when one looks back.',
  valuesMap: {
    THEN: { description: 'What the ledger knew then.' },
    NOW: { description: 'All that it knows by now: for history that was imported later.' },
  },
});

@ObjectType({
  description:
    'Relationships that were lost within a year (they lapsed; or had three referrals within a year, then none for 90 days), and whether the lowest band would have told some days before.',
})
export class MetricHindsight {
  @Field(() => Int, { description: 'How many days before; those that were not lost are looked at so many days ago.' })
  readonly days: number;

  @Field(() => HindsightKnowing, { description: 'By what was known.' })
  readonly knowing: keyof typeof HindsightKnowing;

  @Field(() => Int, { description: 'How many were lost.' })
  readonly lost: number;

  @Field(() => Int, { description: 'How many were not.' })
  readonly kept: number;

  @Field(() => Int, { description: 'Of the lost, those that nothing was known of then.' })
  readonly unknownLost: number;

  @Field(() => Int, { description: 'Of the others, those that nothing was known of then.' })
  readonly unknownKept: number;

  @Field(() => HindsightWarning, { description: 'By what is in force.' })
  readonly before: HindsightWarning;

  @Field(() => HindsightWarning, { description: 'By what is proposed.' })
  readonly after: HindsightWarning;
}

@ObjectType({ description: 'What it takes.' })
export class MetricPlanCost {
  @Field(() => Int, { description: 'Relationships that are computed anew.' })
  readonly relationships: number;

  @Field(() => Int, { description: 'Facts that they are computed from.' })
  readonly facts: number;

  @Field(() => Int, { description: 'How long this plan took.' })
  readonly milliseconds: number;
}

@ObjectType({
  description: 'What a definition would change if it were in force. Nothing is written. Null fields: see `errors`.',
})
export class MetricPlan {
  @Field(() => [UserError], { description: 'Why the text defines no metric; empty when it does.' })
  readonly errors: readonly UserError[];

  @Field(() => String, { nullable: true, description: 'SHA-256 of the proposed body, in hex.' })
  readonly hash?: string;

  @Field(() => MetricVersion, { nullable: true, description: 'The version that it is published as already.' })
  readonly published?: MetricVersion | null;

  @Field(() => MetricVersion, { nullable: true, description: 'The version of the metric that is in force.' })
  readonly inForce?: MetricVersion | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'As things are, or were, then.' })
  readonly asOf?: Instant;

  @Field(() => PositionScalar, {
    nullable: true,
    description: 'Up to where it was looked at: what `activateMetricDefinition` takes.',
  })
  readonly position?: Position;

  @Field(() => [MetricChange], { nullable: true, description: 'What differs from the version in force.' })
  readonly changes?: readonly MetricChange[];

  @Field(() => Int, { nullable: true, description: 'Relationships that the metric is for, now or then.' })
  readonly relationships?: number;

  @Field(() => Int, { nullable: true, description: 'Of those, how many get another score or another band.' })
  readonly affected?: number;

  @Field(() => ScoreDistributions, { nullable: true, description: 'How scores spread, now and then.' })
  readonly distribution?: ScoreDistributions;

  @Field(() => [BandMove], { nullable: true, description: 'Who comes into another band, the most first.' })
  readonly bandMoves?: readonly BandMove[];

  @Field(() => [MetricMover], { nullable: true, description: 'Whose scores move most, either way.' })
  readonly movers?: readonly MetricMover[];

  @Field(() => RankCorrelation, { nullable: true, description: 'How much of the order stays.' })
  readonly rankCorrelation?: RankCorrelation;

  @Field(() => MetricHindsight, { nullable: true, description: 'Whether it would have warned.' })
  readonly hindsight?: MetricHindsight;

  @Field(() => MetricPlanCost, { nullable: true, description: 'What it takes.' })
  readonly cost?: MetricPlanCost;
}

@ArgsType()
export class MetricPlanArguments {
  @Field(() => String, { description: 'Name of the metric.' })
  readonly metric: string;

  @Field(() => String, { description: 'The proposed definition, in YAML or JSON.' })
  readonly body: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'As things were then; absent: now.' })
  readonly asOf?: Instant | null;

  @Field(() => Int, { defaultValue: 10, description: 'How many movers, 0 to 200.' })
  readonly movers: number;

  @Field(() => Int, { defaultValue: 60, description: 'How many days before a loss one looks, 1 to 365.' })
  readonly hindsightDays: number;

  @Field(() => HindsightKnowing, { defaultValue: 'THEN', description: 'What one knows in hindsight.' })
  readonly hindsightKnowing: keyof typeof HindsightKnowing;
}
