import canonicalize from 'canonicalize';

/**
 * Canonical JSON (RFC 8785) of plain data: the same data gives the same text wherever it is written. Throws for what
 * has no place in it: numbers that are none, half of a surrogate pair.
 *
 * JSON.stringify writes numbers and texts as the RFC asks, so only the keys have to be brought into order: a copy in
 * that order, written in one go, takes a third of the library's time.
 */
export function canonicalJson(value: object): string {
  let canBeOrdered = true;
  const ordered = (inner: unknown): unknown => {
    if (typeof inner === 'string' && !inner.isWellFormed())
      throw new RangeError('A text has half of a surrogate pair.');
    if (typeof inner === 'number' && !Number.isFinite(inner)) throw new RangeError(`${inner} is no number of JSON.`);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (Array.isArray(inner)) return inner.map(ordered);
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(inner).sort()) {
      canBeOrdered &&= !UNORDERED.test(key) && key.isWellFormed();
      copy[key] = ordered((inner as Record<string, unknown>)[key]);
    }
    return copy;
  };
  const copy = ordered(value);
  const text = canBeOrdered ? JSON.stringify(copy) : canonicalize(value);
  if (text === undefined) throw new TypeError('Nothing to write.');
  return text;
}

/** Objects keep keys that could be an index in front, whatever order they come in. */
const UNORDERED = /^\d|^__proto__$/;
