import {
  GraphQLID,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { nearest, Unreadable } from '../../../libs/graphql/unreadable.js';
import type { References } from './references.js';

/** What reading one input finds beside its values. */
export interface Found {
  readonly references: References;
  /** Every id that the input names. */
  readonly mentions: string[];
  /** An `Unreadable` stands in the place of a value. */
  misread: boolean;
}

type Read = (value: unknown, found: Found) => unknown;
export type ReadInput = (value: object, found: Found) => object;

/**
 * Reads JSON as GraphQL reads the variables of an input type: the same scalars, enumerations, defaults and refusals of
 * unknown fields; what cannot be read stays in its place as an `Unreadable`. Compiled once: an import reads millions.
 * Where an id is expected a reference may stand.
 */
export function inputReader(type: GraphQLInputObjectType): ReadInput {
  // Input types may contain themselves: their fields are compiled when the first value comes.
  let fields: Map<string, { read: Read; byDefault: unknown }> | undefined;
  return (value, found) => {
    fields ??= fieldsOf(type);
    const given = value as Record<string, unknown>;
    const input: Record<string, unknown> = {};
    let known = 0;
    for (const [name, { read, byDefault }] of fields) {
      const raw = given[name];
      if (raw !== undefined) known++;
      const inside = raw === undefined && byDefault !== undefined ? byDefault : read(raw, found);
      if (inside !== undefined) input[name] = inside;
    }
    const names = Object.keys(given);
    if (known < names.length) {
      for (const name of names) {
        if (fields.has(name)) continue;
        const value = unknownField(name, [...fields.keys()], found);
        Object.defineProperty(input, name, { value, enumerable: true }); // the name may be __proto__
      }
    }
    return input;
  };
}

const fieldsOf = (type: GraphQLInputObjectType): Map<string, { read: Read; byDefault: unknown }> =>
  new Map(
    Object.values(type.getFields()).map((field) => [
      field.name,
      { read: reader(field.type), byDefault: field.defaultValue },
    ]),
  );

function reader(type: GraphQLInputType): Read {
  if (isNonNullType(type)) {
    const read = reader(type.ofType);
    return (value, found) => (absent(value) ? unreadable(found, 'This is required.') : read(value, found));
  }
  if (isListType(type)) {
    const read = reader(type.ofType);
    return optional((value, found) =>
      Array.isArray(value) ? value.map((item) => read(item, found)) : [read(value, found)],
    );
  }
  if (isInputObjectType(type)) {
    const read = inputReader(type);
    return optional((value, found) =>
      typeof value === 'object' && value !== null ? read(value, found) : unreadable(found, 'This is no object.'),
    );
  }
  if (type === GraphQLID) return optional(readId);
  return optional((value, found) => {
    const inside = parsed(() => type.parseValue(value));
    found.misread ||= inside instanceof Unreadable;
    return inside;
  });
}

const absent = (value: unknown): boolean => value === undefined || value === null;

const optional =
  (read: Read): Read =>
  (value, found) =>
    absent(value) ? value : read(value, found);

function readId(value: unknown, found: Found): unknown {
  if (typeof value !== 'string') return unreadable(found, 'This is no id.');
  const id = found.references.idOf(value);
  found.mentions.push(id);
  return id;
}

/** GraphQL's own types throw for what they cannot read. */
function parsed(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return new Unreadable('INVALID_INPUT', error instanceof Error ? error.message : 'This cannot be read.');
  }
}

function unknownField(name: string, known: readonly string[], found: Found): Unreadable {
  const meant = nearest(name, known);
  return unreadable(found, 'There is no such field.', meant === undefined ? {} : { nearest: meant });
}

function unreadable(found: Found, message: string, detail?: Unreadable['detail']): Unreadable {
  found.misread = true;
  return new Unreadable('INVALID_INPUT', message, detail);
}
