import { describe, expect, it } from '@jest/globals';
import { array, assert, integer, property } from 'fast-check';
import { compile } from './fold.js';
import { PlanTally } from './plan.js';
import { kendall, spearman } from './rank-correlation.js';
import { readDefault } from './testing/default.js';
import { dayMs, said, touch } from './testing/facts.js';

describe('what a definition would change', () => {
  const definition = readDefault();
  const components = definition.components.map((each) => (each.name === 'recency' ? { ...each, weight: 80 } : each));
  const [before, after] = [compile(definition), compile({ ...definition, components })];
  const at = dayMs(200);
  const ties = Array.from({ length: 60 }, (_, index) => {
    const facts = [said('OPENED', 0, { detail: 'CARE' }), ...[1, 2, 3].map((n) => touch(((index * 3 + 1) * n) % 199))];
    const value = (metric: typeof before) => metric.value(metric.foldAll(facts, { asOf: at }), at);
    return { relationshipId: `rel_${String(index)}`, before: value(before), after: value(after) };
  });
  const tally = new PlanTally(5);
  for (const tie of ties) tally.add(tie);
  tally.add({ relationshipId: 'rel_new', before: null, after: ties[0]!.after });
  const summary = tally.summary();

  it('is counted: all of them, who is affected, how the scores spread', () => {
    expect(summary.relationships).toBe(61);
    expect(summary.before.scored).toBe(60);
    expect(summary.after.bins.reduce((sum, count) => sum + count, 0)).toBe(61);
    expect(summary.affected).toBeGreaterThan(30);
    const sorted = ties.map((tie) => tie.before.score!).sort((a, b) => a - b);
    expect(summary.before.quartiles?.[1]).toBeCloseTo((sorted[29]! + sorted[30]!) / 2, 9);
  });

  it('is told by band: from where to where, and from no score', () => {
    const moved = ties.filter((tie) => tie.before.band !== tie.after.band).length + 1;
    expect(summary.bandMoves.reduce((sum, { count }) => sum + count, 0)).toBe(moved);
    expect(summary.bandMoves).toContainEqual({ from: null, to: ties[0]!.after.band, count: 1 });
  });

  it('names who moves most, and the component that moves them', () => {
    expect(summary.movers).toHaveLength(5);
    const widest = Math.max(...ties.map((tie) => Math.abs(tie.after.score! - tie.before.score!)));
    expect(Math.abs(summary.movers[0]!.points)).toBe(widest);
    expect(summary.movers[0]!.because).toBe('recency');
  });

  it('says how alike the two orders are', () => {
    const { spearman: rho, kendall: tau } = summary.rankCorrelation;
    expect(rho).toBeGreaterThan(tau!);
    expect(tau).toBeGreaterThan(0);
  });

  it('of nobody is nothing', () => {
    expect(new PlanTally().summary()).toMatchObject({
      ...{ relationships: 0, affected: 0, movers: [], before: { scored: 0, mean: null, quartiles: null } },
      rankCorrelation: { spearman: null, kendall: null },
    });
  });
});

describe('rank correlation', () => {
  it('is 1 in the same order and -1 in the reverse, and nothing where there is no order', () => {
    expect([spearman([1, 2, 3], [10, 20, 30]), kendall([1, 2, 3], [10, 20, 30])]).toEqual([1, 1]);
    expect([spearman([1, 2, 3], [3, 2, 1]), kendall([1, 2, 3], [3, 2, 1])]).toEqual([-1, -1]);
    expect([spearman([1, 1], [1, 2]), kendall([1, 1], [1, 2])]).toEqual([null, null]);
  });

  it('counts pairs as one would by hand, ties and all', () => {
    const values = array(integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 30 });
    assert(
      property(values, values, (a, b) => {
        const n = Math.min(a.length, b.length);
        let [agreeing, inX, inY] = [0, 0, 0];
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < i; j++) {
            const [x, y] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)];
            agreeing += x * y;
            inX += x * x;
            inY += y * y;
          }
        }
        const tau = kendall(a.slice(0, n), b.slice(0, n));
        if (inX === 0 || inY === 0) expect(tau).toBeNull();
        else expect(tau).toBeCloseTo(agreeing / Math.sqrt(inX * inY), 12);
      }),
    );
  });
});
