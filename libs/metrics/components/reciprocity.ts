import type { Builder } from '../component.js';
import type { ReciprocityDefinition } from '../definition.js';
import { touches } from './touches.js';

/** domain.md 5a: 1 - |i - i*|/max(i*, 1 - i*), i the decayed share of what comes in; MUTUAL is half of each. */
export const reciprocity: Builder<ReciprocityDefinition> = (definition, plan) => {
  const { halfLifeDays, ideal } = definition;
  const inbound = plan.layout.sum(halfLifeDays);
  const outbound = plan.layout.sum(halfLifeDays);
  return {
    ...touches(plan, definition, ['direction'], ({ direction }, amount) => {
      const share = direction === 'INBOUND' ? 1 : direction === 'OUTBOUND' ? 0 : 0.5;
      return {
        adds: [
          { to: inbound, amount: amount * share },
          { to: outbound, amount: amount * (1 - share) },
        ],
      };
    }),
    isSteady: true,
    valueAt({ state: { numbers } }) {
      // Both fade alike: the stored values have the share of the decayed ones, and do not vanish with age.
      const [into, out] = [numbers[inbound.slot]!, numbers[outbound.slot]!];
      if (into + out === 0) return NaN;
      return 1 - Math.abs(into / (into + out) - ideal) / Math.max(ideal, 1 - ideal);
    },
  };
};
