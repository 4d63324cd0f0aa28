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

/** A state as JSON. */
export interface StoredState {
  readonly numbers: readonly number[];
  readonly relationshipKind?: string;
  readonly mixTarget?: { readonly [channel: string]: number };
  readonly promises?: { readonly [commitmentId: string]: number };
  readonly held?: { readonly [feedbackId: string]: number };
}

/** Of a state that is to be kept under the hash of its definition: another definition deals out other places. */
export function dump({ numbers, relationshipKind, mixTarget, promises, held }: MetricState): StoredState {
  return {
    numbers,
    ...(relationshipKind !== null && { relationshipKind }),
    ...(mixTarget && { mixTarget }),
    ...(promises?.size && { promises: Object.fromEntries(promises) }),
    ...(held?.size && { held: Object.fromEntries(held) }),
  };
}

export const restore = ({ numbers, relationshipKind, mixTarget, promises, held }: StoredState): MetricState => ({
  numbers: [...numbers],
  relationshipKind: relationshipKind ?? null,
  mixTarget: mixTarget ?? null,
  promises: promises ? new Map(Object.entries(promises)) : null,
  held: held ? new Map(Object.entries(held)) : null,
});
