import { clamp01, type Builder } from '../component.js';
import type { ReferralDefinition } from '../definition.js';
import type { Fact } from '../fact.js';
import { DAY, periodsOf } from '../layout.js';
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

  const place = plan.layout.place();
  const { clocks } = plan.layout;
  const [perDayLate, perDayEver] = [Math.LN2 / halfLifeDays, Math.LN2 / baselineHalfLifeDays];
  const longer = baselineHalfLifeDays / halfLifeDays;
  const perMs = (1 / halfLifeDays - 1 / baselineHalfLifeDays) / DAY;

  const spans = (reading: Reading): number => {
    const days = reading.openedAt === undefined ? Infinity : reading.daysSince(reading.openedAt);
    if (days <= 0) return 1;
    return (longer * (1 - Math.exp(-days * perDayEver))) / (1 - Math.exp(-days * perDayLate));
  };
  /** log2 of one rate over the other: sums fade evenly against each other, and that does not vanish with age as they do. */
  const ratio = (reading: Reading): number => {
    const { numbers } = reading.state;
    const periods = periodsOf(clocks[late.clock]!, numbers) - periodsOf(clocks[ever.clock]!, numbers);
    return Math.log2((numbers[late.slot]! / numbers[ever.slot]!) * spans(reading)) + periods - reading.at * perMs;
  };
  const valueOf = (doubled: number): number => clamp01(0.5 + doubled / (2 * doublings));
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
      return valueOf(reading.once(place, ratio));
    },
    ...(mode === 'BASELINE' && {
      // The late sum fades faster than the other one, while both spans fill up.
      boundsBetween(from, to) {
        const faded = (to.at - from.at) * perMs;
        return [valueOf(from.once(place, ratio) - faded), valueOf(to.once(place, ratio) + faded)];
      },
    }),
  };
};
