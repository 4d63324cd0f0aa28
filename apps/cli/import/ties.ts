import { inOrder } from './keys.js';

/** Who stands on which side, and when the first touch was. */
export interface Tie {
  readonly a: string;
  readonly b: string;
  /** Earliest time among the rows; undefined when no row has one. */
  firstAt: string | undefined;
  opened: boolean;
}

/** The pairs of a log of interactions: its memory grows with them, not with the rows. */
export class Ties {
  private readonly pairs = new Map<string, Tie>();

  /** `ours`: who is our side; where neither or both are, side A is who comes first in order. */
  constructor(private readonly ours: ReadonlySet<string>) {}

  /** A row of the pair, whatever its direction. */
  see(kind: string, one: string, other: string, at: string | undefined): Tie {
    const [first, second] = inOrder(one, other);
    const pair = `${kind}\u0000${first}\u0000${second}`;
    let tie = this.pairs.get(pair);
    if (!tie) {
      const swapped = this.ours.has(second) && !this.ours.has(first);
      tie = { a: swapped ? second : first, b: swapped ? first : second, firstAt: at, opened: false };
      this.pairs.set(pair, tie);
    } else if (at !== undefined && (tie.firstAt === undefined || at < tie.firstAt)) {
      tie.firstAt = at;
    }
    return tie;
  }

  get size(): number {
    return this.pairs.size;
  }
}
