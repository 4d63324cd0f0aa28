import { Field, ID, InputType, Int, PartialType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, Max, Min, ValidateNested } from 'class-validator';
import type {
  NeedId,
  PartyId,
  RelationshipId,
  TrustActionId,
  TrustAssessmentId,
  TrustRequestId,
} from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { MoneyInput } from '../../graphql/money.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { Amending, DatedOfRelationship } from '../relationship/entry.inputs.js';
import { IsIdOf, IsText } from '../text-rules.inputs.js';
import { TrustActionKind, TrustBasis, TrustDimension } from './trust.words.js';

registerEnumType(TrustActionKind, {
  name: 'TrustActionKind',
  description: 'What was done for trust, or against it. Each kind but GIFT counts in one dimension.',
  valuesMap: {
    PRESSURE: { description: 'Lowers trust: self-orientation.' },
    BROKEN_PROMISE: { description: 'Lowers trust: reliability.' },
    SELF_SERVING_ASK: { description: 'Lowers trust: self-orientation.' },
    MISLEADING_CLAIM: { description: 'Lowers trust: credibility.' },
    CONFIDENCE_BREACHED: { description: 'Lowers trust: intimacy.' },
    GIFT: { description: 'Something of value. Counts in no dimension.' },
  },
});
registerEnumType(TrustDimension, {
  name: 'TrustDimension',
  description: 'A term of the trust equation: (credibility + reliability + intimacy) / self-orientation.',
});
registerEnumType(TrustBasis, {
  name: 'TrustBasis',
  description: 'Whether trust was given by choice.',
  valuesMap: {
    EARNED: { description: 'The one who trusts could choose.' },
    DEPENDENT: { description: 'There was no choice: nothing was earned.' },
  },
});

@InputType({ isAbstract: true })
class TrustActionDetails {
  @IsIdOf('pty')
  @Field(() => ID, { description: 'Who did it.' })
  readonly by: PartyId;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'For whom, or to whom; another party than `by`.' })
  readonly to: PartyId;

  @Field(() => TrustActionKind, { description: 'What was done.' })
  readonly kind: TrustActionKind;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it was made for this one party.' })
  readonly customized: boolean;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether somebody had asked for it.' })
  readonly asked: boolean;

  @IsOptional()
  @IsIdOf('ned')
  @Field(() => ID, { nullable: true, description: 'The need that it answered.' })
  readonly needId?: NeedId | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => MoneyInput)
  @Field(() => MoneyInput, { nullable: true, description: 'With kind GIFT only: what it was worth, 0 or more.' })
  readonly giftValue?: MoneyInput | null;

  @IsOptional()
  @IsText(2000)
  @Field(() => String, { nullable: true, description: 'What it was, up to 2000 characters. Personal.' })
  readonly note?: string | null;
}

@InputType('RecordTrustActionInput', { description: 'Somebody did something for trust, or against it.' })
export class RecordTrustAction extends TrustActionDetails {
  readonly type = 'RecordTrustAction' as const;

  @IsIdOf('rel')
  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: RelationshipId;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType({
  description: 'What a trust action really was. What is absent stays as it was; null takes an optional fact away.',
})
export class TrustActionReplacement extends PartialType(TrustActionDetails, { omitDefaultValues: true }) {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was.' })
  readonly occurredAt?: Instant | null;
}

@InputType('CorrectTrustActionInput', {
  description: 'A trust action was recorded wrongly. Happens once; both versions stay visible for ever.',
})
export class CorrectTrustAction extends Amending {
  readonly type = 'CorrectTrustAction' as const;

  @IsIdOf('act')
  @Field(() => ID, { description: 'The trust action.' })
  readonly actionId: TrustActionId;

  @ValidateNested()
  @Type(() => TrustActionReplacement)
  @Field(() => TrustActionReplacement, { description: 'The facts that change.' })
  readonly replacement: TrustActionReplacement;
}

@InputType('RetractTrustActionInput', {
  description: 'A trust action never was. Final; it stays visible as retracted for ever.',
})
export class RetractTrustAction extends Amending {
  readonly type = 'RetractTrustAction' as const;

  @IsIdOf('act')
  @Field(() => ID, { description: 'The trust action.' })
  readonly actionId: TrustActionId;
}

@InputType('AskForTrustRequestInput', { description: 'Somebody asked what would earn trust.' })
export class AskForTrustRequest extends DatedOfRelationship {
  readonly type = 'AskForTrustRequest' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'Who asked.' })
  readonly by: PartyId;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'Who was asked; another party than `by`.' })
  readonly to: PartyId;

  @IsText(2000)
  @Field(() => String, { description: 'What would earn trust, as they said it, up to 2000 characters. Personal.' })
  readonly text: string;
}

@InputType('RetractTrustRequestInput', {
  description: 'Nobody asked that for trust. Final; it stays visible as retracted for ever.',
})
export class RetractTrustRequest extends Amending {
  readonly type = 'RetractTrustRequest' as const;

  @IsIdOf('ask')
  @Field(() => ID, { description: 'The request.' })
  readonly requestId: TrustRequestId;
}

const Rating =
  (description: string): PropertyDecorator =>
  (target, key) => {
    Min(1)(target, key);
    Max(10)(target, key);
    Field(() => Int, { description: `${description} 1 to 10.` })(target, key);
  };

@InputType('AssessTrustInput', { description: 'Trust as one party rates it, term by term of the trust equation.' })
export class AssessTrust extends DatedOfRelationship {
  readonly type = 'AssessTrust' as const;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, { nullable: true, description: 'Who trusts, or does not; absent: the other side (B).' })
  readonly by?: PartyId | null;

  @Rating('Whether what is said can be believed.')
  readonly credibility: number;

  @Rating('Whether what is promised is done.')
  readonly reliability: number;

  @Rating('Whether one can confide.')
  readonly intimacy: number;

  @Rating('How much the trusted one cares for itself: the less, the more trust.')
  readonly selfOrientation: number;

  @Field(() => TrustBasis, { description: 'Whether the one who trusts could choose.' })
  readonly basis: TrustBasis;
}

@InputType('RetractTrustAssessmentInput', {
  description: 'Nobody assessed trust so. Final; it stays visible as retracted for ever.',
})
export class RetractTrustAssessment extends Amending {
  readonly type = 'RetractTrustAssessment' as const;

  @IsIdOf('tas')
  @Field(() => ID, { description: 'The assessment.' })
  readonly assessmentId: TrustAssessmentId;
}

export const trustActionCommands = [RecordTrustAction, CorrectTrustAction, RetractTrustAction] as const;
export const trustRequestCommands = [AskForTrustRequest, RetractTrustRequest] as const;
export const trustAssessmentCommands = [AssessTrust, RetractTrustAssessment] as const;
