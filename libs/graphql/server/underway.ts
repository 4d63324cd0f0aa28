import type { ExecutionArgs } from 'graphql';
import type { RequestContext } from '../request-context.js';
import type { GivenVariables, Operation, Operations } from './operations.js';

/** A prepared operation on its way through the library of a transport, which wants a record. */
export interface Underway extends Record<PropertyKey, unknown> {
  readonly operation: Operation;
  readonly context: RequestContext;
}

export function underway(
  { schema }: Operations,
  operation: Operation,
  variableValues: GivenVariables,
  context: RequestContext,
): ExecutionArgs & { contextValue: Underway } {
  const { document, node } = operation;
  return {
    schema,
    document,
    operationName: node.name?.value,
    variableValues,
    contextValue: { operation, context },
  };
}

/** What such a library calls to execute or to subscribe. */
export function carryOut(operations: Operations): (args: ExecutionArgs) => ReturnType<Operations['start']> {
  return ({ contextValue, variableValues }) => {
    const { operation, context } = contextValue as Underway;
    return operations.start(operation, variableValues, context);
  };
}
