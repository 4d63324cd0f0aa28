import type { Builder } from '../component.js';
import type { RecencyDefinition } from '../definition.js';
import { DAY, NEVER } from '../layout.js';
import type { Reading } from '../reading.js';
import { touches } from './touches.js';

/** domain.md 5a: 1 while the age of the last counted touch is within the cadence (GRACE), then 2^(-(age - c)/h). */
export const recency: Builder<RecencyDefinition> = (definition, plan) => {
  const { mode, halfLifeDays, fromOpening } = definition;
  const perDay = Math.LN2 / halfLifeDays;
  const last = plan.layout.slot(NEVER);
  const markAt = (reading: Reading) => reading.mark(last) ?? (fromOpening ? reading.openedAt : undefined);
  const graceDays = (reading: Reading) => (mode === 'GRACE' ? reading.cadenceDays : 0);
  return {
    ...touches(plan, definition, [], () => ({ marks: [last] })),
    valueAt(reading) {
      const [mark, grace] = [markAt(reading), graceDays(reading)];
      if (mark === undefined || grace === undefined) return NaN;
      return Math.exp(-perDay * Math.max(0, reading.daysSince(mark) - grace));
    },
    breakpoints(reading) {
      const [mark, grace] = [markAt(reading), graceDays(reading)];
      return mark === undefined || grace === undefined ? [] : [mark + grace * DAY];
    },
  };
};
