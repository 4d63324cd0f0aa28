import { Field, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import type { PartyId, RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { BasisPointsScalar, DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf, IsText } from '../text-rules.inputs.js';
import { Channel } from '../touch/touch.words.js';
import { EndingManner, RelationshipIntent, RelationshipKind, Stage, StewardRole } from './relationship.words.js';

registerEnumType(RelationshipKind, {
  name: 'RelationshipKind',
  description: 'What ties two parties. It never changes.',
});
registerEnumType(RelationshipIntent, {
  name: 'RelationshipIntent',
  description: 'Whether the tie is about one purchase or about each other.',
});
registerEnumType(Stage, {
  name: 'Stage',
  description: 'How far a relationship has grown, from PROSPECT to ADVOCATE, and the states beside that growth.',
  valuesMap: {
    STRAINED: { description: 'Something stands between the parties.' },
    ADVERSARIAL: { description: 'The parties work against each other.' },
    DORMANT: { description: 'Lapsed: may be reactivated.' },
    ENDED: { description: 'Over. Another relationship may be opened.' },
  },
});
registerEnumType(StewardRole, {
  name: 'StewardRole',
  description: 'Who carries a relationship: one PRIMARY at a time, any number of BACKUP.',
});
registerEnumType(EndingManner, { name: 'EndingManner', description: 'How a relationship ended.' });

@InputType('OpenRelationshipInput', {
  description: 'Two parties are tied. One relationship of a kind can be open between them at a time.',
})
export class OpenRelationship {
  readonly type = 'OpenRelationship' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party on our side.' })
  readonly a: PartyId;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party on the other side.' })
  readonly b: PartyId;

  @Field(() => RelationshipKind, { description: 'What ties them.' })
  readonly kind: RelationshipKind;

  @Field(() => RelationshipIntent, {
    defaultValue: 'UNKNOWN',
    description: 'Whether it is about one purchase or about each other.',
  })
  readonly intent: RelationshipIntent;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it began; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType({ isAbstract: true })
abstract class RelationshipStep {
  @IsIdOf('rel')
  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: RelationshipId;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was so; absent: now.' })
  readonly occurredAt?: Instant | null;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'Why it is dated before the step it follows, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;
}

@InputType('ChangeStageInput', {
  description:
    'The relationship stands elsewhere now. DORMANT and ENDED come from lapseRelationship and endRelationship.',
})
export class ChangeStage extends RelationshipStep {
  readonly type = 'ChangeStage' as const;

  @Field(() => Stage, { description: 'Where it stands now.' })
  readonly to: Stage;

  @IsText(1000)
  @Field(() => String, { description: 'What shows it, up to 1000 characters.' })
  readonly reason: string;
}

@InputType('AssignStewardInput', { description: 'A person carries the relationship, or carries it in another role.' })
export class AssignSteward extends RelationshipStep {
  readonly type = 'AssignSteward' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The steward: a party of kind PERSON.' })
  readonly stewardId: PartyId;

  @Field(() => StewardRole, { defaultValue: 'PRIMARY', description: 'One PRIMARY at a time.' })
  readonly role: StewardRole;
}

@InputType('HandOverStewardInput', {
  description: 'The PRIMARY steward hands the relationship over to another person.',
})
export class HandOverSteward extends RelationshipStep {
  readonly type = 'HandOverSteward' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The new PRIMARY steward: a party of kind PERSON.' })
  readonly toStewardId: PartyId;

  @Field(() => Boolean, { description: 'Whether the old steward introduced the new one.' })
  readonly warmIntro: boolean;
}

@InputType('ReleaseStewardInput', { description: 'A steward no longer carries the relationship.' })
export class ReleaseSteward extends RelationshipStep {
  readonly type = 'ReleaseSteward' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The steward.' })
  readonly stewardId: PartyId;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'Why, up to 1000 characters.' })
  readonly reason?: string | null;
}

@InputType('SetCadenceInput', { description: 'A rhythm of touches is promised, from `occurredAt` on.' })
export class SetCadence extends RelationshipStep {
  readonly type = 'SetCadence' as const;

  @Min(1)
  @Max(1095)
  @Field(() => Int, { description: 'Days from one touch to the next, 1 to 1095.' })
  readonly intervalDays: number;

  @Min(0)
  @Max(1095)
  @Field(() => Int, { defaultValue: 0, description: 'Days after the interval before it counts as overdue, 0 to 1095.' })
  readonly graceDays: number;
}

@InputType({ description: 'The share of touches that one channel should have.' })
export class ChannelShareInput {
  @Field(() => Channel, { description: 'The channel.' })
  readonly channel: Channel;

  @Min(0)
  @Field(() => BasisPointsScalar, { description: 'Its share in basis points, 0 to 10000.' })
  readonly shareBp: number;
}

@InputType('SetChannelMixTargetInput', { description: 'The mix of channels that the relationship should have.' })
export class SetChannelMixTarget extends RelationshipStep {
  readonly type = 'SetChannelMixTarget' as const;

  @ArrayMaxSize(Object.keys(Channel).length)
  @ValidateNested({ each: true })
  @Type(() => ChannelShareInput)
  @Field(() => [ChannelShareInput], { description: 'Each channel once; the shares sum to 10000 basis points.' })
  readonly shares: readonly ChannelShareInput[];
}

@InputType('LapseRelationshipInput', { description: 'The relationship has gone quiet: its stage becomes DORMANT.' })
export class LapseRelationship extends RelationshipStep {
  readonly type = 'LapseRelationship' as const;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'What shows it, up to 1000 characters.' })
  readonly reason?: string | null;
}

@InputType('ReactivateRelationshipInput', { description: 'A lapsed relationship lives again, at the stage it had.' })
export class ReactivateRelationship extends RelationshipStep {
  readonly type = 'ReactivateRelationship' as const;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'What shows it, up to 1000 characters.' })
  readonly reason?: string | null;
}

@InputType('EndRelationshipInput', { description: 'The relationship is over. Final: a new one may be opened.' })
export class EndRelationship extends RelationshipStep {
  readonly type = 'EndRelationship' as const;

  @Field(() => EndingManner, { description: 'How it ended.' })
  readonly manner: EndingManner;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'Why, up to 1000 characters.' })
  readonly reason?: string | null;
}

/** Every command of the concept. */
export const relationshipCommands = [
  OpenRelationship,
  ChangeStage,
  AssignSteward,
  HandOverSteward,
  ReleaseSteward,
  SetCadence,
  SetChannelMixTarget,
  LapseRelationship,
  ReactivateRelationship,
  EndRelationship,
] as const;
