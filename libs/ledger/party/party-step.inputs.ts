import { Field, ID, InputType } from '@nestjs/graphql';
import type { PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf } from '../text-rules.inputs.js';

/** What every command on a registered party says. */
@InputType({ isAbstract: true })
export abstract class PartyStep {
  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party.' })
  readonly partyId: PartyId;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was so; absent: now.' })
  readonly occurredAt?: Instant | null;
}
