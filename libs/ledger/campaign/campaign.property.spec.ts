import { describe, expect, it } from '@jest/globals';
import { array, assert, constant, constantFrom, integer, oneof, option, property, record } from 'fast-check';
import { isRefusal } from '../../event-sourcing/decider.js';
import { deriveId, type CampaignCostId, type CampaignResponseId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { REFUSAL_CODES } from '../../event-sourcing/refusal-codes.js';
import { applied, contextOf, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { campaignDecider as decider } from '../ledger.js';
import type { CampaignCommand, CampaignEvent } from './campaign.js';
import { ada, bob, others, plan } from './testing/given-campaign.js';

type Happened = CampaignEvent & { readonly occurredAt: Instant };

// Few amounts, days and ids, so that the commands meet. The n-th command makes what has the n-th id.
const campaignId = contextOf(NOW, { idempotencyKey: '0' }).id('cmp');
const on = { campaignId: constant(campaignId) };
const nth = <Prefix extends 'cst' | 'rsp'>(prefix: Prefix) =>
  integer({ min: 1, max: 25 }).map((n) => deriveId(prefix, 'test', String(n)));
const occurredAt = integer({ min: 10, max: 29 }).map((day) => `2026-01-${String(day)}T00:00:00.000Z` as Instant);
const amount = record({ amountMinor: integer({ min: 0, max: 3 }), currency: constantFrom('EUR', 'USD') });
const kind = constantFrom('PRINT' as const, 'OTHER' as const);
const incurredOn = constantFrom('2026-01-14', '2026-01-20');
const partyId = constantFrom(ada, bob);
const answer = constantFrom('CALLED' as const, 'AUTOMATED' as const);
const organic = option(constantFrom(true, false));
const reason = constant('x');
const step = { ...on, occurredAt, orderReason: option(constant('Told late.')) };
const ofCost = { ...on, costId: nth('cst'), reason };
const ofResponse = { ...on, responseId: nth('rsp'), reason };

const commands = array(
  oneof(
    record({ type: constant('LaunchCampaign' as const), ...step }),
    record({ type: constant('PauseCampaign' as const), ...step }),
    record({ type: constant('EndCampaign' as const), ...step }),
    record({ type: constant('RecordCampaignCost' as const), ...on, amount, kind, incurredOn }),
    record({ type: constant('RefundCampaignCost' as const), ...ofCost, amount, refundedOn: incurredOn }),
    record({
      type: constant('CorrectCampaignCost' as const),
      ...ofCost,
      replacement: record({ amount, kind, incurredOn }, { requiredKeys: [] }),
    }),
    record({ type: constant('RetractCampaignCost' as const), ...ofCost }),
    record({
      type: constant('RecordCampaignResponse' as const),
      ...{ ...on, partyId, kind: answer, organic, occurredAt },
    }),
    record({
      type: constant('CorrectCampaignResponse' as const),
      ...ofResponse,
      replacement: record({ partyId, kind: answer, occurredAt }, { requiredKeys: [] }),
    }),
    record({ type: constant('RetractCampaignResponse' as const), ...ofResponse }),
  ),
  { minLength: 15, maxLength: 40, size: 'max' },
);

/** Carries the commands out one after the other, as the one way in does. */
function history(commands: readonly CampaignCommand[]) {
  const events: Happened[] = [];
  let state = decider.initial();
  for (const [index, command] of [
    { ...plan, occurredAt: '2026-01-12T00:00:00.000Z' as Instant },
    ...commands,
  ].entries()) {
    const at = 'occurredAt' in command ? command.occurredAt : undefined;
    const context = contextOf(at, { idempotencyKey: String(index), others });
    const decision = decider.decide(state, command, context);
    if (isRefusal(decision)) {
      if (!(decision.refused in REFUSAL_CODES)) throw new Error(`${decision.refused} is no published code.`);
      continue;
    }
    for (const { type, data } of decision) {
      const happened = { type, data, occurredAt: context.occurredAt };
      state = decider.evolve(state, applied(happened, events.length));
      events.push(happened as Happened);
    }
  }
  return { events, state };
}

const anyHistory = (check: (events: readonly Happened[], state: unknown) => void): void => {
  assert(
    property(commands, (commands) => {
      const { events, state } = history(commands);
      check(events, state);
    }),
  );
};

describe('whatever is asked of a campaign, in whatever order', () => {
  it('its state is what its stream says, read back from JSON: no refusal and no decision leaves a trace', () => {
    anyHistory((events, state) => {
      expect(stateAfter(decider, ...(JSON.parse(JSON.stringify(events)) as Happened[]))).toEqual(state);
    });
  });

  it('it runs, stands still and ends as its states allow', () => {
    anyHistory((events) => {
      const told = events.map(({ type }) => type).filter((type) => /Planned|Launched|Paused|Ended/.test(type));
      expect(told.join(' ')).toMatch(
        /^CampaignPlanned(( CampaignLaunched)( CampaignPaused CampaignLaunched)*( CampaignPaused)?)?( CampaignEnded)?$/,
      );
    });
  });

  it('no more of a cost comes back than it was, in its own currency, and nothing of one that never was', () => {
    anyHistory((events) => {
      const costs = new Map<CampaignCostId, { amountMinor: number; currency: string }>();
      const refunds = new Map<CampaignCostId, { of: CampaignCostId; amountMinor: number; currency: string }>();
      for (const { type, data } of events) {
        if (type === 'CampaignCostRecorded') costs.set(data.costId, data);
        else if (type === 'CampaignCostCorrected') costs.set(data.costId, data.replacement);
        else if (type === 'CampaignCostRefunded') refunds.set(data.refundId, { ...data, of: data.costId });
        else if (type === 'CampaignCostRetracted')
          expect(refunds.delete(data.costId) || costs.delete(data.costId)).toBe(true);
        for (const [costId, some] of Map.groupBy(refunds.values(), ({ of }) => of)) {
          const cost = costs.get(costId);
          expect(some.map(({ currency }) => currency)).toEqual(some.map(() => cost?.currency));
          expect(some.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBeLessThanOrEqual(
            cost?.amountMinor ?? -1,
          );
        }
      }
    });
  });

  it('whoever was not addressed answers of their own accord, and a response is retracted once', () => {
    anyHistory((events) => {
      const retracted = new Set<CampaignResponseId>();
      for (const { type, data } of events) {
        if (type === 'CampaignResponseRecorded' && data.partyId === bob) expect(data.organic).toBe(true);
        if (type === 'CampaignResponseCorrected') {
          expect(retracted.has(data.responseId)).toBe(false);
          if (data.replacement.partyId === bob) expect(data.replacement.organic).toBe(true);
        }
        if (type === 'CampaignResponseRetracted') {
          expect(retracted.has(data.responseId)).toBe(false);
          retracted.add(data.responseId);
        }
      }
    });
  });
});
