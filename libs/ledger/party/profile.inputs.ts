import { Field, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsLine, IsText } from '../text-rules.inputs.js';
import { PartyStep } from './party-step.inputs.js';

@InputType('RecordAttributeInput', {
  description:
    'What is known of a party over a stretch of time: a risk score, beds, a language. The last record counts.',
})
export class RecordAttribute extends PartyStep {
  readonly type = 'RecordAttribute' as const;

  @IsLine(64)
  @Field(() => String, { description: 'What it is, up to 64 characters, compared exactly. No name of a person.' })
  readonly key: string;

  @IsText(1000)
  @Field(() => String, { description: 'The value as text, up to 1000 characters. Personal.' })
  readonly value: string;

  @IsOptional()
  @IsLine(32)
  @Field(() => String, { nullable: true, description: 'Unit of the value, up to 32 characters.' })
  readonly unit?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when it is so; absent: `occurredAt`.' })
  readonly validFrom?: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when, exclusive; absent: until a later value of the key.',
  })
  readonly validTo?: Instant | null;

  @IsLine(100)
  @Field(() => String, { description: 'Who says so, up to 100 characters: a system, a survey. No name of a person.' })
  readonly source: string;
}

@InputType('RecordPreferenceInput', { description: 'How a party likes it. The latest on a topic counts.' })
export class RecordPreference extends PartyStep {
  readonly type = 'RecordPreference' as const;

  @IsLine(64)
  @Field(() => String, { description: 'What it is about, up to 64 characters, compared exactly: time of calls.' })
  readonly topic: string;

  @IsText(1000)
  @Field(() => String, { description: 'What the party likes, up to 1000 characters. Personal.' })
  readonly value: string;
}

export const profileCommands = [RecordAttribute, RecordPreference] as const;
