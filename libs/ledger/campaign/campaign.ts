import { slice, type Decision, type DecisionContext, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { CampaignId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { endsBeforeStart, outOfOrder } from '../order.js';
import { notAParty } from '../party/party.js';
import { present } from '../present.js';
import { conflict, invalid, refuse } from '../refusals.js';
import type { Channel } from '../touch/touch.words.js';
import { mislabelled } from '../words.js';
import type { EndCampaign, LaunchCampaign, PauseCampaign, PlanCampaign } from './campaign.inputs.js';
import type { CampaignState } from './campaign.words.js';
import type { CampaignCostCommand, CampaignCostEvent, Costs } from './cost.js';
import type { CampaignResponseCommand, CampaignResponseEvent, Responses } from './response.js';

/** Whom a campaign addresses: the parties it lists, or without a list whoever fits its name. */
export interface Audience {
  readonly name: string;
  readonly partyIds?: readonly PartyId[];
}

export interface CampaignPlan {
  readonly campaignId: CampaignId;
  readonly name: string;
  readonly audiences: readonly Audience[];
  readonly channels: readonly Channel[];
  /** With channel OTHER only. */
  readonly channelLabel?: string;
  readonly window: { readonly from: Instant; readonly to: Instant };
  /** In minor units of `currency`. */
  readonly budgetMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

interface Step {
  readonly reason?: string;
  readonly orderReason?: string;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
type CampaignStepEvent =
  | Event<'CampaignPlanned', CampaignPlan>
  | Event<'CampaignLaunched', Step>
  | Event<'CampaignPaused', Step>
  | Event<'CampaignEnded', Step>;

type CampaignStepCommand = PlanCampaign | LaunchCampaign | PauseCampaign | EndCampaign;

/** Costs and responses stand in the stream of their campaign. */
export type CampaignEvent = CampaignStepEvent | CampaignCostEvent | CampaignResponseEvent;
export type CampaignCommand = CampaignStepCommand | CampaignCostCommand | CampaignResponseCommand;

export interface Campaign {
  /** Absent until CampaignPlanned. */
  planned?: {
    readonly at: Instant;
    /** The parties that are addressed by name. */
    readonly listed: ReadonlySet<PartyId>;
    /** Every audience lists its parties: whoever is not listed was not addressed. */
    readonly closed: boolean;
  };
  state: CampaignState;
  /** When the state last changed, by business time. */
  stateSince: Instant;
}

export type PlannedCampaign = Campaign & Required<Pick<Campaign, 'planned'>>;

/** The state of a campaign's stream. */
export interface CampaignStream {
  readonly campaign: Campaign;
  readonly costs: Costs;
  readonly responses: Responses;
}

const STEP = { version: 1, dataClass: 'PUBLIC', personal: ['reason', 'orderReason'] } as const;

export const campaign = slice<Campaign, CampaignStepEvent, CampaignStepCommand, CampaignStream>({
  events: {
    CampaignPlanned: { version: 1, dataClass: 'PERSONAL', personal: [] },
    CampaignLaunched: STEP,
    CampaignPaused: STEP,
    CampaignEnded: STEP,
  },

  initial: () => ({ state: 'PLANNED', stateSince: '' as Instant }),

  decide: {
    PlanCampaign({ campaign }, command, context) {
      if (campaign.planned) return conflict(campaign.state, 'This campaign is planned already.');
      const { name, audiences, channels, channelLabel, window, budget } = command;
      if (window.to <= window.from) return invalid(['window', 'to'], 'A campaign ends later than it begins.');
      const plan = present({
        campaignId: context.id('cmp'),
        name,
        audiences: audiences.map(({ name, partyIds }) => present({ name, partyIds })),
        channels,
        channelLabel,
        window: { from: window.from, to: window.to },
        budgetMinor: budget.amountMinor,
        currency: budget.currency,
      });
      const other = channels.find((channel) => channel === 'OTHER');
      return (
        mislabelled(other, channelLabel, ['channelLabel']) ??
        unknownAudience(audiences, context) ?? [event('CampaignPlanned', plan)]
      );
    },

    LaunchCampaign: stepFrom(['PLANNED', 'PAUSED'], (said) => event('CampaignLaunched', said)),
    PauseCampaign: stepFrom(['LAUNCHED'], (said) => event('CampaignPaused', said)),
    EndCampaign: stepFrom(['PLANNED', 'LAUNCHED', 'PAUSED'], (said) => event('CampaignEnded', said)),
  },

  evolve: {
    CampaignPlanned(campaign, { data: { audiences }, occurredAt }) {
      const listed = new Set(audiences.flatMap(({ partyIds }) => partyIds ?? []));
      const closed = audiences.every(({ partyIds }) => partyIds !== undefined);
      campaign.planned = { at: occurredAt, listed, closed };
      return moved(campaign, 'PLANNED', occurredAt);
    },
    CampaignLaunched: (campaign, { occurredAt }) => moved(campaign, 'LAUNCHED', occurredAt),
    CampaignPaused: (campaign, { occurredAt }) => moved(campaign, 'PAUSED', occurredAt),
    CampaignEnded: (campaign, { occurredAt }) => moved(campaign, 'ENDED', occurredAt),
  },

  consults: { PlanCampaign: ({ audiences }) => audiences.flatMap(({ partyIds }) => partyIds ?? []) },
});

/** Refuses an id in another concept's command that is no campaign. */
export function notACampaign(
  context: DecisionContext,
  campaignId: CampaignId,
  path: readonly string[],
): Refusal | undefined {
  const consulted = context.consulted(campaignId) as CampaignStream | undefined;
  return consulted?.campaign.planned ? undefined : campaignUnknown(campaignId, path);
}

const campaignUnknown = (campaignId: CampaignId, path: readonly string[]): Refusal =>
  refuse('CAMPAIGN_UNKNOWN', `There is no campaign ${campaignId}.`, { path });

const isPlanned = (campaign: Campaign): campaign is PlannedCampaign => campaign.planned !== undefined;

/** Decides on a campaign that was planned. It may have ended: what it cost and brought comes in late. */
export function ofPlanned<C extends { readonly campaignId: CampaignId }, E extends Event>(
  decide: (
    state: CampaignStream & { readonly campaign: PlannedCampaign },
    command: C,
    context: DecisionContext,
  ) => Decision<E>,
) {
  return ({ campaign, ...entries }: CampaignStream, command: C, context: DecisionContext): Decision<E> =>
    isPlanned(campaign)
      ? decide({ campaign, ...entries }, command, context)
      : campaignUnknown(command.campaignId, ['campaignId']);
}

/** Decides on a change of state, which only these states allow. */
function stepFrom(from: readonly CampaignState[], stepped: (said: Step) => CampaignStepEvent) {
  return ofPlanned<Exclude<CampaignStepCommand, PlanCampaign>, CampaignStepEvent>(({ campaign }, command, context) => {
    const { reason, orderReason } = command;
    if (!from.includes(campaign.state)) return conflict(campaign.state, `This follows ${from.join(' or ')} only.`);
    return (
      endsBeforeStart(context, campaign.planned.at) ??
      outOfOrder(context, campaign.stateSince, command) ?? [stepped(present({ reason, orderReason }))]
    );
  });
}

function moved(campaign: Campaign, state: CampaignState, at: Instant): Campaign {
  campaign.state = state;
  if (at > campaign.stateSince) campaign.stateSince = at;
  return campaign;
}

function unknownAudience(audiences: PlanCampaign['audiences'], context: DecisionContext): Refusal | undefined {
  for (const [index, { partyIds }] of audiences.entries()) {
    for (const [which, partyId] of partyIds?.entries() ?? []) {
      const refused = notAParty(context, partyId, ['audiences', String(index), 'partyIds', String(which)]);
      if (refused) return refused;
    }
  }
  return undefined;
}
