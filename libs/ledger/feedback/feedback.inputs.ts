import { Field, ID, InputType, PartialType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { EventId, FeedbackId, FeedbackRequestId, PartyId, RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar, ScoreScalar } from '../../graphql/scalars.js';
import { Amending, AmendingStep, DatedOfRelationship, StepReplacement } from '../relationship/entry.inputs.js';
import { IsIdOf, IsLine, IsText } from '../text-rules.inputs.js';
import { Mindset } from '../touch/touch.words.js';
import { FeedbackKind, FeedbackMethod } from './feedback.words.js';

registerEnumType(FeedbackKind, {
  name: 'FeedbackKind',
  description: 'What a reaction is.',
  valuesMap: {
    NPS: { description: 'Would they recommend us: 0 to 10.' },
    CSAT: { description: 'How satisfied they are, on a scale that is named with the score.' },
    CES: { description: 'How much effort it was, on a scale that is named with the score.' },
  },
});
registerEnumType(FeedbackMethod, {
  name: 'FeedbackMethod',
  description: 'How feedback is asked for. OTHER needs a label.',
});

@InputType('RequestFeedbackInput', { description: 'Somebody was asked for feedback.' })
export class RequestFeedback extends DatedOfRelationship {
  readonly type = 'RequestFeedback' as const;

  @Field(() => FeedbackMethod, { description: 'How it was asked for.' })
  readonly method: FeedbackMethod;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With method OTHER: which one, up to 100 characters.' })
  readonly methodLabel?: string | null;

  @Field(() => DateTimeScalar, { description: 'Until when an answer is hoped for; later than the request.' })
  readonly dueAt: Instant;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, { nullable: true, description: 'Who was asked; absent: the other side (B).' })
  readonly to?: PartyId | null;
}

@InputType('RetractFeedbackRequestInput', {
  description: 'Nobody was asked. Final; it stays visible as retracted for ever.',
})
export class RetractFeedbackRequest extends Amending {
  readonly type = 'RetractFeedbackRequest' as const;

  @IsIdOf('fbr')
  @Field(() => ID, { description: 'The request.' })
  readonly requestId: FeedbackRequestId;
}

@InputType({ description: 'What a score is to be read on.' })
export class ScaleInput {
  @Field(() => ScoreScalar, { description: 'The lowest score there is.' })
  readonly min: number;

  @Field(() => ScoreScalar, { description: 'The highest score there is; higher than `min`.' })
  readonly max: number;
}

@InputType({ isAbstract: true })
class FeedbackDetails {
  @Field(() => FeedbackKind, { description: 'What it is.' })
  readonly kind: FeedbackKind;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, { nullable: true, description: 'Whose it is; absent: of the other side (B).' })
  readonly by?: PartyId | null;

  @Field(() => ScoreScalar, {
    nullable: true,
    description: 'The score, inside its scale. An NPS has one, a whole number from 0 to 10.',
  })
  readonly score?: number | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => ScaleInput)
  @Field(() => ScaleInput, {
    nullable: true,
    description: 'What the score is to be read on. Every score has one; that of an NPS is 0 to 10 and may be left out.',
  })
  readonly scale?: ScaleInput | null;

  @Field(() => ScoreScalar, {
    nullable: true,
    description: 'How it felt: whole basis points from -10000 (bad) to 10000 (good).',
  })
  readonly sentimentBp?: number | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, {
    nullable: true,
    description: 'What it is about in a word that others use too and that names no person, up to 100 characters.',
  })
  readonly theme?: string | null;

  @Field(() => FeedbackMethod, { nullable: true, description: 'How it came to be heard.' })
  readonly method?: FeedbackMethod | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With method OTHER: which one, up to 100 characters.' })
  readonly methodLabel?: string | null;

  @Field(() => Mindset, { nullable: true, description: 'As what they saw themselves.' })
  readonly mindset?: Mindset | null;

  @IsOptional()
  @IsText(2000)
  @Field(() => String, {
    nullable: true,
    description: 'What they understood us to mean, up to 2000 characters. Personal.',
  })
  readonly perceivedMeaning?: string | null;

  @IsOptional()
  @IsIdOf('evt')
  @Field(() => ID, { nullable: true, description: 'The event that it is about.' })
  readonly aboutEventId?: EventId | null;

  @IsOptional()
  @IsText(10_000)
  @Field(() => String, { nullable: true, description: 'What they said, up to 10000 characters. Personal.' })
  readonly text?: string | null;
}

@InputType('ReceiveFeedbackInput', { description: 'Somebody said what they think, asked or not.' })
export class ReceiveFeedback extends FeedbackDetails {
  readonly type = 'ReceiveFeedback' as const;

  @IsIdOf('rel')
  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: RelationshipId;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was said; absent: now.' })
  readonly occurredAt?: Instant | null;

  @IsOptional()
  @IsIdOf('fbr')
  @Field(() => ID, { nullable: true, description: 'The request that it answers. Each is answered once.' })
  readonly requestId?: FeedbackRequestId | null;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'Why it is dated before the request it answers, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;
}

@InputType({
  description: 'What the feedback really was. What is absent stays as it was; null takes an optional fact away.',
})
export class FeedbackReplacement extends PartialType(FeedbackDetails) {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was said.' })
  readonly occurredAt?: Instant | null;
}

@InputType('CorrectFeedbackInput', {
  description: 'Feedback was recorded wrongly. Happens once; both versions stay visible for ever.',
})
export class CorrectFeedback extends Amending {
  readonly type = 'CorrectFeedback' as const;

  @IsIdOf('fbk')
  @Field(() => ID, { description: 'The feedback.' })
  readonly feedbackId: FeedbackId;

  @ValidateNested()
  @Type(() => FeedbackReplacement)
  @Field(() => FeedbackReplacement, { description: 'The facts that change.' })
  readonly replacement: FeedbackReplacement;
}

@InputType('RetractFeedbackInput', {
  description: 'Nobody said it, and no step followed. Final; it stays visible as retracted for ever.',
})
export class RetractFeedback extends Amending {
  readonly type = 'RetractFeedback' as const;

  @IsIdOf('fbk')
  @Field(() => ID, { description: 'The feedback.' })
  readonly feedbackId: FeedbackId;
}

@InputType('CorrectFeedbackStepInput', {
  description: 'A step was recorded wrongly. Happens once; both versions stay visible for ever.',
})
export class CorrectFeedbackStep extends AmendingStep {
  readonly type = 'CorrectFeedbackStep' as const;

  @IsIdOf('fbk')
  @Field(() => ID, { description: 'The feedback.' })
  readonly feedbackId: FeedbackId;

  @ValidateNested()
  @Type(() => StepReplacement)
  @Field(() => StepReplacement, { description: 'The facts that change.' })
  readonly replacement: StepReplacement;
}

@InputType('RetractFeedbackStepInput', {
  description: 'A step was never taken: the feedback stands as if the step had not been recorded. Final.',
})
export class RetractFeedbackStep extends AmendingStep {
  readonly type = 'RetractFeedbackStep' as const;

  @IsIdOf('fbk')
  @Field(() => ID, { description: 'The feedback.' })
  readonly feedbackId: FeedbackId;
}

@InputType({ isAbstract: true })
abstract class OfFeedback extends DatedOfRelationship {
  @IsIdOf('fbk')
  @Field(() => ID, { description: 'The feedback.' })
  readonly feedbackId: FeedbackId;

  @IsOptional()
  @IsText(2000)
  @Field(() => String, { nullable: true, description: 'What there is to say of it, up to 2000 characters. Personal.' })
  readonly note?: string | null;
}

@InputType('AcknowledgeFeedbackInput', { description: 'They were told that they were heard.' })
export class AcknowledgeFeedback extends OfFeedback {
  readonly type = 'AcknowledgeFeedback' as const;
}

@InputType('ActionFeedbackInput', { description: 'Something was done about it. May happen more than once.' })
export class ActionFeedback extends OfFeedback {
  readonly type = 'ActionFeedback' as const;
}

@InputType('ResolveFeedbackInput', { description: 'It is dealt with, in our eyes.' })
export class ResolveFeedback extends OfFeedback {
  readonly type = 'ResolveFeedback' as const;
}

@InputType('ConfirmFeedbackInput', { description: 'It is dealt with in their eyes, too.' })
export class ConfirmFeedback extends OfFeedback {
  readonly type = 'ConfirmFeedback' as const;
}

@InputType('ReopenFeedbackInput', { description: 'It was not dealt with after all.' })
export class ReopenFeedback extends OfFeedback {
  readonly type = 'ReopenFeedback' as const;
}

@InputType('DisputeFeedbackInput', { description: 'One side does not agree with what was said or done.' })
export class DisputeFeedback extends OfFeedback {
  readonly type = 'DisputeFeedback' as const;
}

export const feedbackRequestCommands = [RequestFeedback, RetractFeedbackRequest] as const;
export const feedbackCommands = [
  ReceiveFeedback,
  CorrectFeedback,
  RetractFeedback,
  AcknowledgeFeedback,
  ActionFeedback,
  ResolveFeedback,
  ConfirmFeedback,
  ReopenFeedback,
  DisputeFeedback,
  CorrectFeedbackStep,
  RetractFeedbackStep,
] as const;
