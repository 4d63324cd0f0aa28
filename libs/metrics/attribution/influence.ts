/** Who sent how much to whom; weights are more than 0. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

export interface Ranked {
  readonly id: string;
  /** Share of all influence, 0..1: all of them sum to 1. */
  readonly score: number;
}

const DAMPING = 0.85;
const CLOSE_ENOUGH = 1e-12;

/**
 * PageRank (Brin and Page, 1998) with weighted edges: whoever is sent to takes on the rank of those who send. Damping
 * .85; what ends nowhere is spread evenly. The highest first, ties by id. Edges onto themselves say nothing.
 */
export function pageRank(edges: readonly Edge[]): Ranked[] {
  const known = edges.filter(({ from, to }) => from !== to);
  const ids = [...new Set(known.flatMap(({ from, to }) => [from, to]))].sort();
  const places = new Map(ids.map((id, place) => [id, place]));
  const sent = new Float64Array(ids.length);
  for (const { from, weight } of known) sent[places.get(from)!]! += weight;
  // By place, so that neither the order of edges nor how often a pair is named matters more than rounding.
  const flows = known.map(({ from, to, weight }) => {
    const source = places.get(from)!;
    return { source, target: places.get(to)!, share: weight / sent[source]! };
  });
  let ranks = new Float64Array(ids.length).fill(1 / ids.length);
  for (let change = Infinity; change > CLOSE_ENOUGH;) {
    const dangling = ranks.reduce((sum, rank, place) => (sent[place] === 0 ? sum + rank : sum), 0);
    const next = new Float64Array(ids.length).fill((1 - DAMPING + DAMPING * dangling) / ids.length);
    for (const { source, target, share } of flows) next[target]! += DAMPING * share * ranks[source]!;
    change = next.reduce((sum, rank, place) => sum + Math.abs(rank - ranks[place]!), 0);
    ranks = next;
  }
  return ids
    .map((id, place) => ({ id, score: ranks[place]! }))
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
}
