import { event, type Event } from '../../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../../event-sourcing/id.js';
import { contextOf, given, january as day, NOW, stateAfter } from '../../../event-sourcing/testing/given.js';
import { campaignDecider, partyDecider } from '../../ledger.js';
import type { PlanCampaign } from '../campaign.inputs.js';

export const campaignId = contextOf(NOW).id('cmp');
/** Ada is in the audience, Bob is not. */
export const [ada, bob] = ['ada', 'bob'].map((name) => deriveId('pty', name)) as [PartyId, PartyId];
export const registered = (partyId: PartyId) =>
  stateAfter(partyDecider, event('PartyRegistered', { partyId, kind: 'PERSON', displayName: partyId, roles: [] }));
/** Both are registered. */
export const others = { [ada]: registered(ada), [bob]: registered(bob) };

export const plan: PlanCampaign = {
  type: 'PlanCampaign',
  name: 'Heart month',
  audiences: [{ name: 'referring physicians', partyIds: [ada] }],
  channels: ['EMAIL', 'EVENT'],
  window: { from: day(12), to: day(30) },
  budget: { amountMinor: 500_000, currency: 'USD' },
};
const { name, audiences, channels, window } = plan;
export const facts = { campaignId, name, audiences, channels, window, budgetMinor: 500_000, currency: 'USD' };

export const planned = event('CampaignPlanned', facts, day(10));
export const launched = event('CampaignLaunched', {}, day(12));
export const paused = event('CampaignPaused', {}, day(15));
export const ended = event('CampaignEnded', {}, day(20));

/** A campaign that was planned on the tenth, as it stands after these events. */
export const campaign = (...events: readonly Event[]) => given(campaignDecider, planned, ...events);
