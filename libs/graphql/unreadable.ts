import type { RefusalCode } from '../event-sourcing/refusal-codes.js';

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
export function misreadIn(value: unknown, path: readonly string[] = []): Misread[] {
  if (value instanceof Unreadable) return [{ problem: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => misreadIn(inner, [...path, key]));
}

/** The allowed name that was most likely meant: at most a third of its letters differ. */
export function nearest(name: string, allowed: readonly string[]): string | undefined {
  const wanted = name.toUpperCase();
  const ranked = allowed
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toUpperCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.ceil(best.candidate.length / 3) ? best.candidate : undefined;
}

/** Levenshtein, row by row; names longer than any allowed one can be are cut first. */
function editDistance(a: string, b: string): number {
  const from = a.slice(0, 64);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (from[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
