import type { Type } from '@nestjs/common';
import { campaignCommands } from './campaign/campaign.inputs.js';
import { commitmentCommands } from './commitment/commitment.inputs.js';
import { feedbackCommands, feedbackRequestCommands } from './feedback/feedback.inputs.js';
import { importCommands } from './import/import.inputs.js';
import { metricCommands } from './metric/metric.inputs.js';
import { mutationsOf } from './mutations.resolver.js';
import { erasingCommands, partyCommands, partyRecords } from './party/party.inputs.js';
import {
  CampaignPayload,
  CommitmentPayload,
  FeedbackPayload,
  FeedbackRequestPayload,
  ImportPayload,
  MetricDefinitionPayload,
  PartyPayload,
  ReferralPayload,
  RelationshipPayload,
  TouchPayload,
  TrustActionPayload,
  TrustAssessmentPayload,
  TrustRequestPayload,
} from './payloads.types.js';
import { referralCommands } from './referral/referral.inputs.js';
import { relationshipCommands } from './relationship/relationship.inputs.js';
import { touchCommands } from './touch/touch.inputs.js';
import { TouchResolver } from './touch/touch.resolver.js';
import { trustActionCommands, trustAssessmentCommands, trustRequestCommands } from './trust/trust.inputs.js';

/** Every command class of the ledger. */
export const commandClasses = [
  ...campaignCommands,
  ...commitmentCommands,
  ...feedbackCommands,
  ...feedbackRequestCommands,
  ...importCommands,
  ...metricCommands,
  ...partyCommands,
  ...referralCommands,
  ...relationshipCommands,
  ...touchCommands,
  ...trustActionCommands,
  ...trustAssessmentCommands,
  ...trustRequestCommands,
] as const;

/** Whoever answers the mutations. */
export const mutationResolvers: readonly Type[] = [
  mutationsOf(campaignCommands, CampaignPayload),
  mutationsOf(commitmentCommands, CommitmentPayload),
  mutationsOf(feedbackCommands, FeedbackPayload),
  mutationsOf(feedbackRequestCommands, FeedbackRequestPayload),
  mutationsOf(importCommands, ImportPayload),
  mutationsOf(metricCommands, MetricDefinitionPayload, { role: 'analyst' }),
  mutationsOf(partyRecords, PartyPayload),
  mutationsOf(erasingCommands, PartyPayload, { role: 'privacy_officer' }),
  mutationsOf(referralCommands, ReferralPayload),
  mutationsOf(relationshipCommands, RelationshipPayload),
  mutationsOf(touchCommands, TouchPayload),
  mutationsOf(trustActionCommands, TrustActionPayload),
  mutationsOf(trustAssessmentCommands, TrustAssessmentPayload),
  mutationsOf(trustRequestCommands, TrustRequestPayload),
  TouchResolver,
];
