import { describe, expect, it } from '@jest/globals';
import { roiOf } from './roi.js';

const spent = (currency: string, spentMinor: bigint, refundedMinor = 0n) => ({ currency, spentMinor, refundedMinor });
const earned = (values: Parameters<typeof roiOf>[1]['values']) => ({
  values,
  referralMicros: 2_500_000,
  closedLoopMicros: 0,
});

describe('the return of a campaign', () => {
  it('is what it earned over what it cost in the end, per currency, never mixed', () => {
    const values = [
      { currency: 'USD', amountMinor: 1500n },
      { currency: 'EUR', amountMinor: 10n },
    ];
    expect(roiOf([spent('USD', 1200n, 200n), spent('CHF', 500n)], earned(values))).toEqual([
      { currency: 'CHF', costMinor: 500n, valueMinor: 0n, roi: -1, costPerReferral: 200, costPerClosedLoop: null },
      { currency: 'EUR', costMinor: 0n, valueMinor: 10n, roi: null, costPerReferral: 0, costPerClosedLoop: null },
      { currency: 'USD', costMinor: 1000n, valueMinor: 1500n, roi: 0.5, costPerReferral: 400, costPerClosedLoop: null },
    ]);
  });

  it('is null at zero cost, not infinite, and of nothing there is none', () => {
    const refunded = roiOf([spent('USD', 100n, 100n)], earned([{ currency: 'USD', amountMinor: 5n }]));
    expect(refunded).toMatchObject([{ costMinor: 0n, roi: null }]);
    expect(roiOf([], earned([]))).toEqual([]);
  });
});
