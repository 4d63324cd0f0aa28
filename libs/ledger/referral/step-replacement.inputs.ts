import { Field, ID, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { MoneyInput } from '../../graphql/money.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf, IsLine, IsText } from '../text-rules.inputs.js';
import { DeclineReason, ValueKind } from './referral.words.js';

@InputType({
  description:
    'What an entry of a referral really was. What is absent stays as it was; null takes an optional fact away. What the entry does not say is INVALID_INPUT.',
})
export class ReferralStepReplacement {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was so.' })
  readonly occurredAt?: Instant | null;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'What there is to say of it, or why, up to 1000 characters. Personal.',
  })
  readonly reason?: string | null;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'Why it is dated before the referral was made, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;

  @Field(() => DeclineReason, { nullable: true, description: 'Of DECLINED: why.' })
  readonly declineReason?: DeclineReason | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With declineReason OTHER: which one, up to 100 characters.' })
  readonly declineReasonLabel?: string | null;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, { nullable: true, description: 'Of a leak: where to.' })
  readonly toPartyId?: PartyId | null;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, {
    nullable: true,
    description: 'Of a reassigned source: the party to credit. Who was credited before follows from the time.',
  })
  readonly to?: PartyId | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'Of a declared source: where it was asked.' })
  readonly point?: string | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'Of a declared source: the answer.' })
  readonly answer?: string | null;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, { nullable: true, description: 'Of a declared source: the party that the answer means.' })
  readonly partyId?: PartyId | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => MoneyInput)
  @Field(() => MoneyInput, { nullable: true, description: 'Of a value: how much.' })
  readonly amount?: MoneyInput | null;

  @Field(() => ValueKind, { nullable: true, description: 'Of a value: what it came as.' })
  readonly kind?: ValueKind | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one, up to 100 characters.' })
  readonly kindLabel?: string | null;
}
