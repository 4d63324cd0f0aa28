import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pageRank } from './influence.js';

const scores = (edges: Parameters<typeof pageRank>[0]) => new Map(pageRank(edges).map(({ id, score }) => [id, score]));

describe('influence', () => {
  // A sends 3 to B and 1 to C, B sends to C, C sends to nobody: what it has is spread evenly.
  // With b = .15/3 + .85/3 c: a = b0, B = b0 + .85 * .75 a, C = b0 + .85 * (.25 a + B), a + B + C = 1.
  // a = x, B = 1.6375 x, C = x + .2125 x + .85 * 1.6375 x = 2.604375 x, so x = 1 / 5.241875.
  it('of three, solved by hand', () => {
    const x = 1 / 5.241875;
    const found = scores([
      { from: 'A', to: 'B', weight: 3 },
      { from: 'A', to: 'C', weight: 1 },
      { from: 'B', to: 'C', weight: 0.5 },
    ]);
    expect(found.get('A')).toBeCloseTo(x, 10);
    expect(found.get('B')).toBeCloseTo(1.6375 * x, 10);
    expect(found.get('C')).toBeCloseTo(2.604375 * x, 10);
    expect(x).toBeCloseTo((0.15 + 0.85 * 2.604375 * x) / 3, 12);
  });

  it('is equal in a circle, and ranks equals by id', () => {
    const circle = pageRank([
      { from: 'C', to: 'A', weight: 9 },
      { from: 'A', to: 'B', weight: 1 },
      { from: 'B', to: 'C', weight: 2 },
    ]);
    expect(circle.map(({ id }) => id)).toEqual(['A', 'B', 'C']);
    for (const { score } of circle) expect(score).toBeCloseTo(1 / 3, 12);
  });

  it('comes from no edge onto oneself, and of nobody there is none', () => {
    expect(pageRank([{ from: 'A', to: 'A', weight: 1 }])).toEqual([]);
    expect(pageRank([])).toEqual([]);
  });

  it('has a total mass of 1, whoever sends to whom', () => {
    const party = fc.constantFrom(...'ABCDEFGH');
    const edge = fc.record({ from: party, to: party, weight: fc.double({ min: 0.001, max: 100, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(edge, { minLength: 1, maxLength: 30 }), (edges) => {
        const ranks = pageRank(edges);
        if (ranks.length > 0) expect(ranks.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 9);
        expect(ranks.every(({ score }) => score > 0)).toBe(true);
      }),
    );
  });
});
