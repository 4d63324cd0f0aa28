import {
  getNamedType,
  isCompositeType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** What one operation may ask for at most, whatever transport it comes by. */
export interface Limits {
  /** Lexical tokens of the document. Comparing fields that may overlap takes time by their square. */
  readonly tokens: number;
  /** Fields inside fields. */
  readonly depth: number;
  /** Fields under another name, fragments written out. */
  readonly aliases: number;
  readonly directives: number;
  /** Fields of the answer if every page is full: a field counts once per item of the pages around it. */
  readonly cost: number;
}

export const LIMITS: Limits = { tokens: 1000, depth: 12, aliases: 30, directives: 30, cost: 50_000 };

export type Variables = Readonly<Record<string, unknown>>;

/** The size of an operation with its fragments written out. The cost depends on the page sizes in the variables. */
export interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly cost: (variables: Variables) => number;
}

const LARGEST_PAGE = 200;

/** Measures before validation, which is itself costly for what is too large. Unknown names count like known ones. */
export function measure(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const defaults = new Map(operation.variableDefinitions?.map((one) => [one.variable.name.value, one.defaultValue]));
  // undefined while it is being measured: a fragment inside itself, which validation refuses, counts as nothing.
  const measured = new Map<string, Size | undefined>();

  const ofFragment = (name: string): Size => {
    const fragment = fragments.get(name);
    if (!fragment || measured.has(name)) return measured.get(name) ?? NOTHING;
    measured.set(name, undefined);
    const size = ofSelections(schema.getType(fragment.typeCondition.name.value), fragment.selectionSet);
    measured.set(name, size);
    return size;
  };

  const ofField = (type: GraphQLNamedType | undefined, node: FieldNode): Size => {
    const field = fieldOf(type, node.name.value);
    const inner = node.selectionSet && field ? ofSelections(getNamedType(field.type), node.selectionSet) : NOTHING;
    const items = itemsOf(field, node, defaults);
    return {
      depth: 1 + inner.depth,
      aliases: (node.alias ? 1 : 0) + inner.aliases,
      directives: (node.directives?.length ?? 0) + inner.directives,
      cost: (variables) => 1 + items(variables) * inner.cost(variables),
    };
  };

  const ofSelections = (type: GraphQLNamedType | undefined, { selections }: SelectionSetNode): Size =>
    sum(
      selections.map((selection) => {
        if (selection.kind === Kind.FIELD) return ofField(type, selection);
        const directives = { ...NOTHING, directives: selection.directives?.length ?? 0 };
        if (selection.kind === Kind.FRAGMENT_SPREAD) return sum([directives, ofFragment(selection.name.value)]);
        const on = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type;
        return sum([directives, ofSelections(on, selection.selectionSet)]);
      }),
    );

  return ofSelections(schema.getRootType(operation.operation) ?? undefined, operation.selectionSet);
}

/** The first limit that is exceeded, as a sentence. */
export function exceeded(size: Size, variables: Variables, limits: Limits): string | undefined {
  if (size.depth > limits.depth) return `The document is deeper than ${String(limits.depth)} fields.`;
  if (size.aliases > limits.aliases) return `The document has more than ${String(limits.aliases)} aliases.`;
  if (size.directives > limits.directives) return `The document has more than ${String(limits.directives)} directives.`;
  const cost = size.cost(variables);
  if (cost > limits.cost) {
    return `The answer could have ${String(cost)} fields, ${String(limits.cost)} are allowed. Ask for smaller pages.`;
  }
  return undefined;
}

const NOTHING: Size = { depth: 0, aliases: 0, directives: 0, cost: () => 0 };

const sum = (sizes: readonly Size[]): Size => ({
  depth: Math.max(0, ...sizes.map(({ depth }) => depth)),
  aliases: sizes.reduce((total, { aliases }) => total + aliases, 0),
  directives: sizes.reduce((total, { directives }) => total + directives, 0),
  cost: (variables) => sizes.reduce((total, { cost }) => total + cost(variables), 0),
});

// Introspection has a limit of its own among the validation rules, and no definition here: it counts as one field.
const fieldOf = (type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined =>
  isCompositeType(type) && 'getFields' in type ? type.getFields()[name] : undefined;

/** How many items a field may answer with: its page size `first`, else one. */
function itemsOf(
  field: GraphQLField<unknown, unknown> | undefined,
  node: FieldNode,
  defaults: ReadonlyMap<string, ValueNode | undefined>,
): (variables: Variables) => number {
  const argument = field?.args.find(({ name }) => name === 'first');
  if (!argument) return () => 1;
  const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  if (given?.kind !== Kind.VARIABLE) {
    const items = page(literal(given) ?? argument.defaultValue);
    return () => items;
  }
  const name = given.name.value;
  const otherwise = literal(defaults.get(name)) ?? argument.defaultValue;
  return (variables) => page(variables[name] ?? otherwise);
}

const literal = (node: ValueNode | undefined): number | undefined =>
  node?.kind === Kind.INT ? Number(node.value) : undefined;

/** A page that is larger than pages can be is refused by its field: it costs no more than the largest. */
const page = (first: unknown): number =>
  typeof first === 'number' && Number.isFinite(first) ? Math.min(Math.max(first, 1), LARGEST_PAGE) : LARGEST_PAGE;
