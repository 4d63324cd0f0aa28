const OIDS = { bytea: 17, text: 25, uuid: 2950 };

/**
 * An array parameter in PostgreSQL's binary form (which pg sends as it is, because it is a Buffer): neither quotes nor
 * hex, half the bytes of the text form and none of its parsing.
 */
export function binaryArray(type: keyof typeof OIDS, items: readonly (Buffer | string)[]): Buffer {
  let size = HEADER;
  for (const item of items) size += 4 + Buffer.byteLength(item);
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(items.length > 0 ? 1 : 0, 0); // dimensions
  array.writeInt32BE(0, 4); // no nulls
  array.writeInt32BE(OIDS[type], 8);
  array.writeInt32BE(items.length, 12);
  array.writeInt32BE(1, 16); // lower bound
  let at = HEADER;
  for (const item of items) {
    const length = typeof item === 'string' ? array.write(item, at + 4) : item.copy(array, at + 4);
    array.writeInt32BE(length, at);
    at += 4 + length;
  }
  return array;
}

const HEADER = 20;

/** Small integers as text: shorter than the binary form. */
export const intArray = (items: readonly number[]): string => `{${items.join()}}`;
