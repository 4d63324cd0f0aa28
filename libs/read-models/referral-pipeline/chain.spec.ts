import { describe, expect, it } from '@jest/globals';
import { chain, discounted, totalsOf } from './chain.js';

const PARENT = 'PARENT' as const;
const WIDE = { depth: 32, most: 1000 };

/** What follows from what, by name. */
const forest = (edges: Readonly<Record<string, readonly string[]>>) => {
  const asked: string[][] = [];
  const successors = (ids: readonly string[]) => {
    asked.push([...ids]);
    return Promise.resolve(
      ids.flatMap((behindId) => (edges[behindId] ?? []).map((id) => ({ id, behindId, link: PARENT }))),
    );
  };
  return { asked, successors };
};

describe('a chain of referrals', () => {
  it('is asked for level by level, until nothing follows', async () => {
    const { asked, successors } = forest({ a: ['b', 'c'], b: ['d'] });
    const { nodes, truncated } = await chain('a', WIDE, successors);
    expect(nodes.map(({ id, depth, behindId }) => [id, depth, behindId])).toEqual([
      ['a', 0, null],
      ['b', 1, 'a'],
      ['c', 1, 'a'],
      ['d', 2, 'b'],
    ]);
    expect(truncated).toBe(false);
    expect(asked).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('shows a referral once, as near to the root as it gets, and ends where it has been', async () => {
    const { successors } = forest({ a: ['b', 'c'], b: ['c'], c: ['d', 'a'], d: ['b'] });
    const { nodes } = await chain('a', WIDE, successors);
    expect(nodes.map(({ id, depth }) => [id, depth])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 1],
      ['d', 2],
    ]);
  });

  it('goes as deep as asked, and says when it is too long to be shown', async () => {
    const { asked, successors } = forest({ a: ['b', 'c'], b: ['d'], c: ['e'] });
    expect((await chain('a', { depth: 0, most: 9 }, successors)).nodes).toHaveLength(1);
    expect(asked).toEqual([]);
    const short = await chain('a', { depth: 9, most: 4 }, successors);
    expect(short.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(short.truncated).toBe(true);
  });

  it('is worth less with every step, and never adds up two currencies', () => {
    const worth = (amountMinor: bigint, currency: string) => ({ owner: 'x', amountMinor, currency });
    const values = [
      ...discounted([worth(100n, 'USD'), worth(7n, 'EUR')], 0, 0.5),
      ...discounted([worth(100n, 'USD')], 3, 0.5),
    ];
    expect(totalsOf(values)).toEqual([
      { currency: 'EUR', amountMinor: 7n, discountedMinor: 7 },
      { currency: 'USD', amountMinor: 200n, discountedMinor: 112.5 },
    ]);
    expect(discounted([worth(100n, 'USD')], 2, 0)).toMatchObject([{ discountedMinor: 0 }]);
  });
});
