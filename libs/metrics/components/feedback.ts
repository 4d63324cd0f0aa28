import { clamp01, type Builder } from '../component.js';
import type { FeedbackDefinition } from '../definition.js';
import type { Fact } from '../fact.js';
import { counted } from './touches.js';

/** domain.md 5a: (sum w s + k m)/(sum w + k), s the sentiment on 0 to 1, m the prior, worth k pieces of feedback. */
export const feedback: Builder<FeedbackDefinition> = (definition, plan) => {
  const { halfLifeDays, prior, priorWeight, sentimentByKind = {} } = definition;
  const felt = plan.layout.sum(halfLifeDays);
  const weights = plan.layout.sum(halfLifeDays);
  const { fields, weightOf } = counted(plan, definition);
  return {
    kinds: ['FEEDBACK'],
    fields: ['sentimentBp', 'detail', ...fields],
    effectOf(fact: Fact) {
      const sentimentBp = fact.sentimentBp ?? sentimentByKind[fact.detail ?? ''];
      const amount = sentimentBp === undefined ? 0 : weightOf(fact);
      if (sentimentBp === undefined || amount === 0) return undefined;
      return {
        adds: [
          { to: felt, amount: amount * clamp01((sentimentBp + 10_000) / 20_000) },
          { to: weights, amount },
        ],
      };
    },
    isSteady: priorWeight === 0 || halfLifeDays === undefined,
    valueAt(reading) {
      const { numbers } = reading.state;
      if (numbers[weights.slot]! === 0) return NaN;
      if (priorWeight === 0) return numbers[felt.slot]! / numbers[weights.slot]!; // the same share however faded
      return (reading.sum(felt) + priorWeight * prior) / (reading.sum(weights) + priorWeight);
    },
  };
};
