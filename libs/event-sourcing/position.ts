/**
 * Place of an event in the one global order of the ledger. Dense in PostgreSQL (1, 2, 3, …), the commit position in
 * EventStoreDB (with gaps). Comparable here, opaque to clients.
 */
export type Position = bigint;

/** Before the first event. */
export const START: Position = 0n;

/** The text that clients carry: opaque by contract, so that a change of store does not change them. */
export const formatPosition = (position: Position): string => `p${position.toString(36)}`;

/** The reverse of `formatPosition`; undefined when the text is no position. */
export function parsePosition(text: string): Position | undefined {
  if (!/^p[0-9a-z]{1,13}$/.test(text)) return undefined;
  let position = 0n;
  for (const digit of text.slice(1)) position = position * 36n + BigInt(Number.parseInt(digit, 36));
  return position < 2n ** 63n ? position : undefined;
}
