import { difference } from './explain.js';
import { kendall, spearman } from './rank-correlation.js';
import type { MetricValue } from './score.js';

/** One relationship under the definition in force and under the one that is proposed. */
export interface Compared {
  readonly relationshipId: string;
  /** Null: the definition is not for it. */
  readonly before: MetricValue | null;
  readonly after: MetricValue | null;
}

export interface Distribution {
  /** Relationships by score: of twenty bins of 5 points the lowest first; 100 is in the last. */
  readonly bins: readonly number[];
  readonly scored: number;
  readonly mean: number | null;
  readonly quartiles: readonly [number, number, number] | null;
}

export interface Mover {
  readonly relationshipId: string;
  readonly before: number;
  readonly after: number;
  readonly points: number;
  /** The component that moved it most; null: a cap did. */
  readonly because: string | null;
}

export interface PlanSummary {
  readonly relationships: number;
  /** Whose score, to 1e-9 points, or band is another one. */
  readonly affected: number;
  readonly before: Distribution;
  readonly after: Distribution;
  /** How many go from which band to which; null: no score. Those that stay are not in it. */
  readonly bandMoves: readonly { readonly from: string | null; readonly to: string | null; readonly count: number }[];
  readonly movers: readonly Mover[];
  /** Of those that have both scores, 1 is the same order and -1 the reverse; null: all are equal, or too few. */
  readonly rankCorrelation: { readonly spearman: number | null; readonly kendall: number | null };
}

const SAME = 1e-9;

/** Takes relationships in one by one; keeps two numbers of each. */
export class PlanTally {
  private relationships = 0;
  private affected = 0;
  private readonly scores: [number[], number[]] = [[], []];
  private readonly paired: [number[], number[]] = [[], []];
  private readonly moves = new Map<string, { from: string | null; to: string | null; count: number }>();
  private movers: Mover[] = [];

  constructor(private readonly topMovers = 10) {}

  add({ relationshipId, before, after }: Compared): void {
    this.relationships += 1;
    const [from, to] = [before?.score ?? null, after?.score ?? null];
    if (from !== null) this.scores[0].push(from);
    if (to !== null) this.scores[1].push(to);
    this.move(before?.band ?? null, after?.band ?? null);
    const isMoved = from === null || to === null ? from !== to : Math.abs(to - from) > SAME;
    if (isMoved || before?.band !== after?.band) this.affected += 1;
    if (before === null || after === null || from === null || to === null) return;
    this.paired[0].push(from);
    this.paired[1].push(to);
    if (isMoved) this.rank({ relationshipId, before: from, after: to, points: to - from }, before, after);
  }

  private move(from: string | null, to: string | null): void {
    if (from === to) return;
    const key = JSON.stringify([from, to]);
    const known = this.moves.get(key);
    if (known) known.count += 1;
    else this.moves.set(key, { from, to, count: 1 });
  }

  private rank(mover: Omit<Mover, 'because'>, before: MetricValue, after: MetricValue): void {
    const least = this.movers[this.topMovers - 1];
    if (least && byMoved(mover, least) >= 0) return;
    const { components, capPoints } = difference(before, after);
    const most = components.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))[0];
    const because = most && Math.abs(most.points) >= Math.abs(capPoints) ? most.name : null;
    this.movers = [...this.movers, { ...mover, because }].sort(byMoved).slice(0, this.topMovers);
  }

  summary(): PlanSummary {
    const [before, after] = this.paired;
    return {
      relationships: this.relationships,
      affected: this.affected,
      before: distributionOf(this.scores[0]),
      after: distributionOf(this.scores[1]),
      bandMoves: [...this.moves.values()].sort((a, b) => b.count - a.count),
      movers: this.movers,
      rankCorrelation: { spearman: spearman(before, after), kendall: kendall(before, after) },
    };
  }
}

/** The widest moves first, of equals by id, so that a plan is the same every time. */
const byMoved = (a: Pick<Mover, 'points' | 'relationshipId'>, b: Pick<Mover, 'points' | 'relationshipId'>): number =>
  Math.abs(b.points) - Math.abs(a.points) || (a.relationshipId < b.relationshipId ? -1 : 1);

const BINS = 20;

export function distributionOf(scores: readonly number[]): Distribution {
  const bins = Array.from({ length: BINS }, () => 0);
  for (const score of scores) bins[Math.min(BINS - 1, Math.floor((score * BINS) / 100))]! += 1;
  if (scores.length === 0) return { bins, scored: 0, mean: null, quartiles: null };
  const sorted = Float64Array.from(scores).sort();
  const quantile = (share: number): number => {
    const at = share * (sorted.length - 1);
    const below = sorted[Math.floor(at)]!;
    return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
  };
  const mean = sorted.reduce((sum, score) => sum + score, 0) / sorted.length;
  return { bins, scored: scores.length, mean, quartiles: [quantile(0.25), quantile(0.5), quantile(0.75)] };
}
