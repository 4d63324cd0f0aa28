import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Node } from '../../graphql/node.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { BasisPointsScalar, DateTimeScalar, ScoreScalar } from '../../graphql/scalars.js';
import { FeedbackKind, FeedbackMethod, FeedbackStatus } from '../../ledger/feedback/feedback.words.js';
import { Mindset } from '../../ledger/touch/touch.words.js';
import { Entry } from '../timeline/timeline.types.js';
import type { StatsFilter } from './queries.js';

registerEnumType(FeedbackStatus, { name: 'FeedbackStatus', description: 'Where feedback stands: its last step.' });

@ObjectType({ implements: () => [Node, Entry], description: 'Somebody was asked for feedback.' })
export class FeedbackRequest extends Entry {
  @Field(() => FeedbackMethod, { description: 'How it was asked for.' })
  readonly method: FeedbackMethod;

  @Field(() => String, { nullable: true, description: 'With method OTHER: which one.' })
  readonly methodLabel: string | null;

  @Field(() => DateTimeScalar, { description: 'Until when an answer was hoped for.' })
  readonly dueAt: Instant;
}

@ObjectType({ description: 'What a score is to be read on.' })
export class Scale {
  @Field(() => ScoreScalar, { description: 'The lowest score there is.' })
  readonly min: number;

  @Field(() => ScoreScalar, { description: 'The highest score there is.' })
  readonly max: number;
}

@ObjectType({ implements: () => [Node, Entry], description: 'Something they said of us, and what became of it.' })
export class Feedback extends Entry {
  @Field(() => FeedbackKind, { description: 'What it is.' })
  readonly feedbackKind: FeedbackKind;

  @Field(() => FeedbackStatus, { description: 'Where it stands now.' })
  readonly status: FeedbackStatus;

  @Field(() => ScoreScalar, { nullable: true, description: 'The score, inside its scale.' })
  readonly score: number | null;

  @Field(() => Scale, { nullable: true, description: 'What the score is to be read on.' })
  readonly scale: Scale | null;

  @Field(() => BasisPointsScalar, { nullable: true, description: 'How it felt: -10000 (bad) to 10000 (good).' })
  readonly sentimentBp: number | null;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  readonly theme: string | null;

  @Field(() => FeedbackMethod, { nullable: true, description: 'How it came to be heard.' })
  readonly method: FeedbackMethod | null;

  @Field(() => String, { nullable: true, description: 'With method OTHER: which one.' })
  readonly methodLabel: string | null;

  @Field(() => Mindset, { nullable: true, description: 'As what they saw themselves.' })
  readonly mindset: Mindset | null;

  @Field(() => String, { nullable: true, description: 'What they understood us to mean.' })
  readonly perceivedMeaning: string | null;

  @Field(() => ID, { nullable: true, description: 'The event that it is about.' })
  readonly aboutEventId: string | null;

  @Field(() => String, { nullable: true, description: 'What they said.' })
  readonly text: string | null;

  @Field(() => ID, { nullable: true, description: 'The request that it answers.' })
  readonly requestId: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When they were first told that they were heard.' })
  readonly acknowledgedAt: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was last resolved; null while it is not.',
  })
  readonly resolvedAt: Instant | null;
}

@ObjectType('FeedbackConnection', { description: 'A page of feedback.' })
export class FeedbackConnection extends connectionOf(() => Feedback, 'Feedback') {}

@ArgsType()
export class FeedbackArguments extends PageArguments {
  @Field(() => [FeedbackStatus], { nullable: true, description: 'Only what stands so now; absent: all.' })
  readonly status?: readonly FeedbackStatus[] | null;
}

@ArgsType()
export class FeedbackOpenArguments extends PageArguments {
  @Field(() => [FeedbackKind], { nullable: true, description: 'Only of these kinds; absent: of all.' })
  readonly kind?: readonly FeedbackKind[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Only what somebody waits for an answer to: COMPLAINT, GRIEVANCE, SUGGESTION, IRRELEVANT_OUTREACH; an NPS of 0 to 6, another score below the middle of its scale; whatever has a sentiment below 0. Absent: true, unless `kind` names kinds. False: praise and content people, too.',
  })
  readonly needsResponse?: boolean | null;
}

@ObjectType({ description: 'Net promoter score: the share of 9 and 10 less the share of 0 to 6, of answers 0 to 10.' })
export class NetPromoters {
  @Field(() => Float, { nullable: true, description: '-100 to 100; null without answers.' })
  readonly score: number | null;

  @Field(() => Int, { description: 'Answers 9 and 10.' })
  readonly promoters: number;

  @Field(() => Int, { description: 'Answers 7 and 8.' })
  readonly passives: number;

  @Field(() => Int, { description: 'Answers 0 to 6.' })
  readonly detractors: number;
}

@ObjectType({ isAbstract: true })
class FeedbackCounts {
  @Field(() => Int, { description: 'How much was said.' })
  readonly count: number;

  @Field(() => Int, { description: 'How much of it nobody has resolved by then: now, unless told.' })
  readonly open: number;

  @Field(() => Int, { description: 'How much of it is resolved by then.' })
  readonly resolved: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Median of the days from what was said to its resolution; null while nothing is resolved.',
  })
  readonly medianDaysToResolve: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean of how it felt, -10000 to 10000; null where nobody said.',
  })
  readonly meanSentimentBp: number | null;
}

@ObjectType({ description: 'What was said of one kind.' })
export class FeedbackKindStats extends FeedbackCounts {
  @Field(() => FeedbackKind, { description: 'Which.' })
  readonly kind: FeedbackKind;
}

@ObjectType({ description: 'What was said in a stretch of time. Retracted feedback counts nowhere.' })
export class FeedbackStats extends FeedbackCounts {
  @Field(() => NetPromoters, { description: 'Would they recommend us.' })
  readonly nps: NetPromoters;

  @Field(() => [FeedbackKindStats], { description: 'By kind, the most frequent first.' })
  readonly byKind: readonly FeedbackKindStats[];
}

@ObjectType({
  description:
    'How they like us, by what they said. Kept apart from trust: liking makes people listen, trust makes them act.',
})
export class RelationshipLiking {
  @Field(() => Int, { description: 'Pieces of feedback that say how it felt, or give a score.' })
  readonly count: number;

  @Field(() => BasisPointsScalar, {
    nullable: true,
    description:
      'Their mean sentiment, -10000 (bad) to 10000 (good); of a score its place on its scale. Null without one.',
  })
  readonly sentimentBp: number | null;
}

@ArgsType()
export class FeedbackStatsArguments implements StatsFilter {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what was said at or after this moment.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what was said before this moment.' })
  readonly to?: Instant | null;

  @Field(() => [FeedbackKind], { nullable: true, description: 'Only of these kinds; absent: of all.' })
  readonly kinds?: readonly FeedbackKind[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Only what was said by this business time, as it stood then; absent: now.',
  })
  readonly asOf?: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'By what had been recorded at this ledger time; absent: by all that is recorded.',
  })
  readonly asKnown?: Instant | null;
}
