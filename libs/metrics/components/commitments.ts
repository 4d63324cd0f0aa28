import type { Builder } from '../component.js';
import type { CommitmentsDefinition } from '../definition.js';
import type { Fact } from '../fact.js';
import type { Reading } from '../reading.js';
import { counted } from './touches.js';

/** domain.md 5a: (r + 1)/(r + s + 2), r kept, s broken, plus phi for each that is overdue when one looks. */
export const commitments: Builder<CommitmentsDefinition> = (definition, plan) => {
  const { halfLifeDays, overdueWeight = 0 } = definition;
  const kept = plan.layout.sum(halfLifeDays);
  const broken = plan.layout.sum(halfLifeDays);
  const number = plan.layout.sum(undefined);
  const place = plan.layout.place();
  const { fields, weightOf } = counted(plan, definition);

  const expectation = (reading: Reading): number => {
    let overdue = 0;
    if (overdueWeight > 0 && reading.state.promises) {
      for (const dueAt of reading.state.promises.values()) if (dueAt < reading.at) overdue += 1;
    }
    if (reading.sum(number) === 0 && overdue === 0) return NaN;
    const [r, s] = [reading.sum(kept), reading.sum(broken) + overdueWeight * overdue];
    return (r + 1) / (r + s + 2);
  };
  return {
    kinds: [
      'COMMITMENT_MADE',
      'COMMITMENT_RENEGOTIATED',
      'COMMITMENT_KEPT',
      'COMMITMENT_BROKEN',
      'COMMITMENT_WAIVED',
      'COMMITMENT_DECLINED',
    ],
    fields,
    effectOf(fact: Fact) {
      if (fact.kind === 'COMMITMENT_MADE') return weightOf(fact) > 0 ? { promise: 'OPEN' } : undefined;
      if (fact.kind === 'COMMITMENT_RENEGOTIATED') return { promise: 'MOVE' };
      const amount = weightOf(fact);
      const to = fact.kind === 'COMMITMENT_KEPT' ? kept : fact.kind === 'COMMITMENT_BROKEN' ? broken : undefined;
      if (!to || amount === 0) return { promise: 'CLOSE' };
      return {
        promise: 'CLOSE',
        adds: [
          { to, amount },
          { to: number, amount: 1 },
        ],
      };
    },
    valueAt: (reading) => reading.once(place, expectation), // trust asks for it, too
    breakpoints: ({ state }) => (overdueWeight > 0 && state.promises ? [...state.promises.values()] : []),
  };
};
