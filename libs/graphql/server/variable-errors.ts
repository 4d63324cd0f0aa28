import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  print,
  typeFromAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { RequestError } from '../request-error.js';
import type { Variables } from './limits.js';

const MOST_REPORTED = 20;

/** What is wrong with the variables of an operation, each error with the path of the value. */
export function variableErrors(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
): GraphQLError[] {
  const errors: GraphQLError[] = [];
  const report = (message: string, path: readonly (string | number)[]): void => {
    if (errors.length < MOST_REPORTED) errors.push(new RequestError('INVALID_INPUT', message, { path }));
  };
  for (const { variable, type: typeNode, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    const type = typeFromAST(schema, typeNode);
    if (!isInputType(type)) continue;
    const value = variables[name];
    if (value === undefined || value === null) {
      const absent = isNonNullType(type) && (value === null || !defaultValue);
      if (absent) report(`$${name} is required: ${print(typeNode)}.`, [name]);
    } else {
      coerceInputValue(value, type, (path, _, error) => {
        report(error.message, [name, ...path, ...fieldIn(error)]);
      });
    }
  }
  return errors;
}

/** Of a field that is missing, or that there is not, GraphQL gives the path of the object; only its words say which field. */
const fieldIn = ({ message }: GraphQLError): readonly string[] =>
  /^Field "([^"]+)" (?:of required type|is not defined)/.exec(message)?.slice(1) ?? [];
