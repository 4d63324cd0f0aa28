import { fromMillis, type Instant } from '../../event-sourcing/instant.js';
import type { History } from './frequency.js';

/** A stretch of a relationship between opening, lapse, return and end. Nobody is lost for ever. */
export interface Episode {
  readonly from: Instant;
  /** Null while it lasts. */
  readonly to: Instant | null;
}

/** Oldest first. */
export function episodes({ openedAtMs, clock }: Pick<History, 'openedAtMs' | 'clock'>): Episode[] {
  const all: { from: Instant; to: Instant | null }[] = [{ from: fromMillis(openedAtMs), to: null }];
  for (const { atMs, runs } of clock) {
    const last = all.at(-1)!;
    if (!runs) last.to ??= fromMillis(atMs);
    else if (last.to !== null) all.push({ from: fromMillis(atMs), to: null });
  }
  return all;
}
