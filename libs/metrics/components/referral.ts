import { clamp01, type Builder } from '../component.js';
import type { ReferralDefinition } from '../definition.js';
import type { Fact } from '../fact.js';
import type { Reading } from '../reading.js';
import { counted } from './touches.js';

const YEAR_DAYS = 365;

/**
 * domain.md 5a: min(1, D_h/target); or how the rate of late compares with the relationship's own past: 0.5 is as ever,
 * 1 twice as much (with `doublings` 1). A rate is a decayed number over what a steady one per day would have come to
 * since the opening: (h/ln 2)(1 - 2^(-span/h)).
 */
export const referral: Builder<ReferralDefinition> = (definition, plan) => {
  const { mode, halfLifeDays, target = 1, baselineHalfLifeDays = YEAR_DAYS, doublings = 1 } = definition;
  const late = plan.layout.sum(halfLifeDays);
  const ever = plan.layout.sum(mode === 'BASELINE' ? baselineHalfLifeDays : undefined);
  const { fields, weightOf } = counted(plan, definition);

  const sums = (reading: Reading): number => reading.sum(late) / reading.sum(ever);
  const spans = (reading: Reading): number => {
    const days = reading.openedAt === undefined ? Infinity : reading.daysSince(reading.openedAt);
    if (days <= 0) return 1;
    const [h, H] = [halfLifeDays, baselineHalfLifeDays];
    return ((H / h) * (1 - 2 ** (-days / H))) / (1 - 2 ** (-days / h));
  };
  const valueOf = (ratio: number): number => clamp01(0.5 + Math.log2(ratio) / (2 * doublings));
  return {
    kinds: ['REFERRAL'],
    fields,
    effectOf(fact: Fact) {
      const amount = weightOf(fact);
      if (amount === 0) return undefined;
      return {
        adds: [
          { to: late, amount },
          { to: ever, amount },
        ],
      };
    },
    valueAt(reading) {
      if (reading.state.numbers[ever.slot] === 0) return NaN;
      if (mode === 'TARGET') return Math.min(1, reading.sum(late) / target);
      return reading.sum(ever) === 0 ? 0 : valueOf(sums(reading) * spans(reading));
    },
    ...(mode === 'BASELINE' && {
      // The late sum fades faster than the other one, while both spans fill up.
      boundsBetween: (from, to) =>
        to.sum(ever) === 0 ? [0, 1] : [valueOf(sums(to) * spans(from)), valueOf(sums(from) * spans(to))],
    }),
  };
};
