import type { Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver, TypeMetadataStorage } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type Role } from '../access/caller.js';
import { Roles } from '../access/roles.js';
import { isRefusal, type Refusal } from '../event-sourcing/decider.js';
import { carriedOut, refused } from '../graphql/payload.js';
import type { RequestContext } from '../graphql/request-context.js';
import { refusalsOfMisread } from '../graphql/tolerant-input.js';
import { CarryOut } from './carry-out.module.js';
import type { Executed } from './execute.js';
import type { LedgerPayload } from './payloads.types.js';
import { invalid } from './refusals.js';
import { isLine } from './text-rules.inputs.js';
import type { CommandClass } from './validate.inputs.js';

const LONGEST_KEY = 255;

export const isKey = (key: unknown): key is string => isLine(key, LONGEST_KEY);

/** Refuses a key that cannot name a command for ever. */
export const UNFIT_KEY = invalid(
  ['idempotencyKey'],
  `A key is one line of 1 to ${String(LONGEST_KEY)} characters, none of them a control character.`,
);

/** The argument that makes a mutation safe to send again. */
export const IdempotencyKey = (): ParameterDecorator =>
  Args('idempotencyKey', {
    type: () => String,
    nullable: true,
    description: `Names the command for ever, one line of 1 to ${String(LONGEST_KEY)} characters: sent again, it counts once and is answered alike.`,
  });

/** Sends a command over the bus and puts what became of it into a payload. */
export async function carryOut(
  bus: CommandBus,
  commandClass: CommandClass,
  fields: object,
  idempotencyKey: string | null | undefined,
  { tenantId, actor }: Caller,
  { correlationId, loaders }: RequestContext,
): Promise<LedgerPayload> {
  loaders.clear(); // the mutations of one request follow each other: each shows a newer world
  const misread = refusalsOfMisread(fields); // of one among many inputs: the others are carried out
  if (misread.length > 0) return payloadOf(fields, misread);
  const context = { tenantId, actor, correlationId, idempotencyKey: idempotencyKey ?? undefined };
  return payloadOf(fields, await bus.execute(new CarryOut(commandClass, fields, context)));
}

const payloadOf = (input: object, result: Executed | readonly Refusal[]): LedgerPayload =>
  'position' in result
    ? { ...carriedOut(result), input, executed: result }
    : { ...refused(...result), input, executed: null };

export interface MutationOptions {
  /** Who may send the commands. */
  readonly role?: Role;
  /** A provider that completes an input by what only the application knows, or refuses it. */
  readonly preparation?: Type<Preparation>;
}

export interface Preparation {
  prepare(input: object): Promise<object | Refusal>;
}

/**
 * A resolver with one mutation per command, named like it: a new command needs its input class and nothing here. The
 * description is that of the input.
 */
export function mutationsOf(
  commands: readonly CommandClass[],
  payload: Type<LedgerPayload>,
  { role = 'recorder', preparation }: MutationOptions = {},
): Type {
  @Resolver()
  class Mutations {
    constructor(
      readonly bus: CommandBus,
      readonly modules: ModuleRef,
    ) {}
  }

  for (const commandClass of commands) {
    const mutation = async function (
      this: Mutations,
      input: object,
      key: string | null,
      caller: Caller,
      context: RequestContext,
    ): Promise<LedgerPayload> {
      if (typeof key === 'string' && !isKey(key)) return payloadOf(input, [UNFIT_KEY]);
      const prepared = preparation ? await this.modules.get(preparation, { strict: false }).prepare(input) : input;
      return isRefusal(prepared)
        ? payloadOf(input, [prepared])
        : carryOut(this.bus, commandClass, prepared, key, caller, context);
    };
    declareMutation(Mutations.prototype, mutation, commandClass, payload, role);
  }
  return Mutations;
}

/** What decorators would say of the method, if it stood in a class. */
function declareMutation(
  mutations: object,
  mutation: unknown,
  commandClass: CommandClass,
  payload: Type<LedgerPayload>,
  role: Role,
): void {
  const { type } = new commandClass();
  const name = type.charAt(0).toLowerCase() + type.slice(1);
  const inputs = TypeMetadataStorage.getInputTypesMetadata();
  const description = inputs.find(({ target }) => target === commandClass)?.description ?? type;
  const descriptor: TypedPropertyDescriptor<unknown> = { value: mutation, writable: true, configurable: true };
  Object.defineProperty(mutations, name, descriptor);
  Reflect.defineMetadata('design:paramtypes', [Object, String, Object, Object], mutations, name);
  Args('input', { type: () => commandClass, description: 'What to record.' })(mutations, name, 0);
  IdempotencyKey()(mutations, name, 1);
  CurrentCaller()(mutations, name, 2);
  Context()(mutations, name, 3);
  Roles(role)(mutations, name, descriptor);
  Mutation(() => payload, { name, description })(mutations, name, descriptor);
}
