import { clamp01, type Builder } from '../component.js';
import type { DecayedDefinition } from '../definition.js';
import { FACT_KINDS, type Fact } from '../fact.js';
import { countedWithSign, isContact } from './touches.js';

/** Any facts that a condition picks, weighed, decayed and saturated; below 0 counts as 0. */
export const decayed: Builder<DecayedDefinition> = (definition, plan) => {
  const { halfLifeDays, saturation, inverted = false } = definition;
  const sum = plan.layout.sum(halfLifeDays);
  const number = plan.layout.sum(undefined);
  const { fields, weightOf } = countedWithSign(plan, definition);
  return {
    kinds: FACT_KINDS,
    fields: ['outcome', ...fields],
    effectOf(fact: Fact) {
      const amount = isContact(fact) ? weightOf(fact) : 0;
      if (amount === 0) return undefined;
      return {
        adds: [
          { to: sum, amount },
          { to: number, amount: 1 },
        ],
      };
    },
    valueAt(reading) {
      if (reading.sum(number) === 0) return NaN;
      const filled = Math.max(0, reading.sum(sum)) / saturation.full;
      const value = saturation.mode === 'LINEAR' ? clamp01(filled) : 1 - Math.exp(-filled);
      return inverted ? 1 - value : value;
    },
  };
};
