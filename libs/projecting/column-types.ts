import pg from 'pg';
import type { Element } from '../database/array-parameter.js';
import type { Fields } from '../database/fields.js';

/** How values of one PostgreSQL type travel: as its bytes. */
export interface ColumnType {
  readonly type: string;
  /** Throws `UnfitValue` for a value that would not come back as it is. */
  readonly write: (to: Fields, value: unknown) => void;
  /** What it is in an array of parameters: the same, unless it is an array itself, which travels as its text. */
  readonly element: Element & { readonly type: string };
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
  oid: number,
  fits: (value: unknown) => value is Value,
  write: (to: Fields, value: Value) => void,
): ColumnType {
  const writeFitting = (to: Fields, value: unknown): void => {
    if (!fits(value)) throw new UnfitValue(value, type);
    write(to, value);
  };
  return { type, write: writeFitting, element: { type, oid, write: writeFitting } };
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

const { TEXT, UUID, DATE, TIMESTAMPTZ, INT2, INT4, INT8, FLOAT8, BOOL, JSONB } = pg.types.builtins;
const TEXT_ARRAY = 1009; // pg has no names for the types of arrays

const text = column('text', TEXT, isText, (to, value) => to.text(value));
const texts = column('text[]', TEXT_ARRAY, isTexts, (to, value) => to.texts(value));

const TYPES: readonly ColumnType[] = [
  {
    ...texts,
    element: {
      ...text.element,
      write: (to, value) => {
        if (!isTexts(value)) throw new UnfitValue(value, texts.type);
        to.text(`{${value.map(quoted).join()}}`);
      },
    },
  },
  text,
  column('uuid', UUID, shaped(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/), (to, value) => to.uuid(value)),
  column('date', DATE, shaped(/^\d{4}-\d\d-\d\d$/), (to, value) => to.date(Date.parse(value))),
  column('timestamptz', TIMESTAMPTZ, shaped(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), (to, value) =>
    to.timestamp(Date.parse(value)),
  ),
  column('smallint', INT2, integer(16), (to, value) => to.smallint(value)),
  column('integer', INT4, integer(32), (to, value) => to.integer(value)),
  column('double precision', FLOAT8, isDouble, (to, value) => to.double(value)),
  column('bigint', INT8, isBigint, (to, value) => to.bigint(value)),
  column('boolean', BOOL, isBoolean, (to, value) => to.boolean(value)),
  column('jsonb', JSONB, isJson, (to, value) => to.jsonb(JSON.stringify(value))),
];

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The type that a column's definition begins with: `text not null` is `text`. */
export function columnType(definition: string): ColumnType {
  const found = TYPES.find(({ type }) => definition === type || definition.startsWith(`${type} `));
  if (!found) throw new Error(`"${definition}" begins with no type that projections use.`);
  return found;
}
