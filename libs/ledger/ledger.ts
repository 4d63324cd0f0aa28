import type { EventTypeSpec } from '../event-sourcing/event.js';
import { Deciders, streamDecider } from '../event-sourcing/stream-decider.js';
import type { Upcasters } from '../event-sourcing/upcaster.js';
import { campaign, type CampaignCommand, type CampaignEvent } from './campaign/campaign.js';
import { costs } from './campaign/cost.js';
import { responses } from './campaign/response.js';
import { commitments, type CommitmentCommand, type CommitmentEvent } from './commitment/commitment.js';
import { feedback, type FeedbackCommand, type FeedbackEvent } from './feedback/feedback.js';
import { imported, type ImportCommand, type ImportEvent } from './import/import.js';
import { metric, type MetricCommand, type MetricEvent } from './metric/metric.js';
import { partyEvents, partySlices, type PartyCommand, type PartyEvent } from './party/slices.js';
import { projection, type ProjectionCommand, type ProjectionEvent } from './projection/projection.js';
import { referral, type ReferralCommand, type ReferralEvent } from './referral/referral.js';
import { tie, type RelationshipCommand, type RelationshipEvent } from './relationship/relationship.js';
import { touches, type TouchCommand, type TouchEvent } from './touch/touch.js';
import { trust, type TrustCommand, type TrustEvent } from './trust/trust.js';

/** The concepts of the ledger: each has a folder here, a page in docs/events and its own event types. */
export const concepts = [
  { folder: 'campaign', events: { ...campaign.events, ...costs.events, ...responses.events } },
  { folder: 'commitment', events: commitments.events },
  { folder: 'feedback', events: feedback.events },
  { folder: 'import', events: imported.events },
  { folder: 'metric', events: metric.events },
  { folder: 'party', events: partyEvents },
  { folder: 'projection', events: projection.events },
  { folder: 'referral', events: referral.events },
  { folder: 'relationship', events: tie.events },
  { folder: 'touch', events: touches.events },
  { folder: 'trust', events: trust.events },
] as const;

/** All that can be asked of the ledger, and all that it can say. */
export type LedgerCommand =
  | CampaignCommand
  | CommitmentCommand
  | FeedbackCommand
  | MetricCommand
  | ImportCommand
  | PartyCommand
  | ProjectionCommand
  | ReferralCommand
  | RelationshipCommand
  | TouchCommand
  | TrustCommand;
export type LedgerEvent =
  | CampaignEvent
  | CommitmentEvent
  | FeedbackEvent
  | MetricEvent
  | ImportEvent
  | PartyEvent
  | ProjectionEvent
  | ReferralEvent
  | RelationshipEvent
  | TouchEvent
  | TrustEvent;

/** What the log must know of every event type, by name. */
export const eventTypes: ReadonlyMap<string, EventTypeSpec> = new Map(
  concepts.flatMap(({ events }) => Object.entries<EventTypeSpec>(events)),
);

/** No shape has changed yet. The first that does gets its upcaster beside its concept, and is named here. */
export const upcasters: Upcasters = {};

export const partyDecider = streamDecider(
  'party',
  {
    prefix: 'pty',
    begins: 'RegisterParty',
    subject: 'partyId',
    otherwise: { MergeParties: 'absorbedId', UnmergeParties: 'absorbedId' },
  },
  partySlices,
);
/** The entries of a relationship share its stream. */
export const relationshipDecider = streamDecider(
  'relationship',
  { prefix: 'rel', begins: 'OpenRelationship', subject: 'relationshipId' },
  { tie, touches, trust, commitments, feedback },
);
export const campaignDecider = streamDecider(
  'campaign',
  { prefix: 'cmp', begins: 'PlanCampaign', subject: 'campaignId' },
  { campaign, costs, responses },
);
export const referralDecider = streamDecider(
  'referral',
  { prefix: 'ref', begins: 'MakeReferral', subject: 'referralId' },
  { referral },
);
/** One stream per file that was imported, named by what it holds. */
export const importDecider = streamDecider(
  'import',
  { pattern: /^[0-9a-f]{64}$/, subject: 'sourceHash' },
  { imported },
);
export const metricDecider = streamDecider('metric', { subject: 'metric' }, { metric });
export const projectionDecider = streamDecider('projection', { subject: 'projection' }, { projection });

/** What the one way in works with. */
export const ledger = new Deciders([
  campaignDecider,
  metricDecider,
  partyDecider,
  relationshipDecider,
  referralDecider,
  importDecider,
  projectionDecider,
]);
