import { describe, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { contextOf, eventId, given, january as day, NOW } from '../../event-sourcing/testing/given.js';
import { campaignDecider } from '../ledger.js';
import type { RecordCampaignResponse } from './campaign.inputs.js';
import { ada, bob, campaign, campaignId, ended, facts, launched, others } from './testing/given-campaign.js';

const responseId = contextOf(NOW).id('rsp');
const open = event('CampaignPlanned', { ...facts, audiences: [{ name: 'whoever reads the paper' }] }, day(10));

describe('what a campaign brings', () => {
  const record: RecordCampaignResponse = {
    type: 'RecordCampaignResponse',
    campaignId,
    partyId: ada,
    kind: 'CALLED',
    occurredAt: day(18),
  };
  const said = { responseId, partyId: ada, kind: 'CALLED', organic: false } as const;
  const recorded = event('CampaignResponseRecorded', said, day(18));
  const correct = { type: 'CorrectCampaignResponse', campaignId, responseId, reason: 'Misheard.' } as const;
  const retract = { type: 'RetractCampaignResponse', campaignId, responseId, reason: 'Wrong number.' } as const;
  const retracted = event('CampaignResponseRetracted', { responseId, targetEventId: eventId(1), reason: 'No.' });
  const replacement = { partyId: ada, kind: 'CALLED', organic: false, occurredAt: day(18) } as const;
  const corrected = (more: object) =>
    event('CampaignResponseCorrected', {
      responseId,
      targetEventId: eventId(1),
      reason: 'Misheard.',
      replacement: { ...replacement, ...more },
    });

  it('is a response of a party of the audience, or organic', () => {
    campaign(launched).when(record, { others }).then(event('CampaignResponseRecorded', said));
    campaign(launched)
      .when({ ...record, partyId: bob }, { others })
      .then(event('CampaignResponseRecorded', { ...said, partyId: bob, organic: true }));
    campaign(launched)
      .when({ ...record, partyId: bob, organic: false }, { others })
      .thenRefused('INVALID_INPUT', { path: ['organic'] });
    campaign(launched)
      .when({ ...record, organic: true }, { others })
      .then(event('CampaignResponseRecorded', { ...said, organic: true }));
  });

  it('is taken for one of the audience when some of the audience is only described, unless told', () => {
    const described = given(campaignDecider, open);
    described.when(record, { others }).then(event('CampaignResponseRecorded', said));
    described
      .when({ ...record, organic: true }, { others })
      .then(event('CampaignResponseRecorded', { ...said, organic: true }));
  });

  it('comes in after the end, too, and from nobody', () => {
    campaign(launched, ended)
      .when({ ...record, kind: 'AUTOMATED' }, { others })
      .then(event('CampaignResponseRecorded', { ...said, kind: 'AUTOMATED' }));
  });

  it('names what OTHER is', () => {
    campaign()
      .when({ ...record, kind: 'OTHER' }, { others })
      .thenRefused('INVALID_INPUT', { path: ['kindLabel'] });
  });

  it('is of a known party and campaign', () => {
    campaign()
      .when(record)
      .thenRefused('PARTY_UNKNOWN', { path: ['partyId'] });
    given(campaignDecider)
      .when(record, { others })
      .thenRefused('CAMPAIGN_UNKNOWN', { path: ['campaignId'] });
  });

  it('is corrected as a whole', () => {
    campaign(recorded)
      .when({ ...correct, replacement: { occurredAt: day(17) } })
      .then(corrected({ occurredAt: day(17) }));
    campaign(recorded)
      .when({ ...correct, replacement: { kind: 'CALLED' } })
      .thenNothing();
    campaign(recorded)
      .when({ ...correct, replacement: { kind: 'OTHER' } })
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'kindLabel'] });
    campaign(recorded)
      .when({ ...correct, replacement: { occurredAt: '2026-02-09T00:00:00.000Z' as typeof NOW } })
      .thenRefused('TIME_IN_FUTURE', { path: ['replacement', 'occurredAt'] });
  });

  it('is corrected once, and may be retracted then', () => {
    campaign(recorded, corrected({ kind: 'VISITED' }))
      .when({ ...correct, replacement: { kind: 'REPLIED' } })
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
    campaign(recorded, corrected({ kind: 'VISITED' }))
      .when(retract)
      .then(event('CampaignResponseRetracted', { responseId, targetEventId: eventId(1), reason: 'Wrong number.' }));
  });

  it('is organic or not by who it really was', () => {
    const byBob = { ...correct, replacement: { partyId: bob } };
    campaign(recorded)
      .when(byBob, { others })
      .then(corrected({ partyId: bob, organic: true }));
    campaign(recorded)
      .when(byBob)
      .thenRefused('PARTY_UNKNOWN', { path: ['replacement', 'partyId'] });
    campaign(recorded)
      .when({ ...byBob, replacement: { partyId: bob, organic: false } }, { others })
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'organic'] });
  });

  it('is retracted once, and not corrected any more', () => {
    campaign(recorded)
      .when(retract)
      .then(event('CampaignResponseRetracted', { responseId, targetEventId: eventId(1), reason: 'Wrong number.' }));
    for (const step of [retract, { ...correct, replacement: { kind: 'VISITED' } }] as const) {
      campaign(recorded, retracted).when(step).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
      campaign()
        .when(step)
        .thenRefused('ENTRY_UNKNOWN', { path: ['responseId'] });
      given(campaignDecider)
        .when(step)
        .thenRefused('CAMPAIGN_UNKNOWN', { path: ['campaignId'] });
    }
  });

  it('is not without what every response has', () => {
    for (const fact of ['partyId', 'kind', 'organic', 'occurredAt']) {
      campaign(recorded)
        .when({ ...correct, replacement: { [fact]: null } })
        .thenRefused('INVALID_INPUT', { path: ['replacement', fact] });
    }
  });
});
