import { nearest } from '../event-sourcing/nearest.js';
import type { DefinitionProblem } from './definition-problem.js';

/** The part of JSON Schema (2020-12) that definitions are described in. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  readonly propertyNames?: { readonly enum: readonly string[] };
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** Objects that are told apart by the `const` of their `type`. */
  readonly oneOf?: readonly Schema[];
}
type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';

const WORDS: { readonly [T in TypeName]: string } = {
  object: 'fields with values',
  array: 'a list',
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
};

/** Everything in which a value differs from the schema. */
export function checkShape(schema: Schema, value: unknown, path: readonly string[] = []): DefinitionProblem[] {
  if (schema.oneOf) return checkOneOf(schema.oneOf, value, path);
  const types = schema.type === undefined ? [] : typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (types.length > 0 && !types.some((type) => isOf(type, value))) {
    return [{ path, message: `This is ${types.map((type) => WORDS[type]).join(' or ')}.` }];
  }
  if (typeof value === 'string') return checkText(schema, value, path);
  if (typeof value === 'number') return checkNumber(schema, value, path);
  if (Array.isArray(value)) return checkList(schema, value, path);
  if (isObject(value)) return checkObject(schema, value, path);
  return [];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isOf(type: TypeName, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'boolean':
      return typeof value === type;
  }
}

const unknownName = (path: readonly string[], message: string, name: unknown, allowed: readonly string[]) => {
  const meant = typeof name === 'string' ? nearest(name, allowed) : undefined;
  return { path, message, allowed, ...(meant !== undefined && { nearest: meant }) };
};

function checkOneOf(options: readonly Schema[], value: unknown, path: readonly string[]): DefinitionProblem[] {
  if (!isObject(value)) return [{ path, message: `This is ${WORDS.object}.` }];
  const names = options.map((option) => option.properties!['type']!.const!);
  const type = Object.hasOwn(value, 'type') ? value['type'] : undefined;
  const chosen = options.find((option) => option.properties!['type']!.const === type);
  if (chosen) return checkShape(chosen, value, path);
  const message = type === undefined ? 'It has no type.' : `There is no type ${JSON.stringify(type)}.`;
  return [unknownName(type === undefined ? path : [...path, 'type'], message, type, names)];
}

function checkText(schema: Schema, value: string, path: readonly string[]): DefinitionProblem[] {
  const allowed = schema.const === undefined ? schema.enum : [schema.const];
  if (allowed && !allowed.includes(value)) return [unknownName(path, `${value} is none of these.`, value, allowed)];
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength) return [{ path, message: 'It is empty.' }];
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    return [{ path, message: `It is longer than ${String(schema.maxLength)} characters.` }];
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return [{ path, message: `It is not of the form ${schema.pattern}.` }];
  }
  return [];
}

function checkNumber(schema: Schema, value: number, path: readonly string[]): DefinitionProblem[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const wrong =
    minimum !== undefined && value < minimum
      ? `at least ${String(minimum)}`
      : maximum !== undefined && value > maximum
        ? `at most ${String(maximum)}`
        : exclusiveMinimum !== undefined && value <= exclusiveMinimum
          ? `more than ${String(exclusiveMinimum)}`
          : exclusiveMaximum !== undefined && value >= exclusiveMaximum
            ? `less than ${String(exclusiveMaximum)}`
            : undefined;
  return wrong === undefined ? [] : [{ path, message: `It is ${wrong}.` }];
}

function checkList(schema: Schema, value: readonly unknown[], path: readonly string[]): DefinitionProblem[] {
  const { items, minItems = 0, maxItems = Infinity } = schema;
  if (value.length < minItems) return [{ path, message: `There are at least ${String(minItems)}.` }];
  if (value.length > maxItems) return [{ path, message: `There are at most ${String(maxItems)}.` }];
  return items ? value.flatMap((item, index) => checkShape(items, item, [...path, String(index)])) : [];
}

function checkObject(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: readonly string[],
): DefinitionProblem[] {
  const { properties = {}, required = [], additionalProperties, propertyNames, minProperties = 0 } = schema;
  const problems: DefinitionProblem[] = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ path, message: `It needs ${name}.` }));
  if (Object.keys(value).length < minProperties) problems.push({ path, message: 'It is empty.' });
  for (const [name, inner] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const names = propertyNames?.enum ?? Object.keys(properties);
    if (own === false || (propertyNames && !propertyNames.enum.includes(name))) {
      problems.push({ ...unknownName([...path, name], `There is no ${name} here.`, name, names), isName: true });
    } else if (own) problems.push(...checkShape(own, inner, [...path, name]));
  }
  return problems;
}
