import { describe, expect, it } from '@jest/globals';
import { costPerResponse, countOf } from './results.js';

const counts = countOf('cmp_x', [
  { kind: 'CLICKED', organic: false, count: 3 },
  { kind: 'AUTOMATED', organic: false, count: 7 },
  { kind: 'CLICKED', organic: true, count: 1 },
  { kind: 'CALLED', organic: true, count: 4 },
]);

describe('the results of a campaign', () => {
  it('keep AUTOMATED responses and never count them', () => {
    expect(counts).toMatchObject({ total: 15, counted: 8, organic: 5 });
  });

  it('name kinds once, the most frequent first, ties by name', () => {
    expect(counts.byKind).toEqual([
      { kind: 'AUTOMATED', count: 7 },
      { kind: 'CALLED', count: 4 },
      { kind: 'CLICKED', count: 4 },
    ]);
  });

  it('price a response in each currency for itself, less what came back', () => {
    const spent = [
      { currency: 'EUR', spentMinor: 100n, refundedMinor: 20n },
      { currency: 'USD', spentMinor: 12n, refundedMinor: 0n },
    ];
    expect(costPerResponse(spent, counts)).toEqual([
      { currency: 'EUR', amountMinor: 10 },
      { currency: 'USD', amountMinor: 1.5 },
    ]);
  });

  it('have no price while no human answered', () => {
    const nobody = countOf('cmp_x', [{ kind: 'AUTOMATED', organic: false, count: 7 }]);
    expect(costPerResponse([{ currency: 'EUR', spentMinor: 100n, refundedMinor: 0n }], nobody)).toEqual([]);
    expect(countOf('cmp_x', [])).toMatchObject({ total: 0, byKind: [] });
  });
});
