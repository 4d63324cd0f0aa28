import { Fields, TEXT_OID } from './fields.js';

/** What the items of an array are, and how one is written. */
export interface Element<Value = unknown> {
  readonly oid: number;
  readonly write: (to: Fields, value: Value) => void;
}

/**
 * An array as a parameter, in binary form (pg sends a Buffer as it is): neither quoted nor parsed, which takes PostgreSQL
 * and us longer than all else of many rows.
 */
export function arrayParameter<Value>(
  { oid, write }: Element<Value>,
  values: readonly (Value | null | undefined)[],
): Buffer {
  const array = new ArrayParameter(oid, values);
  for (const value of values) {
    if (value === null || value === undefined) array.null();
    else write(array, value);
  }
  return array.whole;
}

const TEXT: Element<string> = { oid: TEXT_OID, write: (to, text) => to.text(text) };

export const textArray = (texts: readonly string[]): Buffer => arrayParameter(TEXT, texts);

class ArrayParameter extends Fields {
  constructor(oid: number, values: readonly unknown[]) {
    super(20 + 32 * values.length);
    this.arrayOf(oid, values.length, values.includes(null) || values.includes(undefined));
  }

  get whole(): Buffer {
    return this.bytes.subarray(0, this.at);
  }
}
