import { ArgsType, Field, ID, ObjectType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { DateTimeScalar, PositionScalar } from '../../graphql/scalars.js';

@ObjectType({ description: 'A fact of a relationship that was learnt after a moment by which it was so already.' })
export class LateFact {
  @Field(() => ID, { description: 'The event that says it so.' })
  readonly eventId: string;

  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: string;

  @Field(() => String, { description: 'What kind of fact it is: TOUCH, COMMITMENT_KEPT, …' })
  readonly kind: string;

  @Field(() => DateTimeScalar, { description: 'When it was so.' })
  readonly occurredAt: Instant;

  @Field(() => DateTimeScalar, { description: 'When the ledger learnt it.' })
  readonly recordedAt: Instant;

  @Field(() => PositionScalar, { description: 'Where that stands in the ledger.' })
  readonly position: Position;

  @Field(() => Boolean, { description: 'Whether it was neither corrected nor retracted since.' })
  readonly stands: boolean;
}

@ObjectType('LateFactConnection', { description: 'A page of late facts.' })
export class LateFactConnection extends connectionOf(() => LateFact, 'LateFact') {}

@ArgsType()
export class LateFactsArguments extends PageArguments {
  @Field(() => DateTimeScalar, { description: 'The moment.' })
  readonly asOf: Instant;
}
