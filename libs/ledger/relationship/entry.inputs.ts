import { Field, ID, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import type { EventId, RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf, IsText } from '../text-rules.inputs.js';

@InputType({ isAbstract: true })
export abstract class OfRelationship {
  @IsIdOf('rel')
  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: RelationshipId;
}

@InputType({ isAbstract: true })
export abstract class DatedOfRelationship extends OfRelationship {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was so; absent: now.' })
  readonly occurredAt?: Instant | null;
}

/** Says of something recorded that it was otherwise, or never was. */
@InputType({ isAbstract: true })
export abstract class Amending extends OfRelationship {
  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters.' })
  readonly reason: string;
}

/** Says so of a step. */
@InputType({ isAbstract: true })
export abstract class AmendingStep extends Amending {
  @IsIdOf('evt')
  @Field(() => ID, { description: 'The event that recorded the step.' })
  readonly eventId: EventId;
}

@InputType({
  description: 'What a step really was. What is absent stays as it was; null takes an optional fact away.',
})
export class StepReplacement {
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was so.' })
  readonly occurredAt?: Instant | null;

  @IsOptional()
  @IsText(2000)
  @Field(() => String, { nullable: true, description: 'What there is to say of it, up to 2000 characters. Personal.' })
  readonly note?: string | null;
}
