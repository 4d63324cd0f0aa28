import type { Refusal } from '../event-sourcing/decider.js';
import { invalid } from './refusals.js';

/** A closed enumeration: each word is its own name and its own value, here, in the log and over GraphQL. */
export const words = <const Word extends string>(...all: readonly Word[]): { readonly [W in Word]: W } =>
  Object.fromEntries(all.map((word) => [word, word])) as { readonly [W in Word]: W };

/** OTHER needs a label that says which; every other word says it itself. */
export const mislabelled = (
  word: string | undefined,
  label: string | null | undefined,
  path: readonly string[],
): Refusal | undefined => {
  const hasLabel = label !== undefined && label !== null;
  if ((word === 'OTHER') === hasLabel) return undefined;
  return invalid(path, hasLabel ? 'Only OTHER takes a label.' : 'OTHER needs a label.');
};
