import { Field, ID, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import type { EventId } from '../../event-sourcing/id.js';
import { IsIdOf, IsLine, IsText } from '../text-rules.inputs.js';

@InputType({ isAbstract: true })
abstract class Operation {
  @IsLine(63)
  @Field(() => String, { description: 'Name of the read model, as `projections` lists it.' })
  readonly projection: string;
}

@InputType({ isAbstract: true })
abstract class ExplainedOperation extends Operation {
  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'Why, up to 1000 characters.' })
  readonly reason?: string | null;
}

@InputType('PauseProjectionInput', { description: 'A read model stops where it stands; it can still be read.' })
export class PauseProjection extends ExplainedOperation {
  readonly type = 'PauseProjection' as const;
}

@InputType('ResumeProjectionInput', { description: 'A read model that was paused, or has failed, goes on.' })
export class ResumeProjection extends ExplainedOperation {
  readonly type = 'ResumeProjection' as const;
}

@InputType('RebuildProjectionInput', {
  description: 'A read model is built anew from the log beside the live one, which it then replaces. Reads never stop.',
})
export class RebuildProjection extends ExplainedOperation {
  readonly type = 'RebuildProjection' as const;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Replace the live one even when its rows differ: after an event was skipped, or to mend it.',
  })
  readonly mayDiffer: boolean = false;
}

@InputType('RollbackProjectionInput', { description: 'Queries read the build before the last rebuild again.' })
export class RollbackProjection extends ExplainedOperation {
  readonly type = 'RollbackProjection' as const;
}

@InputType('SkipEventInput', {
  description: 'A read model that fails at an event goes on without it, also in every rebuild.',
})
export class SkipEvent extends Operation {
  readonly type = 'SkipEvent' as const;

  @IsIdOf('evt')
  @Field(() => ID, { description: 'The event, as `lastError` names it.' })
  readonly eventId: EventId;

  @IsText(1000)
  @Field(() => String, { description: 'Why its rows may do without it, up to 1000 characters.' })
  readonly reason: string;

  /** Where the event stands, as clients carry positions: found out by the resolver. */
  readonly position: string;
}

/** Every command of the concept. */
export const projectionCommands = [
  PauseProjection,
  ResumeProjection,
  RebuildProjection,
  RollbackProjection,
  SkipEvent,
] as const;
