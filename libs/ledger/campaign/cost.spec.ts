import { describe, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import { contextOf, eventId, given, january as day, NOW } from '../../event-sourcing/testing/given.js';
import { campaignDecider } from '../ledger.js';
import { campaign, campaignId, ended, launched } from './testing/given-campaign.js';

const costId = contextOf(NOW).id('cst');

describe('what a campaign costs', () => {
  const cost = { amountMinor: 120_000, currency: 'EUR', kind: 'PRINT', incurredOn: '2026-01-14' } as const;
  const record = {
    type: 'RecordCampaignCost',
    campaignId,
    amount: { amountMinor: 120_000, currency: 'EUR' },
    kind: 'PRINT',
    incurredOn: '2026-01-14',
  } as const;
  const recorded = event('CampaignCostRecorded', { costId, ...cost }, day(14));
  const refundId = deriveId('cst', 'refund');
  const refunded = event(
    'CampaignCostRefunded',
    { refundId, costId, amountMinor: 50_000, currency: 'EUR', refundedOn: '2026-01-16', reason: 'Misprint.' },
    day(16),
  );
  const refund = {
    type: 'RefundCampaignCost',
    campaignId,
    costId,
    amount: { amountMinor: 70_000, currency: 'EUR' },
    refundedOn: '2026-01-20',
    reason: 'Half of it was late.',
  } as const;
  const correct = { type: 'CorrectCampaignCost', campaignId, costId, reason: 'Misread.' } as const;
  const retract = { type: 'RetractCampaignCost', campaignId, costId, reason: 'Of another campaign.' } as const;
  const retracted = event('CampaignCostRetracted', { costId, targetEventId: eventId(1), reason: 'Not ours.' });

  it('is recorded in any currency, also after the end', () => {
    campaign(launched, ended)
      .when(record)
      .then(event('CampaignCostRecorded', { costId, ...cost }));
  });

  it('names what OTHER is', () => {
    campaign()
      .when({ ...record, kind: 'OTHER' })
      .thenRefused('INVALID_INPUT', { path: ['kindLabel'] });
    campaign()
      .when({ ...record, kind: 'OTHER', kindLabel: 'balloons' })
      .then(event('CampaignCostRecorded', { costId, ...cost, kind: 'OTHER', kindLabel: 'balloons' }));
  });

  it('was incurred on a day that has begun somewhere', () => {
    campaign()
      .when({ ...record, incurredOn: '2026-02-01' })
      .then(event('CampaignCostRecorded', { costId, ...cost, incurredOn: '2026-02-01' }));
    campaign()
      .when({ ...record, incurredOn: '2026-02-02' })
      .thenRefused('TIME_IN_FUTURE', { path: ['incurredOn'] });
  });

  it('comes back as a fact of its own, never more than was spent', () => {
    const { amount, refundedOn, reason } = refund;
    campaign(recorded, refunded)
      .when(refund)
      .then(event('CampaignCostRefunded', { refundId: costId, costId, ...amount, refundedOn, reason }));
    campaign(recorded, refunded)
      .when({ ...refund, amount: { ...amount, amountMinor: 70_001 } })
      .thenRefused('STATE_CONFLICT', { path: ['amount', 'amountMinor'], current: '70000' });
    campaign(recorded)
      .when({ ...refund, amount: { ...amount, amountMinor: 0 } })
      .thenRefused('INVALID_INPUT', { path: ['amount', 'amountMinor'] });
    campaign(recorded)
      .when({ ...refund, refundedOn: '2026-02-02' })
      .thenRefused('TIME_IN_FUTURE', { path: ['refundedOn'] });
  });

  it('comes back in the currency it was paid in: currencies are never mixed', () => {
    campaign(recorded)
      .when({ ...refund, amount: { amountMinor: 1, currency: 'USD' } })
      .thenRefused('INVALID_INPUT', { path: ['amount', 'currency'] });
  });

  it('is corrected as a whole, and says what was wrong', () => {
    const replacement = { amountMinor: 130_000, currency: 'EUR' };
    campaign(recorded)
      .when({ ...correct, replacement: { amount: replacement } })
      .then(
        event('CampaignCostCorrected', {
          costId,
          targetEventId: eventId(1),
          reason: 'Misread.',
          replacement: { ...cost, ...replacement },
        }),
      );
    campaign(recorded)
      .when({ ...correct, replacement: { kind: 'PRINT' } })
      .thenNothing();
    campaign(recorded)
      .when({ ...correct, replacement: { kind: 'OTHER' } })
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'kindLabel'] });
    campaign(recorded)
      .when({ ...correct, replacement: { incurredOn: '2026-02-02' } })
      .thenRefused('TIME_IN_FUTURE', { path: ['replacement', 'incurredOn'] });
  });

  it('is corrected once, and may be retracted then', () => {
    const replacement = { ...cost, amountMinor: 130_000 };
    const corrected = event('CampaignCostCorrected', { costId, targetEventId: eventId(1), reason: 'No.', replacement });
    campaign(recorded, corrected)
      .when({ ...correct, replacement: { kind: 'STAFF' } })
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
    campaign(recorded, corrected)
      .when(retract)
      .then(event('CampaignCostRetracted', { costId, targetEventId: eventId(1), reason: retract.reason }));
  });

  it('is not corrected below what came back of it, nor into another currency', () => {
    for (const amount of [
      { amountMinor: 49_999, currency: 'EUR' },
      { amountMinor: 120_000, currency: 'USD' },
    ]) {
      campaign(recorded, refunded)
        .when({ ...correct, replacement: { amount } })
        .thenRefused('STATE_CONFLICT', { path: ['replacement', 'amount'], current: '50000' });
    }
  });

  it('is retracted once, with its refunds before it', () => {
    const reason = 'Of another campaign.';
    campaign(recorded)
      .when(retract)
      .then(event('CampaignCostRetracted', { costId, targetEventId: eventId(1), reason }));
    campaign(recorded, retracted).when(retract).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    campaign(recorded, refunded).when(retract).thenRefused('STATE_CONFLICT', { current: 'REFUNDED' });
    const refundRetracted = event('CampaignCostRetracted', { costId: refundId, targetEventId: eventId(2), reason });
    campaign(recorded, refunded)
      .when({ ...retract, costId: refundId })
      .then(refundRetracted);
    campaign(recorded, refunded, refundRetracted)
      .when(retract)
      .then(event('CampaignCostRetracted', { costId, targetEventId: eventId(1), reason }));
    campaign(recorded, refunded, refundRetracted)
      .when({ ...retract, costId: refundId })
      .thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
  });

  it('is neither refunded nor corrected once it was retracted, nor when nobody knows it', () => {
    const steps = [refund, { ...correct, replacement: { kind: 'STAFF' } }, retract] as const;
    for (const step of steps) {
      campaign(recorded, retracted)
        .when(step)
        .thenRefused('STATE_CONFLICT', { path: ['costId'], current: 'RETRACTED' });
      campaign()
        .when(step)
        .thenRefused('ENTRY_UNKNOWN', { path: ['costId'] });
      given(campaignDecider)
        .when(step)
        .thenRefused('CAMPAIGN_UNKNOWN', { path: ['campaignId'] });
    }
    given(campaignDecider)
      .when(record)
      .thenRefused('CAMPAIGN_UNKNOWN', { path: ['campaignId'] });
  });
});
