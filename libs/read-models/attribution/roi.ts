import { MICROS } from '../../metrics/attribution/credits.js';
import type { Amount } from '../../metrics/attribution/journey.js';
import type { Spent } from '../campaigns/results.js';

/** What a campaign earned under some model: since ever, of all that is credited. */
export interface Earned {
  readonly values: readonly Amount[];
  readonly referralMicros: number;
  readonly closedLoopMicros: number;
}

export interface CurrencyRoi {
  readonly currency: string;
  readonly costMinor: bigint;
  readonly valueMinor: bigint;
  /** (value - cost) / cost; null at zero cost. */
  readonly roi: number | null;
  /** In the smallest unit; null without a credited referral, or closed loop. */
  readonly costPerReferral: number | null;
  readonly costPerClosedLoop: number | null;
}

/** By currency, never mixed: each in which something was spent or earned, in the order of their codes. */
export function roiOf(spent: readonly Spent[], { values, referralMicros, closedLoopMicros }: Earned): CurrencyRoi[] {
  const currencies = new Set([...spent, ...values].map(({ currency }) => currency));
  return [...currencies].sort().map((currency) => {
    const cost = spent.find((one) => one.currency === currency);
    const costMinor = cost ? cost.spentMinor - cost.refundedMinor : 0n;
    const valueMinor = values.find((one) => one.currency === currency)?.amountMinor ?? 0n;
    const costPer = (micros: number) => (micros === 0 ? null : (Number(costMinor) * MICROS) / micros);
    return {
      currency,
      costMinor,
      valueMinor,
      roi: costMinor === 0n ? null : Number(valueMinor - costMinor) / Number(costMinor),
      costPerReferral: costPer(referralMicros),
      costPerClosedLoop: costPer(closedLoopMicros),
    };
  });
}
