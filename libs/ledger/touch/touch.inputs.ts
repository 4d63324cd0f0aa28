import { Field, ID, InputType, PartialType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, Max, ValidateNested } from 'class-validator';
import type { CampaignId, PartyId, RelationshipId, TouchId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { MoneyInput } from '../../graphql/money.js';
import { DateTimeScalar, MinutesScalar } from '../../graphql/scalars.js';
import { Amending } from '../relationship/entry.inputs.js';
import { IsIdOf, IsLine, IsText } from '../text-rules.inputs.js';
import {
  Channel,
  Direction,
  Mindset,
  Side,
  TouchFunction,
  TouchIntent,
  TouchOutcome,
  TouchPhase,
} from './touch.words.js';

registerEnumType(Channel, { name: 'Channel', description: 'How the contact was made. OTHER needs a label.' });
registerEnumType(Direction, {
  name: 'Direction',
  description: 'Who turned to whom.',
  valuesMap: {
    INBOUND: { description: 'From the other side (B) to our side (A).' },
    OUTBOUND: { description: 'From our side (A) to the other side (B).' },
    MUTUAL: { description: 'Both at once: counts half for each direction.' },
  },
});
registerEnumType(TouchIntent, { name: 'TouchIntent', description: 'What the contact was for.' });
registerEnumType(TouchOutcome, {
  name: 'TouchOutcome',
  description: 'What became of the contact.',
  valuesMap: { AUTOMATED: { description: 'No human was there, such as the click of a mail scanner: never counts.' } },
});
registerEnumType(TouchFunction, {
  name: 'TouchFunction',
  description: 'Which part of the organisation touched. OTHER needs a label.',
});
registerEnumType(TouchPhase, { name: 'TouchPhase', description: 'Before or during the service.' });
registerEnumType(Mindset, { name: 'Mindset', description: 'As what the other side saw itself.' });
registerEnumType(Side, { name: 'Side', description: 'Side of a relationship: A is ours, B the other one.' });

@InputType({ description: 'Somebody who took part in a touch.' })
export class ParticipantInput {
  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party.' })
  readonly partyId: PartyId;

  @Field(() => Side, { description: 'The side of the relationship on which the party took part.' })
  readonly side: Side;
}

/** What is said of a contact. */
@InputType({ isAbstract: true })
class TouchDetails {
  @Field(() => Channel, { description: 'How the contact was made.' })
  readonly channel: Channel;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With channel OTHER: which one, up to 100 characters.' })
  readonly channelLabel?: string | null;

  @Field(() => Direction, { description: 'OUTBOUND is from our side (A) to the other (B).' })
  readonly direction: Direction;

  @Field(() => TouchIntent, { description: 'What the contact was for.' })
  readonly intent: TouchIntent;

  @Field(() => TouchOutcome, { defaultValue: 'CONNECTED', description: 'What became of it.' })
  readonly outcome: TouchOutcome;

  @Field(() => DateTimeScalar, { description: 'When it was.' })
  readonly occurredAt: Instant;

  @IsOptional()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => ParticipantInput)
  @Field(() => [ParticipantInput], {
    nullable: true,
    description:
      'Who took part: at least one on each side, at most 100, each once. Absent: the two parties of the relationship.',
  })
  readonly participants?: readonly ParticipantInput[] | null;

  @Field(() => TouchFunction, { nullable: true, description: 'Which part of the organisation touched.' })
  readonly function?: TouchFunction | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With function OTHER: which one, up to 100 characters.' })
  readonly functionLabel?: string | null;

  @Field(() => TouchPhase, { nullable: true, description: 'Before or during the service.' })
  readonly phase?: TouchPhase | null;

  @IsOptional()
  @IsLine(200)
  @Field(() => String, {
    nullable: true,
    description: 'What it was about in a few words that name no person, up to 200 characters.',
  })
  readonly topic?: string | null;

  @Field(() => Mindset, { nullable: true, description: 'As what the other side saw itself.' })
  readonly mindset?: Mindset | null;

  @IsOptional()
  @Max(1440)
  @Field(() => MinutesScalar, { nullable: true, description: 'How long it took in minutes, 0 to 1440.' })
  readonly minutes?: number | null;

  @IsOptional()
  @IsIdOf('cmp')
  @Field(() => ID, { nullable: true, description: 'The campaign it belongs to.' })
  readonly campaignId?: CampaignId | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => MoneyInput)
  @Field(() => MoneyInput, { nullable: true, description: 'What it cost, 0 or more.' })
  readonly cost?: MoneyInput | null;

  @IsOptional()
  @IsText(10_000)
  @Field(() => String, { nullable: true, description: 'What was said, up to 10000 characters. Personal.' })
  readonly note?: string | null;
}

@InputType('RecordTouchInput', {
  description: 'A contact that happened. Channel, direction, intent and time are enough.',
})
export class RecordTouch extends TouchDetails {
  readonly type = 'RecordTouch' as const;

  @IsIdOf('rel')
  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: RelationshipId;

  @IsOptional()
  @IsIdOf('tch')
  @Field(() => ID, {
    nullable: true,
    description:
      'Of the same contact in another relationship: one touch over several is one entry in each. Absent: new.',
  })
  readonly touchId?: TouchId | null;
}

@InputType({
  description: 'What a touch really was. What is absent stays as it was; null takes an optional fact away.',
})
export class TouchReplacement extends PartialType(TouchDetails, { omitDefaultValues: true }) {}

@InputType('CorrectTouchInput', { description: 'A touch was recorded wrongly. Both versions stay visible for ever.' })
export class CorrectTouch extends Amending {
  readonly type = 'CorrectTouch' as const;

  @IsIdOf('tch')
  @Field(() => ID, { description: 'The touch.' })
  readonly touchId: TouchId;

  @ValidateNested()
  @Type(() => TouchReplacement)
  @Field(() => TouchReplacement, { description: 'The facts that change.' })
  readonly replacement: TouchReplacement;
}

@InputType('RetractTouchInput', { description: 'A touch never was. Final; it stays visible as retracted for ever.' })
export class RetractTouch extends Amending {
  readonly type = 'RetractTouch' as const;

  @IsIdOf('tch')
  @Field(() => ID, { description: 'The touch.' })
  readonly touchId: TouchId;
}

/** Every command of the concept. */
export const touchCommands = [RecordTouch, CorrectTouch, RetractTouch] as const;
