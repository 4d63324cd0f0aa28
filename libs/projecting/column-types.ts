import type { Tuples } from './tuples.js';

/** How values of one PostgreSQL type travel: as its text in arrays of parameters, as its bytes in COPY. */
export interface ColumnType {
  readonly type: string;
  /** Throws `UnfitValue` for a value that would not come back as it is; so does `write`. */
  readonly toText: (value: unknown) => string;
  readonly write: (to: Tuples, value: unknown) => void;
}

/** A handler put a value into a column that is made for another type. */
export class UnfitValue extends Error {
  constructor(value: unknown, type: string) {
    super(`A value of type ${Array.isArray(value) ? 'array' : typeof value} does not fit a column of type ${type}.`);
    this.name = 'UnfitValue';
  }
}

// Strict, because rows are also kept in memory between batches: a number that went into a bigint column would be a
// number to the next handler, but a bigint once the row has been read back.
function column<Value>(
  type: string,
  fits: (value: unknown) => value is Value,
  toText: (value: Value) => string,
  write: (to: Tuples, value: Value) => void,
): ColumnType {
  const fitting = (value: unknown): Value => {
    if (!fits(value)) throw new UnfitValue(value, type);
    return value;
  };
  return {
    type,
    toText: (value) => toText(fitting(value)),
    write: (to, value) => {
      write(to, fitting(value));
    },
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const shaped =
  (shape: RegExp) =>
  (value: unknown): value is string =>
    isText(value) && shape.test(value);
const integer =
  (bits: number) =>
  (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1);
const isDouble = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isBigint = (value: unknown): value is bigint => typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isJson = (value: unknown): value is object => value !== undefined;
const itself = (text: string): string => text;

const TYPES: readonly ColumnType[] = [
  column(
    'text[]',
    isTexts,
    (value) => `{${value.map(quoted).join()}}`,
    (to, value) => to.texts(value),
  ),
  column('text', isText, itself, (to, value) => to.text(value)),
  column('uuid', shaped(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/), itself, (to, value) => to.uuid(value)),
  column('date', shaped(/^\d{4}-\d\d-\d\d$/), itself, (to, value) => to.date(Date.parse(value))),
  column('timestamptz', shaped(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), itself, (to, value) =>
    to.timestamp(Date.parse(value)),
  ),
  column('smallint', integer(16), String, (to, value) => to.smallint(value)),
  column('integer', integer(32), String, (to, value) => to.integer(value)),
  column('double precision', isDouble, String, (to, value) => to.double(value)),
  column('bigint', isBigint, String, (to, value) => to.bigint(value)),
  column(
    'boolean',
    isBoolean,
    (value) => (value ? 't' : 'f'),
    (to, value) => to.boolean(value),
  ),
  column(
    'jsonb',
    isJson,
    (value) => JSON.stringify(value),
    (to, value) => to.jsonb(JSON.stringify(value)),
  ),
];

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The type that a column's definition begins with: `text not null` is `text`. */
export function columnType(definition: string): ColumnType {
  const found = TYPES.find(({ type }) => definition === type || definition.startsWith(`${type} `));
  if (!found) throw new Error(`"${definition}" begins with no type that projections use.`);
  return found;
}
