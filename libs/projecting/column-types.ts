/** How values of one PostgreSQL type travel: as its text, in arrays of parameters and in COPY alike. */
export interface ColumnType {
  readonly type: string;
  /** Throws `UnfitValue` for a value that would not come back as it is. */
  readonly toText: (value: unknown) => string;
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
const strings = (type: string): ColumnType => ({
  type,
  toText(value) {
    if (typeof value !== 'string') throw new UnfitValue(value, type);
    return value;
  },
});

const numbers = (type: string, fits: (value: number) => boolean): ColumnType => ({
  type,
  toText(value) {
    if (typeof value !== 'number' || !fits(value)) throw new UnfitValue(value, type);
    return String(value);
  },
});

const TYPES: readonly ColumnType[] = [
  {
    type: 'text[]',
    toText(value) {
      if (!Array.isArray(value)) throw new UnfitValue(value, 'text[]');
      return `{${value.map(element).join()}}`;
    },
  },
  strings('text'),
  strings('uuid'),
  strings('date'),
  strings('timestamptz'),
  numbers('smallint', Number.isInteger),
  numbers('integer', Number.isInteger),
  numbers('double precision', Number.isFinite),
  {
    type: 'bigint',
    toText(value) {
      if (typeof value !== 'bigint') throw new UnfitValue(value, 'bigint');
      return value.toString();
    },
  },
  {
    type: 'boolean',
    toText(value) {
      if (typeof value !== 'boolean') throw new UnfitValue(value, 'boolean');
      return value ? 't' : 'f';
    },
  },
  { type: 'jsonb', toText: (value) => JSON.stringify(value) },
];

function element(text: unknown): string {
  if (typeof text !== 'string') throw new UnfitValue(text, 'text[]');
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The type that a column's definition begins with: `text not null` is `text`. */
export function columnType(definition: string): ColumnType {
  const found = TYPES.find(({ type }) => definition === type || definition.startsWith(`${type} `));
  if (!found) throw new Error(`"${definition}" begins with no type that projections use.`);
  return found;
}
