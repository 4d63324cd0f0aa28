import { describe, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { given, january as day } from '../../event-sourcing/testing/given.js';
import { campaignDecider } from '../ledger.js';
import type { LaunchCampaign } from './campaign.inputs.js';
import {
  ada,
  bob,
  campaign,
  campaignId,
  ended,
  facts,
  launched,
  others,
  paused,
  plan,
  registered,
} from './testing/given-campaign.js';

describe('planning a campaign', () => {
  it('says whom it addresses, how, when and for how much', () => {
    given(campaignDecider).when(plan, { others }).then(event('CampaignPlanned', facts));
  });

  it('may address whoever fits a description', () => {
    const described = [{ name: 'whoever reads the paper', partyIds: null }];
    given(campaignDecider)
      .when({ ...plan, audiences: described })
      .then(event('CampaignPlanned', { ...facts, audiences: [{ name: 'whoever reads the paper' }] }));
  });

  it('ends later than it begins', () => {
    for (const to of [day(12), day(11)]) {
      given(campaignDecider)
        .when({ ...plan, window: { from: day(12), to } }, { others })
        .thenRefused('INVALID_INPUT', { path: ['window', 'to'] });
    }
  });

  it('addresses known parties only', () => {
    given(campaignDecider)
      .when(
        { ...plan, audiences: [...plan.audiences, { name: 'friends', partyIds: [ada, bob] }] },
        { others: { [ada]: registered(ada) } },
      )
      .thenRefused('PARTY_UNKNOWN', { path: ['audiences', '1', 'partyIds', '1'] });
  });

  it('labels the channel OTHER, and no other', () => {
    const other = { ...plan, channels: ['OTHER'] as const };
    given(campaignDecider)
      .when(other, { others })
      .thenRefused('INVALID_INPUT', { path: ['channelLabel'] });
    given(campaignDecider)
      .when({ ...plan, channelLabel: 'bus stops' }, { others })
      .thenRefused('INVALID_INPUT', { path: ['channelLabel'] });
    given(campaignDecider)
      .when({ ...other, channelLabel: 'bus stops' }, { others })
      .then(event('CampaignPlanned', { ...facts, channels: ['OTHER'], channelLabel: 'bus stops' }));
  });

  it('happens once', () => {
    campaign().when(plan, { others }).thenRefused('STATE_CONFLICT', { current: 'PLANNED' });
  });
});

describe('the steps of a campaign', () => {
  const launch = { type: 'LaunchCampaign', campaignId, occurredAt: day(18) } as const;
  const pause = { type: 'PauseCampaign', campaignId, occurredAt: day(18) } as const;
  const end = { type: 'EndCampaign', campaignId, occurredAt: day(18) } as const;

  it('launch what was planned or paused', () => {
    campaign().when(launch).then(event('CampaignLaunched', {}));
    campaign(launched, paused)
      .when({ ...launch, reason: 'The venue is back.' })
      .then(event('CampaignLaunched', { reason: 'The venue is back.' }));
    campaign(launched).when(launch).thenRefused('STATE_CONFLICT', { current: 'LAUNCHED' });
  });

  it('pause what runs', () => {
    campaign(launched).when(pause).then(event('CampaignPaused', {}));
    campaign().when(pause).thenRefused('STATE_CONFLICT', { current: 'PLANNED' });
    campaign(launched, paused).when(pause).thenRefused('STATE_CONFLICT', { current: 'PAUSED' });
  });

  it('end a campaign for ever, from any other state', () => {
    for (const before of [[], [launched], [launched, paused]])
      campaign(...before)
        .when(end)
        .then(event('CampaignEnded', {}));
    for (const step of [launch, pause, end]) {
      campaign(launched, ended)
        .when({ ...step, occurredAt: day(21) })
        .thenRefused('STATE_CONFLICT', { current: 'ENDED' });
    }
  });

  it('follow each other in time, unless somebody says why not', () => {
    const early: LaunchCampaign = { ...launch, occurredAt: day(14) };
    campaign(launched, paused)
      .when(early)
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['occurredAt'], current: day(15) });
    const orderReason = 'The pause was dated by hand.';
    campaign(launched, paused)
      .when({ ...early, orderReason })
      .then(event('CampaignLaunched', { orderReason }));
  });

  it('never come before the plan, whatever is said', () => {
    campaign()
      .when({ ...end, occurredAt: day(9), orderReason: 'I say so.' })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(10) });
  });

  it('need a campaign', () => {
    for (const step of [launch, pause, end]) {
      given(campaignDecider)
        .when(step)
        .thenRefused('CAMPAIGN_UNKNOWN', { path: ['campaignId'] });
    }
  });
});
