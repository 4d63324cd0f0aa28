import { LATEST_AT } from './layout.js';

/** What is kept of a relationship under one definition. It changes with facts, never with time. */
export interface MetricState {
  /** By the places that the definition's layout dealt out. */
  readonly numbers: number[];
  relationshipKind: string | null;
  /** The relationship's own target, in basis points by channel. */
  mixTarget: { readonly [channel: string]: number } | null;
  /** Due dates of open promises, by commitment. */
  promises: Map<string, number> | null;
  /** Feedback that a cap is about: a bit for each cap, negative once it is settled. */
  held: Map<string, number> | null;
}

/** When the last of its facts was so, in milliseconds: it says how things are from then on. */
export const lastFactOf = ({ numbers }: MetricState): number => numbers[LATEST_AT]!;

/**
 * How states are written down: raised when the kernel deals out places, or adds up in them, in another way. Together with
 * the hash of a definition it says what the numbers mean.
 */
export const STATE_FORMAT = 1;

/** A state as it is kept. */
export interface StoredState {
  /** Doubles in the order of bytes of the machine. */
  readonly numbers: Uint8Array;
  /** JSON. */
  readonly rest: Rest;
}

interface Rest {
  readonly relationshipKind?: string;
  readonly mixTarget?: { readonly [channel: string]: number };
  readonly promises?: { readonly [commitmentId: string]: number };
  readonly held?: { readonly [feedbackId: string]: number };
}

export const dump = ({ numbers, relationshipKind, mixTarget, promises, held }: MetricState): StoredState => ({
  numbers: new Uint8Array(new Float64Array(numbers).buffer),
  rest: {
    ...(relationshipKind !== null && { relationshipKind }),
    ...(mixTarget && { mixTarget }),
    ...(promises?.size && { promises: Object.fromEntries(promises) }),
    ...(held?.size && { held: Object.fromEntries(held) }),
  },
});

export function restore({ numbers: bytes, rest }: StoredState): MetricState {
  const doubles = new Float64Array(new Uint8Array(bytes).buffer); // of a copy: bytes may lie anywhere
  const numbers: number[] = [];
  for (let place = 0; place < doubles.length; place++) numbers.push(doubles[place]!);
  return {
    numbers,
    relationshipKind: rest.relationshipKind ?? null,
    mixTarget: rest.mixTarget ?? null,
    promises: rest.promises ? new Map(Object.entries(rest.promises)) : null,
    held: rest.held ? new Map(Object.entries(rest.held)) : null,
  };
}
