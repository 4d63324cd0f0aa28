import type { RefusalCode } from '../event-sourcing/refusal-codes.js';

export { nearest } from '../event-sourcing/nearest.js';

/**
 * A value of an input that its type could not read. It travels on in the place of the value, so that the field that
 * was asked can answer in its own way: a mutation with an error in its payload, a query with a typed top-level error.
 */
export class Unreadable {
  constructor(
    readonly code: Extract<RefusalCode, 'INVALID_INPUT' | 'NAIVE_TIMESTAMP' | 'SCORE_OUT_OF_SCALE'>,
    readonly message: string,
    readonly detail: { readonly allowed?: readonly string[]; readonly nearest?: string } = {},
  ) {}
}

export interface Misread {
  readonly problem: Unreadable;
  /** Where it stands in the arguments, outermost first; an item of a list by its index. */
  readonly path: readonly string[];
}

/** Every unreadable value in the arguments of a field. */
export const misreadIn = (value: unknown): Misread[] => (isMisread(value) ? pathsIn(value, []) : []);

/** Asked of every field of every request, nearly always in vain. */
function isMisread(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Unreadable) return true;
  for (const key in value) if (isMisread((value as Record<string, unknown>)[key])) return true;
  return false;
}

function pathsIn(value: unknown, path: readonly string[]): Misread[] {
  if (value instanceof Unreadable) return [{ problem: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]));
}
