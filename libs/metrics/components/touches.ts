import type { Counting } from '../definition.js';
import type { Effect, Plan } from '../component.js';
import type { FactField, Rule } from '../conditions.js';
import type { Fact } from '../fact.js';

/** Of a component that counts facts of one kind: which, and how much. */
export interface Counted {
  readonly fields: readonly FactField[];
  /** 0: it does not count. */
  readonly weightOf: (fact: Fact) => number;
}

const both = (when: Rule<boolean>, weigh: Rule<number>): Counted => ({
  fields: [...when.fields, ...weigh.fields],
  weightOf: (fact) => (when.of(fact) ? weigh.of(fact) : 0),
});

/** As the definition says; never below 0. */
export function counted(plan: Plan, counting: Counting): Counted {
  const { fields, weightOf } = both(plan.condition('when', counting.when), plan.weight(counting));
  return { fields, weightOf: (fact) => Math.max(0, weightOf(fact)) };
}

/** The same, below 0 too. */
export const countedWithSign = (plan: Plan, counting: Counting): Counted =>
  both(plan.condition('when', counting.when), plan.weight(counting));

/** What a mail scanner clicks is no contact: an automated touch never counts. */
export const isContact = ({ kind, outcome }: Fact): boolean => kind !== 'TOUCH' || outcome !== 'AUTOMATED';

/** Of a component that counts touches: what those do that count. */
export function touches(
  plan: Plan,
  counting: Counting,
  also: readonly FactField[],
  effect: (fact: Fact, weight: number) => Effect,
) {
  const { fields, weightOf } = counted(plan, counting);
  return {
    kinds: ['TOUCH'],
    fields: ['outcome', ...fields, ...also],
    effectOf(fact: Fact): Effect | undefined {
      const weight = isContact(fact) ? weightOf(fact) : 0;
      return weight > 0 ? effect(fact, weight) : undefined;
    },
  } as const;
}
