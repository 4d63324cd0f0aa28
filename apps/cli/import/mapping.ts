import { fromMillis, isInstant, parseInstant, type Instant } from '../../../libs/event-sourcing/instant.js';
import { EXIT, Failure } from '../failure.js';
import type { Field, FieldType } from './rows/fields.js';

export type Value = string | number | boolean | readonly string[];

/** Values of a row by the names of fields; a cell with nothing in it has no field. */
export type Fields = Readonly<Record<string, Value | undefined>>;

/** Why a row cannot be used, in the words of the API. */
export interface RowProblem {
  readonly code: string;
  readonly reason: string;
  readonly hint?: string;
}

export interface MappingOptions {
  /** Columns and their fields, as `--map` says. */
  readonly map: readonly (readonly [string, string])[];
  /** Fields and their values in rows that have none, as `--set` says. */
  readonly set: readonly (readonly [string, string])[];
  /** Offset from UTC of times that name none, as `--offset` says. */
  readonly offset?: string | undefined;
}

export type KnownFields = Readonly<Record<string, Field>>;

/** Reads the cells of a row into the fields of a kind of rows. */
export class Mapping {
  /** Field of each column that has one, in the order of the columns. */
  readonly columns: ReadonlyMap<string, string>;
  private readonly readers: readonly { column: string; name: string; read: (cell: unknown) => Value | Unread }[];
  private readonly set: Fields;

  constructor(known: KnownFields, columns: readonly string[], options: MappingOptions) {
    this.columns = columnsOf(known, columns, options.map);
    this.readers = [...this.columns].map(([column, name]) => {
      return { column, name, read: (cell) => readCell(known[name]!.type, cell, options.offset) };
    });
    this.set = Object.fromEntries(
      options.set.map(([name, text]) => {
        const value = readCell(fieldNamed(known, name).type, text, options.offset);
        if (value instanceof Unread) throw new Failure(`--set ${name}: ${value.reason}`, EXIT.usage);
        return [name, value];
      }),
    );
  }

  has(field: string): boolean {
    return field in this.set || [...this.columns.values()].includes(field);
  }

  read(values: Readonly<Record<string, unknown>>): Fields | RowProblem {
    const fields: Record<string, Value | undefined> = { ...this.set };
    for (const { column, name, read } of this.readers) {
      const cell = values[column];
      if (cell === undefined || cell === null || cell === '') continue;
      const value = read(cell);
      if (value instanceof Unread) return { code: value.code, reason: `${column}: ${value.reason}` };
      fields[name] = value;
    }
    return fields;
  }
}

export const isProblem = (value: object): value is RowProblem => 'code' in value && 'reason' in value;

/** What a column means: as it was told, by the field's own name, by another name. The first of these wins. */
function columnsOf(
  known: KnownFields,
  columns: readonly string[],
  map: MappingOptions['map'],
): ReadonlyMap<string, string> {
  const told = new Map(map.map(([left, right]) => asTold(known, columns, left, right)));
  const meant = columns.flatMap((column) => {
    const field = told.get(column);
    const meaning = field === undefined ? meaningOf(known, column) : { field, rank: 0 };
    return meaning ? [{ column, ...meaning }] : [];
  });
  const chosen = meant.filter(({ field, rank }) => meant.every((other) => other.field !== field || rank <= other.rank));
  for (const [index, { column, field }] of chosen.entries()) {
    const other = chosen.slice(0, index).find((earlier) => earlier.field === field);
    if (!other) continue;
    const hint = `Say which: --map ${column}=${field}`;
    throw new Failure(`Both ${other.column} and ${column} would be ${field}.`, EXIT.usage, hint);
  }
  return new Map(chosen.map(({ column, field }) => [column, field]));
}

/** `column=field`; `field=column` where only that can be meant. */
function asTold(known: KnownFields, columns: readonly string[], left: string, right: string): [string, string] {
  const field = meaningOf(known, right)?.field;
  if (columns.includes(left) && field !== undefined) return [left, field];
  const turned = meaningOf(known, left)?.field;
  if (columns.includes(right) && turned !== undefined) return [right, turned];
  if (!columns.includes(left) && !columns.includes(right)) {
    throw new Failure(`The file has no column ${left}; it has ${columns.join(', ')}.`, EXIT.usage);
  }
  throw new Failure(`There is no field ${right}; there are ${Object.keys(known).join(', ')}.`, EXIT.usage);
}

function meaningOf(known: KnownFields, name: string): { field: string; rank: 1 | 2 } | undefined {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  const own = Object.keys(known).find((field) => field.toLowerCase() === plain);
  if (own !== undefined) return { field: own, rank: 1 };
  const other = Object.keys(known).find((field) => known[field]?.aliases?.includes(plain));
  return other === undefined ? undefined : { field: other, rank: 2 };
}

function fieldNamed(known: KnownFields, name: string): Field {
  const field = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!field) throw new Failure(`There is no field ${name}; there are ${Object.keys(known).join(', ')}.`, EXIT.usage);
  return field;
}

class Unread {
  constructor(
    readonly code: string,
    readonly reason: string,
  ) {}
}

function readCell(type: FieldType, cell: unknown, offset: string | undefined): Value | Unread {
  const text = typeof cell === 'boolean' || Array.isArray(cell) ? plain(cell) : cell;
  if (typeof text !== 'string' && typeof text !== 'number') {
    return new Unread('INVALID_INPUT', 'This is neither text nor a number.');
  }
  return valueOf(type, String(text), offset);
}

/** Of NDJSON: as a cell of a table would say it. */
const plain = (value: boolean | readonly unknown[]): string =>
  typeof value === 'boolean' ? String(value) : value.map(String).join(';');

function valueOf(type: FieldType, text: string, offset: string | undefined): Value | Unread {
  switch (type) {
    case 'word':
      return wordOf(text);
    case 'words':
      return listed(text).map(wordOf);
    case 'externalIds':
      return listed(text);
    case 'whole':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'number':
      return /^\s*-?\d{1,15}(\.\d{1,15})?\s*$/.test(text) ? Number(text) : text;
    case 'flag':
      return FLAGS[text.trim().toLowerCase()] ?? new Unread('INVALID_INPUT', 'This is neither yes nor no.');
    case 'time':
      return timeOf(text, offset);
    case 'externalId':
      return text.trim();
    case 'text':
      return text;
  }
}

const listed = (text: string): string[] =>
  text
    .split(/[;|]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');

const FLAGS: Readonly<Record<string, boolean>> = {
  ...{ yes: true, y: true, true: true, '1': true },
  ...{ no: false, n: false, false: false, '0': false },
};

/** `Phone call` is PHONE_CALL. */
const wordOf = (text: string): string =>
  text
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_');

/** Numbers below are Unix seconds (until the year 5138), above milliseconds (from 1973 on). */
const MILLISECONDS_FROM = 1e11;
const YEAR_1 = -62_135_596_800_000;
const YEAR_10000 = 253_402_300_800_000;

function timeOf(text: string, offset: string | undefined): Instant | Unread {
  const trimmed = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    const millis = Math.floor(Math.abs(number) < MILLISECONDS_FROM ? number * 1000 : number);
    if (millis >= YEAR_1 && millis < YEAR_10000) return fromMillis(millis);
    return new Unread('INVALID_INPUT', `${trimmed} is no Unix time in seconds or milliseconds.`);
  }
  const instant = parseInstant(trimmed);
  if (isInstant(instant)) return instant;
  if (instant === 'INVALID_INPUT') return new Unread(instant, `${trimmed} is no RFC 3339 time and no Unix time.`);
  if (offset === undefined) {
    return new Unread(instant, `${trimmed} has no offset. --offset says what holds for the file: +01:00, Z.`);
  }
  const complete = parseInstant(`${trimmed.length > 10 ? withSeconds(trimmed) : `${trimmed}T00:00:00`}${offset}`);
  return isInstant(complete) ? complete : new Unread('INVALID_INPUT', `${trimmed} is no time.`);
}

const withSeconds = (time: string): string => (/\d\d:\d\d:\d\d/.test(time) ? time : `${time}:00`);
