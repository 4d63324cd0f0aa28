import { Extensions } from '@nestjs/graphql';
import {
  defaultFieldResolver,
  isEnumType,
  isIntrospectionType,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { refuse, type Refusal } from '../event-sourcing/decider.js';
import { refused } from './payload.js';
import { RequestError } from './request-error.js';
import { misreadIn, nearest, Unreadable, type Misread } from './unreadable.js';

/**
 * Makes a value that no scalar or enumeration can read a matter of the field instead of the whole request. By itself
 * GraphQL answers it with a top-level error for all fields; here a mutation answers with INVALID_INPUT or
 * NAIVE_TIMESTAMP in its payload, like every other refusal, and any other field with a typed error of its own.
 */
export function withTolerantInput(schema: GraphQLSchema): void {
  const mutation = schema.getMutationType();
  const subscription = schema.getSubscriptionType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isEnumType(type)) tolerateUnknownValue(type);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length === 0 || field.extensions['answersMisread']) continue;
      if (type === mutation) answerMisread(field, 'resolve', (misread) => refused(...misread.map(toRefusal)));
      else answerMisread(field, type === subscription ? 'subscribe' : 'resolve', fail);
    }
  }
}

/** Put on a mutation that answers what cannot be read by itself, item by item, with `refusalsOfMisread`. */
export const AnswersMisread = (): MethodDecorator & PropertyDecorator => Extensions({ answersMisread: true });

/** A refusal for every value in an input that cannot be read. */
export const refusalsOfMisread = (input: unknown): Refusal[] => misreadIn(input).map(toRefusal);

function answerMisread(
  field: GraphQLField<unknown, unknown>,
  part: 'resolve' | 'subscribe',
  answer: (misread: readonly Misread[]) => unknown,
): void {
  const resolve: GraphQLFieldResolver<unknown, unknown> = field[part] ?? defaultFieldResolver;
  field[part] = (source, args: object, context, info) => {
    const misread = misreadIn(args);
    return misread.length > 0 ? answer(misread) : resolve(source, args, context, info);
  };
}

/** Every reader of an enumeration value, interpreted or compiled, goes through `getValue`. */
function tolerateUnknownValue(type: GraphQLEnumType): void {
  const known = type.getValue.bind(type);
  const allowed = type.getValues().map(({ name }) => name);
  type.getValue = (name) =>
    known(name) ?? { name, value: unknownValue(name, allowed), description: null, ...NOTHING_ELSE };
}

const NOTHING_ELSE = { deprecationReason: null, extensions: {}, astNode: null };

function unknownValue(name: string, allowed: readonly string[]): Unreadable {
  const meant = nearest(name, allowed);
  return new Unreadable('INVALID_INPUT', 'This value does not exist.', {
    allowed,
    ...(meant ? { nearest: meant } : {}),
  });
}

/** The path inside the input: whose field it is needs no saying. */
function toRefusal({ problem, path }: Misread): Refusal {
  const inside = path[0] === 'input' || path[0] === 'inputs' ? path.slice(1) : path;
  return refuse(problem.code, problem.message, { path: inside, detail: problem.detail });
}

function fail([first]: readonly Misread[]): never {
  const { problem, path } = first!;
  throw new RequestError(problem.code, problem.message, { path, ...problem.detail });
}
