import { isDeepStrictEqual } from 'node:util';
import { isRefusal, slice, type DecisionContext, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { CampaignCostId } from '../../event-sourcing/id.js';
import { fromMillis } from '../../event-sourcing/instant.js';
import { inFuture } from '../order.js';
import { changed, present } from '../present.js';
import { conflict, invalid } from '../refusals.js';
import { correctedBefore } from '../relationship/entry.js';
import { mislabelled } from '../words.js';
import type {
  CorrectCampaignCost,
  RecordCampaignCost,
  RefundCampaignCost,
  RetractCampaignCost,
} from './campaign.inputs.js';
import { ofPlanned, type CampaignStream } from './campaign.js';
import type { CampaignCostKind } from './campaign.words.js';
import { standing, type Change, type Entries } from './entries.js';

export interface CostFacts {
  /** In minor units of `currency`, 0 or more. */
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly kind: CampaignCostKind;
  /** With kind OTHER only. */
  readonly kindLabel?: string;
  /** `YYYY-MM-DD`. */
  readonly incurredOn: string;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type CampaignCostEvent =
  | Event<'CampaignCostRecorded', { readonly costId: CampaignCostId } & CostFacts>
  /** The refund has an id of its own, of the kind that costs have. */
  | Event<
      'CampaignCostRefunded',
      {
        refundId: CampaignCostId;
        costId: CampaignCostId;
        amountMinor: number;
        currency: string;
        refundedOn: string;
        reason: string;
      }
    >
  | Event<'CampaignCostCorrected', { readonly costId: CampaignCostId; readonly replacement: CostFacts } & Change>
  /** `costId` may be that of a refund. */
  | Event<'CampaignCostRetracted', { readonly costId: CampaignCostId } & Change>;

export type CampaignCostCommand = RecordCampaignCost | RefundCampaignCost | CorrectCampaignCost | RetractCampaignCost;

/** What a campaign cost, and what of it came back. */
export interface Costs {
  readonly recorded: Entries<CampaignCostId, CostFacts>;
  readonly refunds: Entries<CampaignCostId, { readonly costId: CampaignCostId; readonly amountMinor: number }>;
}

const COST = { version: 1, dataClass: 'PUBLIC', personal: ['reason'] } as const;

export const costs = slice<Costs, CampaignCostEvent, CampaignCostCommand, CampaignStream>({
  events: {
    CampaignCostRecorded: { ...COST, personal: [] },
    CampaignCostRefunded: COST,
    CampaignCostCorrected: COST,
    CampaignCostRetracted: COST,
  },

  initial: () => ({ recorded: new Map(), refunds: new Map() }),

  decide: {
    RecordCampaignCost: ofPlanned((_, { amount, kind, kindLabel, incurredOn }, context) => {
      const facts = { amountMinor: amount.amountMinor, currency: amount.currency, kind, kindLabel, incurredOn };
      const costId = context.id('cst');
      return (
        mislabelled(kind, kindLabel, ['kindLabel']) ??
        dayInFuture(incurredOn, context, ['incurredOn']) ?? [
          event('CampaignCostRecorded', present({ costId, ...facts })),
        ]
      );
    }),

    RefundCampaignCost: ofPlanned(({ costs }, { costId, amount, refundedOn, reason }, context) => {
      const cost = standing(costs.recorded, costId, 'costId');
      if (isRefusal(cost)) return cost;
      const { amountMinor, currency } = amount;
      const left = cost.facts.amountMinor - refundedOf(costs, costId);
      if (currency !== cost.facts.currency) {
        return invalid(['amount', 'currency'], `The cost was in ${cost.facts.currency}.`, {
          allowed: [cost.facts.currency],
        });
      }
      if (amountMinor === 0) return invalid(['amount', 'amountMinor'], 'A refund gives something back.');
      if (amountMinor > left) {
        return conflict(String(left), 'No more than this of the cost is left.', ['amount', 'amountMinor']);
      }
      const refund = { refundId: context.id('cst'), costId, amountMinor, currency, refundedOn, reason };
      return dayInFuture(refundedOn, context, ['refundedOn']) ?? [event('CampaignCostRefunded', refund)];
    }),

    CorrectCampaignCost: ofPlanned(({ costs }, { costId, reason, replacement: wanted }, context) => {
      const cost = standing(costs.recorded, costId, 'costId');
      if (isRefusal(cost)) return cost;
      const missing = (['amount', 'kind', 'incurredOn'] as const).find((fact) => wanted[fact] === null);
      if (missing) return invalid(['replacement', missing], 'No cost is without this: leave it out to keep it.');
      const { amount, kind, kindLabel, incurredOn } = wanted;
      const { amountMinor, currency } = amount ?? {};
      const replacement = changed(cost.facts, { amountMinor, currency, kind, kindLabel, incurredOn });
      if (isDeepStrictEqual(replacement, cost.facts)) return [];
      const refunded = refundedOf(costs, costId);
      if (refunded > replacement.amountMinor || (refunded > 0 && replacement.currency !== cost.facts.currency)) {
        return conflict(String(refunded), 'So much of the cost was refunded.', ['replacement', 'amount']);
      }
      return (
        correctedBefore(cost) ??
        mislabelled(replacement.kind, replacement.kindLabel, ['replacement', 'kindLabel']) ??
        dayInFuture(replacement.incurredOn, context, ['replacement', 'incurredOn']) ?? [
          event('CampaignCostCorrected', { costId, targetEventId: cost.eventId, reason, replacement }),
        ]
      );
    }),

    RetractCampaignCost: ofPlanned(({ costs }, { costId, reason }) => {
      const entries = costs.refunds.has(costId) ? costs.refunds : costs.recorded;
      const entry = standing<CampaignCostId, unknown>(entries, costId, 'costId');
      if (isRefusal(entry)) return entry;
      if (refundedOf(costs, costId) > 0) return conflict('REFUNDED', 'Retract its refunds first.', ['costId']);
      return [event('CampaignCostRetracted', { costId, targetEventId: entry.eventId, reason })];
    }),
  },

  evolve: {
    CampaignCostRecorded(costs, { id, data: { costId, ...facts } }) {
      costs.recorded.set(costId, { eventId: id, facts });
      return costs;
    },
    CampaignCostRefunded(costs, { id, data: { refundId, costId, amountMinor } }) {
      costs.refunds.set(refundId, { eventId: id, facts: { costId, amountMinor } });
      return costs;
    },
    CampaignCostCorrected(costs, { data: { costId, targetEventId, replacement } }) {
      costs.recorded.set(costId, { eventId: targetEventId, facts: replacement, corrected: true });
      return costs;
    },
    CampaignCostRetracted(costs, { data: { costId } }) {
      (costs.refunds.has(costId) ? costs.refunds : costs.recorded).set(costId, 'RETRACTED');
      return costs;
    },
  },
});

/** What came back of a cost, in its minor units. */
function refundedOf({ refunds }: Costs, costId: CampaignCostId): number {
  let sum = 0;
  for (const refund of refunds.values()) {
    if (refund !== 'RETRACTED' && refund.facts.costId === costId) sum += refund.facts.amountMinor;
  }
  return sum;
}

/** The places where a day begins first are this far ahead of UTC. */
const EARLIEST_DAY_MS = 14 * 3_600_000;

/** Refuses a day that has not begun anywhere. */
function dayInFuture(day: string, { now }: DecisionContext, path: readonly string[]): Refusal | undefined {
  const refusal = inFuture(fromMillis(Date.parse(day) - EARLIEST_DAY_MS), now, path);
  return refusal && { ...refusal, message: `${day} has not come yet.` };
}
