import { Field, ID, InputType, PartialType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { CommitmentId, PartyId, RelationshipId, TrustRequestId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { Amending, AmendingStep, DatedOfRelationship, StepReplacement } from '../relationship/entry.inputs.js';
import { IsIdOf, IsText } from '../text-rules.inputs.js';

@InputType({ isAbstract: true })
class CommitmentDetails {
  @IsIdOf('pty')
  @Field(() => ID, { description: 'Who promised.' })
  readonly owedBy: PartyId;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'Whom; another party than `owedBy`.' })
  readonly owedTo: PartyId;

  @IsText(2000)
  @Field(() => String, { description: 'What, up to 2000 characters. Personal.' })
  readonly text: string;

  @Field(() => DateTimeScalar, { description: 'Until when; later than the promise.' })
  readonly dueAt: Instant;

  @IsOptional()
  @IsIdOf('ask')
  @Field(() => ID, { nullable: true, description: 'The request for what would earn trust that it answers.' })
  readonly trustRequestId?: TrustRequestId | null;
}

@InputType('MakeCommitmentInput', { description: 'Somebody promised something, due at a date.' })
export class MakeCommitment extends CommitmentDetails {
  readonly type = 'MakeCommitment' as const;

  @IsIdOf('rel')
  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: RelationshipId;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was promised; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType({ isAbstract: true })
abstract class OfCommitment extends DatedOfRelationship {
  @IsIdOf('cmt')
  @Field(() => ID, { description: 'The commitment.' })
  readonly commitmentId: CommitmentId;

  @IsOptional()
  @IsText(2000)
  @Field(() => String, { nullable: true, description: 'What there is to say of it, up to 2000 characters. Personal.' })
  readonly note?: string | null;
}

@InputType('RemindCommitmentInput', { description: 'The promise was brought to mind, by whichever side.' })
export class RemindCommitment extends OfCommitment {
  readonly type = 'RemindCommitment' as const;
}

@InputType('RenegotiateCommitmentInput', { description: 'The two agreed on another date.' })
export class RenegotiateCommitment extends OfCommitment {
  readonly type = 'RenegotiateCommitment' as const;

  @Field(() => DateTimeScalar, { description: 'Until when now; later than the agreement.' })
  readonly newDueAt: Instant;
}

@InputType('KeepCommitmentInput', { description: 'What was promised is done, in time or late.' })
export class KeepCommitment extends OfCommitment {
  readonly type = 'KeepCommitment' as const;
}

@InputType('BreakCommitmentInput', { description: 'What was promised will not be done.' })
export class BreakCommitment extends OfCommitment {
  readonly type = 'BreakCommitment' as const;
}

@InputType('WaiveCommitmentInput', {
  description: 'Whom it was promised to no longer wants it: it counts neither way.',
})
export class WaiveCommitment extends OfCommitment {
  readonly type = 'WaiveCommitment' as const;
}

@InputType('DeclineCommitmentInput', { description: 'What was asked for is not promised after all.' })
export class DeclineCommitment extends OfCommitment {
  readonly type = 'DeclineCommitment' as const;
}

@InputType({
  description: 'What was really promised. What is absent stays as it was; null takes an optional fact away.',
})
export class CommitmentReplacement extends PartialType(CommitmentDetails) {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was promised.' })
  readonly occurredAt?: Instant | null;
}

@InputType('CorrectCommitmentInput', {
  description: 'A commitment was recorded wrongly. Happens once; both versions stay visible for ever.',
})
export class CorrectCommitment extends Amending {
  readonly type = 'CorrectCommitment' as const;

  @IsIdOf('cmt')
  @Field(() => ID, { description: 'The commitment.' })
  readonly commitmentId: CommitmentId;

  @ValidateNested()
  @Type(() => CommitmentReplacement)
  @Field(() => CommitmentReplacement, { description: 'The facts that change.' })
  readonly replacement: CommitmentReplacement;
}

@InputType('RetractCommitmentInput', {
  description: 'A commitment was never made, and no step of it taken. Final; it stays visible as retracted for ever.',
})
export class RetractCommitment extends Amending {
  readonly type = 'RetractCommitment' as const;

  @IsIdOf('cmt')
  @Field(() => ID, { description: 'The commitment.' })
  readonly commitmentId: CommitmentId;
}

@InputType({
  description:
    'What a step of a commitment really was. What is absent stays as it was; null takes an optional fact away.',
})
export class CommitmentStepReplacement extends StepReplacement {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Of another date agreed on: until when.' })
  readonly newDueAt?: Instant | null;
}

@InputType('CorrectCommitmentStepInput', {
  description: 'A step of a commitment was recorded wrongly. Happens once; both versions stay visible for ever.',
})
export class CorrectCommitmentStep extends AmendingStep {
  readonly type = 'CorrectCommitmentStep' as const;

  @IsIdOf('cmt')
  @Field(() => ID, { description: 'The commitment.' })
  readonly commitmentId: CommitmentId;

  @ValidateNested()
  @Type(() => CommitmentStepReplacement)
  @Field(() => CommitmentStepReplacement, { description: 'The facts that change.' })
  readonly replacement: CommitmentStepReplacement;
}

@InputType('RetractCommitmentStepInput', {
  description: 'A step of a commitment was never taken: it stands as if the step had not been recorded. Final.',
})
export class RetractCommitmentStep extends AmendingStep {
  readonly type = 'RetractCommitmentStep' as const;

  @IsIdOf('cmt')
  @Field(() => ID, { description: 'The commitment.' })
  readonly commitmentId: CommitmentId;
}

/** Every command of the concept. */
export const commitmentCommands = [
  MakeCommitment,
  RemindCommitment,
  RenegotiateCommitment,
  KeepCommitment,
  BreakCommitment,
  WaiveCommitment,
  DeclineCommitment,
  CorrectCommitment,
  RetractCommitment,
  CorrectCommitmentStep,
  RetractCommitmentStep,
] as const;
