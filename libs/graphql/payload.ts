import { Field, Int, InterfaceType, ObjectType } from '@nestjs/graphql';
import type { Refusal } from '../event-sourcing/decider.js';
import type { Position } from '../event-sourcing/position.js';
import { ErrorCode } from './error-code.js';
import { PositionScalar } from './scalars.js';

@InterfaceType({
  description: 'Why a command was refused, for people and for programs. Nothing was recorded.',
  resolveType: (error: { __typename: string }) => error.__typename,
})
export abstract class UserError {
  @Field(() => ErrorCode, { description: 'The reason, from a closed list.' })
  code: ErrorCode;

  @Field(() => String, { description: 'The reason in a sentence.' })
  message: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The field of the input that is at fault, outermost first; null when it is no single field.',
  })
  path: readonly string[] | null;
}

@ObjectType({ implements: () => UserError, description: 'A refusal that its code and message explain in full.' })
export class Refused extends UserError {}

@ObjectType({ implements: () => UserError, description: 'The idempotency key was used before with another input.' })
export class IdempotencyConflict extends UserError {
  @Field(() => String, { nullable: true, description: 'The first event that was recorded under the key.' })
  firstEventId: string | null;
}

@ObjectType({ implements: () => UserError, description: 'The state does not allow the command.' })
export class StateConflict extends UserError {
  @Field(() => String, { nullable: true, description: 'The state that stands in the way.' })
  current: string | null;
}

@ObjectType({ implements: () => UserError, description: 'A value cannot be read or lies outside its bounds.' })
export class InvalidInput extends UserError {
  @Field(() => [String], { nullable: true, description: 'The values that are allowed, when they are a short list.' })
  allowed: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'The allowed value that was most likely meant.' })
  nearest: string | null;
}

@ObjectType({ description: 'One thing that is wrong with a definition.' })
export class DefinitionProblem {
  @Field(() => [String], { description: 'Where in the definition, outermost first.' })
  path: readonly string[];

  @Field(() => String, { description: 'What is wrong, in a sentence.' })
  message: string;

  @Field(() => Int, { nullable: true, description: 'The line of the text, from 1.' })
  line: number | null;

  @Field(() => Int, { nullable: true, description: 'The character of the line, from 1.' })
  column: number | null;

  @Field(() => [String], { nullable: true, description: 'What could stand there, when that is a list.' })
  allowed: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'Which of that was most likely meant.' })
  nearest: string | null;
}

@ObjectType({
  implements: () => UserError,
  description: 'The text defines no metric. Line, column and the rest are of the first problem.',
})
export class DefinitionInvalid extends UserError {
  @Field(() => Int, { nullable: true, description: 'The line of the text, from 1.' })
  line: number | null;

  @Field(() => Int, { nullable: true, description: 'The character of the line, from 1.' })
  column: number | null;

  @Field(() => [String], { nullable: true, description: 'What could stand there, when that is a list.' })
  allowed: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'Which of that was most likely meant.' })
  nearest: string | null;

  @Field(() => [DefinitionProblem], { description: 'Everything that is wrong with it.' })
  problems: readonly DefinitionProblem[];
}

/** What every mutation answers with; a payload adds its entity, nullable. */
@ObjectType({ isAbstract: true })
export abstract class Payload {
  @Field(() => PositionScalar, {
    nullable: true,
    description: 'Reading at least this position shows what the command did. Null when it was refused.',
  })
  position: Position | null;

  @Field(() => Boolean, {
    description: 'The same command had been carried out before under its idempotency key: this is its first result.',
  })
  replayed: boolean;

  @Field(() => [UserError], { description: 'Why the command was refused; empty when it was carried out.' })
  errors: readonly UserError[];
}

export const carriedOut = (result: { readonly position: Position; readonly replayed: boolean }): Payload => ({
  position: result.position,
  replayed: result.replayed,
  errors: [],
});

export const refused = (...refusals: readonly Refusal[]): Payload => ({
  position: null,
  replayed: false,
  errors: refusals.map(toUserError),
});

export function toUserError(refusal: Refusal): UserError {
  const { detail = {} } = refusal;
  const error = {
    code: refusal.refused as ErrorCode,
    message: refusal.message,
    path: refusal.path ?? null,
  };
  switch (error.code) {
    case 'IDEMPOTENCY_CONFLICT':
      return typed('IdempotencyConflict', { ...error, firstEventId: text(detail['firstEventId']) });
    case 'STATE_CONFLICT':
      return typed('StateConflict', { ...error, current: text(detail['current']) });
    case 'INVALID_INPUT':
      return typed('InvalidInput', {
        ...error,
        allowed: Array.isArray(detail['allowed']) ? detail['allowed'].map(String) : null,
        nearest: text(detail['nearest']),
      });
    case 'DEFINITION_INVALID': {
      const problems = (detail['problems'] ?? [{ ...detail, path: error.path, message: error.message }]) as object[];
      const { line = null, column = null, allowed = null, nearest = null } = problems[0] as Partial<DefinitionProblem>;
      return typed('DefinitionInvalid', {
        ...{ ...error, line, column, allowed, nearest },
        problems: problems as DefinitionProblem[],
      });
    }
    default:
      return typed('Refused', error);
  }
}

const typed = <Shape extends UserError>(__typename: string, shape: Shape): Shape =>
  Object.assign(shape, { __typename });

const text = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
