import type { Fields, RowProblem } from '../mapping.js';
import type { Field } from './fields.js';
import type { Source } from './source.js';

/** A command without the line that it comes from. */
export interface Command {
  readonly type: string;
  readonly idempotencyKey: string;
  /** What it makes may be there already; then later lines mean that. */
  readonly ensure?: true;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the rows of a file are: which fields they have, and the commands that they make. */
export interface RowKind {
  readonly fields: Readonly<Record<string, Field>>;
  /** Names of columns that a file without names has, when it has that many. */
  readonly usualColumns?: readonly string[];
  /** The problem of a mapping with which no row could be imported: what it lacks. */
  readonly lacks: (has: (field: string) => boolean) => string | undefined;
  /** Sees every row before the first is composed. */
  readonly survey?: (fields: Fields, source: Source) => void;
  /** `content`: the row as text, which stands for a row without an id. */
  readonly compose: (fields: Fields, source: Source, content: () => string) => readonly Command[] | RowProblem;
}

/** The problem of a row in which a field has no value. */
export const empty = (field: string): RowProblem => ({ code: 'INVALID_INPUT', reason: `${field} is empty.` });

/** Every one of these fields, as a sentence names them, when one is missing. */
export const allOf =
  (...fields: readonly string[]): RowKind['lacks'] =>
  (has) =>
    fields.every(has) ? undefined : fields.join(' and ');

/** An amount of a row; nothing where it has none. */
export const money = (field: string, amountMinor: unknown, currency: unknown): object =>
  amountMinor === undefined ? {} : { [field]: { amountMinor, currency } };

/** A step that has its time in a field of its own. */
export interface DatedStep {
  readonly field: string;
  readonly type: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** The commands of the steps that a row dates, in the order of time: each under a key of its own. */
export function stepsOf(
  fields: Fields,
  steps: readonly DatedStep[],
  key: string,
  input: Readonly<Record<string, unknown>>,
): Command[] {
  const taken = steps.flatMap(({ field, type, input: said }) => {
    const occurredAt = fields[field];
    if (occurredAt === undefined) return [];
    return { type, idempotencyKey: `${key}/${field}`, input: { ...input, ...said, occurredAt } };
  });
  return taken.sort((one, other) => (String(one.input.occurredAt) < String(other.input.occurredAt) ? -1 : 1));
}
