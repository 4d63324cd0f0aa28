import {
  BREAK,
  getNamedType,
  getVariableValues,
  GraphQLScalarType,
  isEnumType,
  isLeafType,
  isSpecifiedScalarType,
  Kind,
  specifiedScalarTypes,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { RequestContext } from '../request-context.js';
import type { Variables } from './limits.js';

/** An operation as one function: the same answers as the interpreter, in half the time. */
export type Compiled = (
  context: RequestContext,
  variables: Variables | null | undefined,
) => Promise<ExecutionResult> | ExecutionResult;

/**
 * undefined when the document has to be interpreted. graphql-jit (0.8.9) is trusted with executing only:
 *
 * - It writes literal arguments into its code as JSON, which loses what a scalar of ours made of them and, since it
 *   replaces marker texts in that JSON by code, would let a client run its own. So documents are compiled only when
 *   their literals are plain numbers, booleans and known enumeration values; what varies belongs into variables anyway.
 * - Its own reading of variables forgets the defaults of required fields. So GraphQL's reads them, and hands them on.
 */
export function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Compiled | undefined {
  if (!hasPlainLiteralsOnly(schema, document)) return undefined;
  const { variableDefinitions = [] } = operation;
  const compiled = compileQuery(withRead(schema), withReadVariables(document, operation), operation.name?.value);
  if (!isCompiledQuery(compiled)) return undefined;
  return (context, variables) => {
    const { errors, coerced } = getVariableValues(schema, variableDefinitions, variables ?? {}, { maxErrors: 20 });
    return errors ? { errors } : compiled.query(undefined, context, coerced);
  };
}

function hasPlainLiteralsOnly(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let plain = true;
  const look = (node: ValueNode): unknown => {
    if (isPlain(node, types)) return undefined;
    plain = false;
    return BREAK;
  };
  const literal = { IntValue: look, FloatValue: look, StringValue: look, BooleanValue: look, EnumValue: look };
  visit(document, visitWithTypeInfo(types, { ...literal, ObjectValue: look, ListValue: look }));
  return plain;
}

function isPlain(node: ValueNode, types: TypeInfo): boolean {
  // A variable that is absent is left out of an object or list: that too it does in its own way.
  if (node.kind === Kind.OBJECT) return node.fields.every(({ value }) => value.kind !== Kind.VARIABLE);
  if (node.kind === Kind.LIST) return node.values.every(({ kind }) => kind !== Kind.VARIABLE);
  const type = getNamedType(types.getInputType());
  if (!isLeafType(type)) return false;
  if (isEnumType(type)) return node.kind === Kind.ENUM && type.getValues().some(({ name }) => name === node.value);
  return isSpecifiedScalarType(type) && node.kind !== Kind.STRING;
}

/** The type of variables that have been read: takes what it gets. */
const READ = new GraphQLScalarType({ name: 'Read' });
const READ_NODE: NamedTypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: READ.name } };
const BUILT_IN: ReadonlySet<string> = new Set(specifiedScalarTypes.map(({ name }) => name));

/** The schema with one more type, seen by the compiler only. */
function withRead(schema: GraphQLSchema): GraphQLSchema {
  const getType: GraphQLSchema['getType'] = (name) => (name === READ.name ? READ : schema.getType(name));
  return Object.create(schema, { getType: { value: getType } }) as GraphQLSchema;
}

/** Built-in scalars read what was read before as the same, and the compiler wants to see Booleans where they are. */
function withReadVariables(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const asRead = (definition: VariableDefinitionNode): VariableDefinitionNode => {
    const { type, defaultValue: _, ...rest } = definition;
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    return named.kind === Kind.NAMED_TYPE && BUILT_IN.has(named.name.value) ? definition : { ...rest, type: READ_NODE };
  };
  const variableDefinitions = operation.variableDefinitions?.map(asRead) ?? [];
  const definitions = document.definitions.map((one) =>
    one === operation ? { ...operation, variableDefinitions } : one,
  );
  return { ...document, definitions };
}
