import { clamp01, type Builder, type Effect } from '../component.js';
import type { TrustDefinition } from '../definition.js';
import type { Fact } from '../fact.js';
import type { Reading } from '../reading.js';
import { counted, isContact } from './touches.js';

/** Who wants something: touches that ask or sell, and what was done for one's own sake. */
const ASKS = `(kind == "TOUCH" && intent in ["ASK", "SELL"] && direction != "INBOUND") || dimension == "SELF_ORIENTATION"`;
/** Who gives: touches that give, listen, serve or celebrate, and what was done for trust. */
const GIVES = `(kind == "TOUCH" && intent in ["GIVE", "LISTEN", "SERVE", "CELEBRATE"]) || (kind == "TRUST_ACTION" && sign > 0)`;

/** Of promises where there was none: the Beta expectation of no evidence. */
const UNTRIED = 0.5;

/**
 * domain.md 5a: ((C + R + I)/3) (s_min/S), after the trust equation. C and I are 1 - exp(-D/kappa) of what was done in
 * their dimension, less what harmed it; R is the component of promises; S = s_min + (1 - s_min) asks/(asks + gives).
 */
export const trust: Builder<TrustDefinition> = (definition, plan) => {
  const { halfLifeDays, kappa, selfOrientationFloor: floor } = definition;
  const { layout, commitments } = plan;
  const [credibility, intimacy] = [layout.sum(halfLifeDays), layout.sum(halfLifeDays)];
  const [asks, gives] = [layout.sum(halfLifeDays), layout.sum(halfLifeDays)];
  const number = layout.sum(undefined);
  const place = layout.place();
  const { fields, weightOf } = counted(plan, definition);
  const isAsk = plan.condition('asks', definition.asks ?? ASKS);
  const isGift = plan.condition('gives', definition.gives ?? GIVES);

  const dimension = (reading: Reading, sum: typeof credibility) => 1 - Math.exp(-Math.max(0, reading.sum(sum)) / kappa);
  const deeds = (reading: Reading) => dimension(reading, credibility) + dimension(reading, intimacy);
  const reliability = (reading: Reading): number => {
    const value = commitments?.valueAt(reading) ?? NaN;
    return Number.isNaN(value) ? UNTRIED : value;
  };
  // All fade alike: the stored values have the share of the decayed ones, and do not vanish with age.
  const altruism = ({ state: { numbers } }: Reading): number => {
    const [asked, given] = [numbers[asks.slot]!, numbers[gives.slot]!];
    return floor / (floor + (asked + given === 0 ? 0 : ((1 - floor) * asked) / (asked + given)));
  };

  return {
    kinds: ['TRUST_ACTION', 'TOUCH'],
    fields: ['outcome', 'dimension', 'sign', ...fields, ...isAsk.fields, ...isGift.fields],
    effectOf(fact: Fact): Effect | undefined {
      const amount = fact.kind === 'TRUST_ACTION' ? weightOf(fact) : isContact(fact) ? 1 : 0;
      if (amount === 0) return undefined;
      const adds = [];
      if (fact.kind === 'TRUST_ACTION' && fact.dimension !== null) adds.push({ to: number, amount: 1 });
      if (fact.dimension === 'CREDIBILITY') adds.push({ to: credibility, amount: amount * fact.sign });
      if (fact.dimension === 'INTIMACY') adds.push({ to: intimacy, amount: amount * fact.sign });
      if (isAsk.of(fact)) adds.push({ to: asks, amount });
      else if (isGift.of(fact)) adds.push({ to: gives, amount });
      return { adds };
    },
    valueAt(reading) {
      if (reading.sum(number) === 0) return NaN;
      return clamp01(((reading.once(place, deeds) + reliability(reading)) / 3) * altruism(reading));
    },
    breakpoints: (reading) => commitments?.breakpoints?.(reading) ?? [],
    // What was done fades while promises may recover.
    boundsBetween(from, to) {
      const [before, after, share] = [reliability(from), reliability(to), altruism(from) / 3];
      return [
        clamp01((to.once(place, deeds) + Math.min(before, after)) * share),
        clamp01((from.once(place, deeds) + Math.max(before, after)) * share),
      ];
    },
  };
};
