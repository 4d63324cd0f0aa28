import type { Builder } from '../component.js';
import type { FrequencyDefinition } from '../definition.js';
import { CHANNELS, type FactChannel } from '../fact.js';
import { NEVER } from '../layout.js';
import { touches } from './touches.js';

/** domain.md 5a: min(1, D_h / (h/(c ln 2))); the denominator is the mean of D_h under a cadence c that is always kept. */
export const frequency: Builder<FrequencyDefinition> = (definition, plan) => {
  const { halfLifeDays, dedupeMinutes } = definition;
  const sum = plan.layout.sum(halfLifeDays);
  const ever = plan.layout.slot(NEVER);
  const gates = new Map<FactChannel, { readonly slot: number; readonly positionSlot: number }>();
  for (const channel of dedupeMinutes ? CHANNELS : []) {
    gates.set(channel, { slot: plan.layout.slot(NEVER), positionSlot: plan.layout.slot(NEVER) });
  }
  return {
    ...touches(plan, definition, dedupeMinutes ? ['channel'] : [], ({ channel }, amount) => {
      const last = gates.get(channel ?? 'OTHER');
      const adds = [{ to: sum, amount }];
      return last === undefined || !dedupeMinutes
        ? { adds, marks: [ever] }
        : { adds, marks: [ever], gate: { ...last, withinMs: dedupeMinutes * 60_000 } };
    }),
    valueAt(reading) {
      const { cadenceDays } = reading;
      if (cadenceDays === undefined || reading.mark(ever) === undefined) return NaN;
      return Math.min(1, reading.sum(sum) / (halfLifeDays / (cadenceDays * Math.LN2)));
    },
  };
};
