import { Extensions } from '@nestjs/graphql';
import {
  defaultFieldResolver,
  getArgumentValues,
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { formatPosition, type Position } from '../event-sourcing/position.js';
import { RequestError } from './request-error.js';
import { PositionScalar } from './scalars.js';

/** Waits until all the read models show at least the position; `position` is where the slowest of them is. */
export type WaitForPosition = (
  readModels: readonly string[],
  position: Position,
  timeoutMs: number,
) => Promise<{ readonly reached: boolean; readonly position: Position }>;

/** Injection token of the `WaitForPosition` that the application provides. */
export const WAIT_FOR_POSITION = 'WAIT_FOR_POSITION';

const LONGEST_WAIT_MS = 5000;

type ReadsFromExtension = readonly (string | ((args: object) => readonly string[]))[];

/**
 * The read models (names of projections) a field reads: on queries, and on fields of types whose read model is another
 * than that of the query they hang on; a function says which it reads for certain arguments only. `atLeastPosition` waits
 * for exactly what an operation selects.
 */
export const ReadsFrom = (...readModels: ReadsFromExtension): MethodDecorator & PropertyDecorator =>
  Extensions({ readsFrom: readModels });

/** Gives every query field the argument `atLeastPosition`, which waits before the field is resolved. */
export function withAtLeastPosition(schema: GraphQLSchema, wait: WaitForPosition): void {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.args = [...field.args, argument()];
    field.resolve = async (source, { atLeastPosition, ...args }: Record<string, unknown>, context, info) => {
      if (typeof atLeastPosition === 'bigint') await reach(atLeastPosition, info, wait);
      return resolve(source, args, context, info);
    };
  }
}

const argument = (): GraphQLField<unknown, unknown>['args'][number] => ({
  name: 'atLeastPosition',
  description:
    'Answer from read models that show at least this position, as a mutation returned it. Waits up to 5 s, then fails with STILL_AT.',
  type: PositionScalar,
  defaultValue: undefined,
  deprecationReason: undefined,
  extensions: {},
  astNode: undefined,
});

/** Resolves once all that the field selects can show the position; throws STILL_AT when that takes too long. */
export async function reach(wanted: Position, info: GraphQLResolveInfo, wait: WaitForPosition): Promise<void> {
  const readModels = [...readModelsOf(info)];
  const { reached, position } = await wait(readModels, wanted, LONGEST_WAIT_MS);
  if (reached) return;
  throw new RequestError('STILL_AT', 'The read models have not got there yet. Ask again.', {
    position: formatPosition(position),
    readModels,
  });
}

/** What the field and everything selected below it reads. */
export function readModelsOf(info: GraphQLResolveInfo): Set<string> {
  const found = new Set<string>();
  const readField = (field: GraphQLField<unknown, unknown>, node: FieldNode): void => {
    for (const model of (field.extensions['readsFrom'] as ReadsFromExtension | undefined) ?? []) {
      const names = typeof model === 'string' ? [model] : model(getArgumentValues(field, node, info.variableValues));
      for (const name of names) found.add(name);
    }
    if (node.selectionSet) readSelections(getNamedType(field.type), node.selectionSet);
  };
  const readSelections = (type: GraphQLNamedType, { selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        for (const field of fieldsNamed(info.schema, type, selection.name.value)) readField(field, selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition ? info.schema.getType(selection.typeCondition.name.value) : type;
        readSelections(on ?? type, selection.selectionSet);
      } else {
        const fragment = info.fragments[selection.name.value];
        const on = fragment && info.schema.getType(fragment.typeCondition.name.value);
        if (on) readSelections(on, fragment.selectionSet);
      }
    }
  };
  const field = info.parentType.getFields()[info.fieldName];
  for (const node of info.fieldNodes) if (field) readField(field, node);
  return found;
}

/** The field of an object type; of an interface every implementation's, since any may turn up. */
function fieldsNamed(schema: GraphQLSchema, type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown>[] {
  if (!isCompositeType(type)) return [];
  const types = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
  return types.flatMap((possible) => possible.getFields()[name] ?? []);
}
