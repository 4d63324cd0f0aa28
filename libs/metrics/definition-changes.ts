import { isDeepStrictEqual } from 'node:util';
import type { MetricDefinition } from './definition.js';

/** A field of a definition that is another one in the next. */
export interface DefinitionChange {
  /** Names of fields, outermost first; components, bands and caps by their names. */
  readonly path: readonly string[];
  /** Undefined: it is not there. */
  readonly before: unknown;
  readonly after: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** What differs between two definitions, field by field, in the order in which they are written; null: there was none. */
export function definitionChanges(before: MetricDefinition | null, after: MetricDefinition): DefinitionChange[] {
  return between(before ?? {}, after, []);
}

function between(before: unknown, after: unknown, path: readonly string[]): DefinitionChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const fields = [namedParts(before), namedParts(after)] as const;
  const [was, is] = fields;
  if (!was || !is) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(is), ...Object.keys(was)])];
  const changes = names.flatMap((name) => between(was[name], is[name], [...path, name]));
  // The same parts in another order.
  return changes.length > 0 ? changes : [{ path, before: Object.keys(was), after: Object.keys(is) }];
}

/** The fields of an object; of a list of named things each under its name; undefined: it has no parts that have names. */
function namedParts(value: unknown): Fields | undefined {
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  const items = value as readonly unknown[];
  return items.length > 0 && items.every(isNamed)
    ? Object.fromEntries(items.map(({ name, ...rest }) => [name, rest]))
    : undefined;
}

const isNamed = (item: unknown): item is { readonly name: string } =>
  typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string';
