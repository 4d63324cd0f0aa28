import type { Type } from '@nestjs/common';
import {
  RelationshipActivityResolver,
  StewardBondResolver,
  StewardScorecardResolver,
} from './activity/activity.resolver.js';
import {
  AttributionResolver,
  CampaignRoiResolver,
  ReferralInfluenceResolver,
} from './attribution/attribution.resolver.js';
import {
  CampaignCostResolver,
  CampaignResolver,
  CampaignResponseResolver,
  CampaignResponsesResolver,
  CampaignTouchesResolver,
  TouchCampaignResolver,
} from './campaigns/campaigns.resolver.js';
import {
  commitmentFields,
  CommitmentResolver,
  RelationshipCommitmentsResolver,
} from './commitments/commitments.resolver.js';
import { AffiliationResolver, PartyResolver } from './directory/party.resolver.js';
import { NeedResolver, ProfileResolver, RelationshipNeedsResolver } from './directory/profile.resolver.js';
import { RelationshipResolver, StewardResolver } from './directory/relationship.resolver.js';
import { ChangesResolver } from './ledger/changes.resolver.js';
import { CaptureLagResolver, LateFactsResolver } from './facts/late-facts.resolver.js';
import { LedgerResolver, LedgerStreamResolver } from './ledger/ledger.resolver.js';
import {
  feedbackFields,
  FeedbackRequestResolver,
  FeedbackResolver,
  RelationshipFeedbackResolver,
  RelationshipLikingResolver,
} from './feedback/feedback.resolver.js';
import { BandChangesResolver } from './health/band-changes.resolver.js';
import { HealthComponentResolver, HealthResolver, RelationshipHealthResolver } from './health/health.resolver.js';
import { MetricProgressResolver } from './health/metric-progress.resolver.js';
import { MetricDefinitionsResolver } from './health/metrics.resolver.js';
import { MetricMoverResolver, MetricPlanResolver } from './metric-plan/metric-plan.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { ProjectionsResolver } from './projections/projections.resolver.js';
import { ParticipantResolver, TimelineResolver, TouchRelationshipResolver } from './timeline/timeline.resolver.js';
import { EpisodesResolver } from './touch-frequency/episodes.resolver.js';
import { RelationshipTouchesResolver, TouchFrequencyResolver } from './touch-frequency/touch-frequency.resolver.js';
import { GiftLedgerResolver, RelationshipTrustResolver, trustFields, TrustResolver } from './trust/trust.resolver.js';
import {
  ReferralAnalysisResolver,
  ReferralChainNodeResolver,
  TopPartiesResolver,
} from './referral-pipeline/analysis.resolver.js';
import { referralEntryResolvers } from './referral-pipeline/entry.resolver.js';
import { ReferralResolver, RelationshipReferralsResolver } from './referral-pipeline/referral.resolver.js';

/** Whoever answers what is asked of read models. */
export const readModelResolvers: readonly Type[] = [
  AffiliationResolver,
  AttributionResolver,
  CampaignRoiResolver,
  ReferralInfluenceResolver,
  CampaignCostResolver,
  CampaignResolver,
  CampaignResponseResolver,
  CampaignResponsesResolver,
  CampaignTouchesResolver,
  TouchCampaignResolver,
  ChangesResolver,
  EpisodesResolver,
  CaptureLagResolver,
  LateFactsResolver,
  LedgerResolver,
  LedgerStreamResolver,
  BandChangesResolver,
  HealthComponentResolver,
  HealthResolver,
  MetricDefinitionsResolver,
  MetricMoverResolver,
  MetricProgressResolver,
  MetricPlanResolver,
  RelationshipHealthResolver,
  NeedResolver,
  NodeResolver,
  ParticipantResolver,
  PartyResolver,
  ProfileResolver,
  ProjectionsResolver,
  ReferralAnalysisResolver,
  ReferralChainNodeResolver,
  TopPartiesResolver,
  ReferralResolver,
  RelationshipActivityResolver,
  RelationshipReferralsResolver,
  RelationshipNeedsResolver,
  RelationshipResolver,
  RelationshipTouchesResolver,
  StewardResolver,
  StewardBondResolver,
  StewardScorecardResolver,
  TimelineResolver,
  TouchRelationshipResolver,
  TouchFrequencyResolver,
  CommitmentResolver,
  RelationshipCommitmentsResolver,
  ...commitmentFields,
  FeedbackRequestResolver,
  FeedbackResolver,
  RelationshipFeedbackResolver,
  RelationshipLikingResolver,
  ...feedbackFields,
  GiftLedgerResolver,
  RelationshipTrustResolver,
  TrustResolver,
  ...trustFields,
  ...referralEntryResolvers,
];
