import type { Builder } from '../component.js';
import type { MixDefinition } from '../definition.js';
import { CHANNELS } from '../fact.js';
import { touches } from './touches.js';

/** How many channels are a full mix where nothing says it. */
const FULL_AT = 4;

/**
 * domain.md 5a: 1 - 0.5 sum |p_c - q_c| against a target q, else the entropy of p over ln(k), at most 1; p are decayed
 * shares, which time alone does not change. Few touches say little: drawn towards 0.5 by n/(n + shrink).
 */
export const mix: Builder<MixDefinition> = (definition, plan) => {
  const { halfLifeDays, targetBp, fullAt = FULL_AT, shrink = 0 } = definition;
  const sums = CHANNELS.map(() => plan.layout.sum(halfLifeDays));
  const number = plan.layout.sum(undefined);
  const full = Math.log(fullAt);
  return {
    ...touches(plan, definition, ['channel'], ({ channel }, amount) => ({
      adds: [
        { to: sums[CHANNELS.indexOf(channel ?? 'OTHER')]!, amount },
        { to: number, amount: 1 },
      ],
    })),
    isSteady: true,
    valueAt(reading) {
      const { numbers, mixTarget } = reading.state;
      const n = reading.sum(number);
      if (n === 0) return NaN;
      // All fade alike: the stored values have the shares of the decayed ones, and do not vanish with age.
      let total = 0;
      for (const { slot } of sums) total += numbers[slot]!;
      const target = mixTarget ?? targetBp;
      let [apart, entropy] = [0, 0];
      for (let channel = 0; channel < sums.length; channel++) {
        const share = numbers[sums[channel]!.slot]! / total;
        if (target) apart += Math.abs(share - (target[CHANNELS[channel]!] ?? 0) / 10_000);
        else if (share > 0) entropy -= share * Math.log(share);
      }
      const value = target ? Math.max(0, 1 - apart / 2) : Math.min(1, entropy / full);
      return 0.5 + ((value - 0.5) * n) / (n + shrink);
    },
  };
};
