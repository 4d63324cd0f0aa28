import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Position } from '../../event-sourcing/position.js';
import { BigIntScalar, PositionScalar } from '../../graphql/scalars.js';
import type { ProjectionError, ProjectionState, ProjectionStatus } from '../../projecting/status.js';

const States: { readonly [State in ProjectionState]: State } = {
  LIVE: 'LIVE',
  CATCHING_UP: 'CATCHING_UP',
  REBUILDING: 'REBUILDING',
  PAUSED: 'PAUSED',
  FAILED: 'FAILED',
};
registerEnumType(States, {
  name: 'ProjectionState',
  description: 'What a projection is doing.',
  valuesMap: {
    LIVE: { description: 'It applies events as they come.' },
    CATCHING_UP: { description: 'Events have been waiting for it for longer than usual.' },
    REBUILDING: { description: 'It is built anew; queries read what was built before, if anything.' },
    PAUSED: { description: 'An operator stopped it.' },
    FAILED: { description: 'It stopped at an event that it cannot apply: see lastError. The others go on.' },
  },
});

@ObjectType('ProjectionError', { description: 'Why a projection stopped.' })
export class ProjectionErrorType implements ProjectionError {
  @Field(() => String, { description: 'What went wrong.' })
  readonly reason: string;

  @Field(() => PositionScalar, { nullable: true, description: 'Position of the event that could not be applied.' })
  readonly position?: string;

  @Field(() => ID, { nullable: true, description: 'Id of that event.' })
  readonly eventId?: string;

  @Field(() => String, { nullable: true, description: 'Type of that event.' })
  readonly eventType?: string;

  @Field(() => String, { description: 'The build that stopped: it may be a rebuild, while the live one goes on.' })
  readonly build: string;
}

@ObjectType('Projection', { description: 'A read model that follows the ledger, and how far it has come.' })
export class ProjectionType implements ProjectionStatus {
  @Field(() => String, { description: 'Name of the read model.' })
  readonly name: string;

  @Field(() => String, { description: 'The build that queries read: another one after a rebuild or a rollback.' })
  readonly build: string;

  @Field(() => Int, { description: 'Version that queries read.' })
  readonly version: number;

  @Field(() => States, { description: 'What it is doing.' })
  readonly state: ProjectionState;

  @Field(() => PositionScalar, { description: 'Everything up to here is in what queries read.' })
  readonly position: Position;

  @Field(() => BigIntScalar, { description: 'How many events the ledger is ahead.' })
  readonly lagEvents: bigint;

  @Field(() => Float, { description: 'For how many seconds the oldest event that is not applied has been waiting.' })
  readonly lagSeconds: number;

  @Field(() => Float, {
    description: 'From 0 to 1: how much of the ledger the rebuild, or else the live build, has read.',
  })
  readonly progress: number;

  @Field(() => Float, { nullable: true, description: 'Events per second of a rebuild; null when there is none.' })
  readonly ratePerSecond: number | null;

  @Field(() => Float, { nullable: true, description: 'Seconds until a rebuild is done; null when there is none.' })
  readonly etaSeconds: number | null;

  @Field(() => ProjectionErrorType, { nullable: true, description: 'Why it stopped; null while it goes on.' })
  readonly lastError: ProjectionError | null;
}
