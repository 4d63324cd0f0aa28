import { Field, ID, InputType, PartialType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsOptional, ValidateNested } from 'class-validator';
import type { CampaignCostId, CampaignId, CampaignResponseId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { MoneyInput } from '../../graphql/money.js';
import { DateScalar, DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf, IsLine, IsText } from '../text-rules.inputs.js';
import { Channel } from '../touch/touch.words.js';
import { CampaignCostKind, CampaignResponseKind, CampaignState } from './campaign.words.js';

registerEnumType(CampaignState, {
  name: 'CampaignState',
  description: 'Where a campaign stands.',
  valuesMap: { ENDED: { description: 'Final. Costs and responses may still come in.' } },
});
registerEnumType(CampaignCostKind, {
  name: 'CampaignCostKind',
  description: 'What money was spent on. OTHER needs a label.',
});
registerEnumType(CampaignResponseKind, {
  name: 'CampaignResponseKind',
  description: 'How a party answered to a campaign. OTHER needs a label.',
  valuesMap: { AUTOMATED: { description: 'No human was there, such as the click of a mail scanner: never counts.' } },
});

@InputType({ description: 'Whom a campaign addresses: parties by name, or whoever fits a description.' })
export class AudienceInput {
  @IsLine(200)
  @Field(() => String, { description: 'What people call it, or who belongs to it, up to 200 characters.' })
  readonly name: string;

  @IsOptional()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ArrayUnique()
  @IsIdOf('pty', { each: true })
  @Field(() => [ID], {
    nullable: true,
    description: 'The parties, 1 to 500, each once. Absent: whoever fits the name, and the ledger does not know who.',
  })
  readonly partyIds?: readonly PartyId[] | null;
}

@InputType({ description: 'A stretch of time.' })
export class CampaignWindowInput {
  @Field(() => DateTimeScalar, { description: 'When it begins.' })
  readonly from: Instant;

  @Field(() => DateTimeScalar, { description: 'When it ends: later than it begins.' })
  readonly to: Instant;
}

@InputType('PlanCampaignInput', { description: 'Parties are to be addressed in a stretch of time, within a budget.' })
export class PlanCampaign {
  readonly type = 'PlanCampaign' as const;

  @IsLine(200)
  @Field(() => String, { description: 'What people call the campaign, up to 200 characters.' })
  readonly name: string;

  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => AudienceInput)
  @Field(() => [AudienceInput], { description: 'Whom it addresses, 1 to 10.' })
  readonly audiences: readonly AudienceInput[];

  @ArrayMinSize(1)
  @ArrayUnique()
  @Field(() => [Channel], { description: 'By which ways, at least one.' })
  readonly channels: readonly Channel[];

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With channel OTHER: which one, up to 100 characters.' })
  readonly channelLabel?: string | null;

  @ValidateNested()
  @Type(() => CampaignWindowInput)
  @Field(() => CampaignWindowInput, { description: 'When it is to run.' })
  readonly window: CampaignWindowInput;

  @ValidateNested()
  @Type(() => MoneyInput)
  @Field(() => MoneyInput, { description: 'What it may cost.' })
  readonly budget: MoneyInput;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was planned; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType({ isAbstract: true })
abstract class OfCampaign {
  @IsIdOf('cmp')
  @Field(() => ID, { description: 'The campaign.' })
  readonly campaignId: CampaignId;
}

@InputType({ isAbstract: true })
abstract class CampaignStep extends OfCampaign {
  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'Why, up to 1000 characters.' })
  readonly reason?: string | null;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'Why it is dated before the step that it follows, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was so; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType('LaunchCampaignInput', { description: 'A campaign that was planned or paused runs.' })
export class LaunchCampaign extends CampaignStep {
  readonly type = 'LaunchCampaign' as const;
}

@InputType('PauseCampaignInput', { description: 'A campaign that runs stands still.' })
export class PauseCampaign extends CampaignStep {
  readonly type = 'PauseCampaign' as const;
}

@InputType('EndCampaignInput', { description: 'A campaign is over. Final; costs and responses may still come in.' })
export class EndCampaign extends CampaignStep {
  readonly type = 'EndCampaign' as const;
}

/** What is said of a cost. */
@InputType({ isAbstract: true })
class CostDetails {
  @ValidateNested()
  @Type(() => MoneyInput)
  @Field(() => MoneyInput, { description: 'How much, 0 or more, in any currency: costs are summed per currency.' })
  readonly amount: MoneyInput;

  @Field(() => CampaignCostKind, { description: 'What it was spent on.' })
  readonly kind: CampaignCostKind;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one, up to 100 characters.' })
  readonly kindLabel?: string | null;

  @Field(() => DateScalar, { description: 'The day on which it was incurred.' })
  readonly incurredOn: string;
}

@InputType('RecordCampaignCostInput', { description: 'A campaign cost something.' })
export class RecordCampaignCost extends CostDetails {
  readonly type = 'RecordCampaignCost' as const;

  @IsIdOf('cmp')
  @Field(() => ID, { description: 'The campaign.' })
  readonly campaignId: CampaignId;
}

@InputType({ isAbstract: true })
abstract class ExplainedChange extends OfCampaign {
  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters.' })
  readonly reason: string;
}

@InputType('RefundCampaignCostInput', {
  description: 'Some of a cost came back, or all of it. Refunds of a cost never exceed it.',
})
export class RefundCampaignCost extends ExplainedChange {
  readonly type = 'RefundCampaignCost' as const;

  @IsIdOf('cst')
  @Field(() => ID, { description: 'The cost.' })
  readonly costId: CampaignCostId;

  @ValidateNested()
  @Type(() => MoneyInput)
  @Field(() => MoneyInput, { description: 'How much, 1 or more, in the currency of the cost.' })
  readonly amount: MoneyInput;

  @Field(() => DateScalar, { description: 'The day on which it came back.' })
  readonly refundedOn: string;
}

@InputType({ description: 'What a cost really was. What is absent stays as it was; null takes a label away.' })
export class CostReplacement extends PartialType(CostDetails) {}

@InputType('CorrectCampaignCostInput', {
  description: 'A cost was recorded wrongly. Both versions stay visible for ever.',
})
export class CorrectCampaignCost extends ExplainedChange {
  readonly type = 'CorrectCampaignCost' as const;

  @IsIdOf('cst')
  @Field(() => ID, { description: 'The cost.' })
  readonly costId: CampaignCostId;

  @ValidateNested()
  @Type(() => CostReplacement)
  @Field(() => CostReplacement, { description: 'The facts that change.' })
  readonly replacement: CostReplacement;
}

@InputType('RetractCampaignCostInput', {
  description: 'A cost, or a refund, never was. Final; it stays visible as retracted for ever.',
})
export class RetractCampaignCost extends ExplainedChange {
  readonly type = 'RetractCampaignCost' as const;

  @IsIdOf('cst')
  @Field(() => ID, { description: 'The cost, or the refund. A cost after its refunds.' })
  readonly costId: CampaignCostId;
}

/** What is said of a response. */
@InputType({ isAbstract: true })
class ResponseDetails {
  @IsIdOf('pty')
  @Field(() => ID, { description: 'Who answered.' })
  readonly partyId: PartyId;

  @Field(() => CampaignResponseKind, { description: 'How.' })
  readonly kind: CampaignResponseKind;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one, up to 100 characters.' })
  readonly kindLabel?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'The party answered without having been addressed. Absent: when no audience lists it, and none is only described.',
  })
  readonly organic?: boolean | null;

  @Field(() => DateTimeScalar, { description: 'When it was.' })
  readonly occurredAt: Instant;
}

@InputType('RecordCampaignResponseInput', { description: 'A party answered to a campaign.' })
export class RecordCampaignResponse extends ResponseDetails {
  readonly type = 'RecordCampaignResponse' as const;

  @IsIdOf('cmp')
  @Field(() => ID, { description: 'The campaign.' })
  readonly campaignId: CampaignId;
}

@InputType({ description: 'What a response really was. What is absent stays as it was; null takes a label away.' })
export class ResponseReplacement extends PartialType(ResponseDetails) {}

@InputType('CorrectCampaignResponseInput', {
  description: 'A response was recorded wrongly. Both versions stay visible for ever.',
})
export class CorrectCampaignResponse extends ExplainedChange {
  readonly type = 'CorrectCampaignResponse' as const;

  @IsIdOf('rsp')
  @Field(() => ID, { description: 'The response.' })
  readonly responseId: CampaignResponseId;

  @ValidateNested()
  @Type(() => ResponseReplacement)
  @Field(() => ResponseReplacement, { description: 'The facts that change.' })
  readonly replacement: ResponseReplacement;
}

@InputType('RetractCampaignResponseInput', {
  description: 'A response never was. Final; it stays visible as retracted for ever.',
})
export class RetractCampaignResponse extends ExplainedChange {
  readonly type = 'RetractCampaignResponse' as const;

  @IsIdOf('rsp')
  @Field(() => ID, { description: 'The response.' })
  readonly responseId: CampaignResponseId;
}

/** Every command of the concept. */
export const campaignCommands = [
  PlanCampaign,
  LaunchCampaign,
  PauseCampaign,
  EndCampaign,
  RecordCampaignCost,
  RefundCampaignCost,
  CorrectCampaignCost,
  RetractCampaignCost,
  RecordCampaignResponse,
  CorrectCampaignResponse,
  RetractCampaignResponse,
] as const;
