import type { Type } from '@nestjs/common';
import {
  CampaignPayload,
  CommitmentPayload,
  FeedbackPayload,
  FeedbackRequestPayload,
  MetricDefinitionPayload,
  PartyPayload,
  ReferralPayload,
  RelationshipPayload,
  TouchPayload,
  TrustActionPayload,
  TrustAssessmentPayload,
  TrustRequestPayload,
  type LedgerPayload,
} from '../ledger/payloads.types.js';
import { Campaign } from './campaigns/campaigns.types.js';
import { campaignLoader } from './campaigns/loaders.js';
import { Commitment } from './commitments/commitments.types.js';
import { partyLoader, relationshipLoader } from './directory/loaders.js';
import { Party } from './directory/party.types.js';
import { Relationship } from './directory/relationship.types.js';
import { Feedback, FeedbackRequest } from './feedback/feedback.types.js';
import { definitionEntity } from './health/metrics.resolver.js';
import { MetricDefinitionType } from './health/health.types.js';
import { idOf, payloadEntity, type PayloadEntity } from './payload-entity.resolver.js';
import { referralLoader } from './referral-pipeline/loaders.js';
import { Referral } from './referral-pipeline/referral.types.js';
import { loadEntryAt } from './timeline/loaders.js';
import { Touch } from './timeline/timeline.types.js';
import { TrustAction, TrustAssessment, TrustRequest } from './trust/trust.types.js';

const relationship: PayloadEntity<unknown> = {
  field: 'relationship',
  type: () => Relationship,
  reads: ['directory'],
  load: (db, context, { subject }) => relationshipLoader(db, context).load(subject),
};

/** The entities of a command about an entry of a relationship's ledger: the two of them. */
const entryOf = (payload: Type<LedgerPayload>, field: string, idField: string, type: () => Type): readonly Type[] => [
  payloadEntity(payload, relationship),
  payloadEntity(payload, {
    field,
    type,
    reads: ['timeline'],
    load: async (db, context, did) => {
      const id = await idOf(idField, did);
      return id === undefined ? null : loadEntryAt(db, context, { relationshipId: did.subject, id });
    },
  }),
];

/** The entities of payloads. */
export const payloadEntities = [
  payloadEntity(CampaignPayload, {
    field: 'campaign',
    type: () => Campaign,
    reads: ['campaigns'],
    load: (db, context, { subject }) => campaignLoader(db, context).load(subject),
  }),
  payloadEntity(MetricDefinitionPayload, {
    field: 'metricDefinition',
    type: () => MetricDefinitionType,
    reads: ['metric_definitions'],
    load: definitionEntity,
  }),
  payloadEntity(PartyPayload, {
    field: 'party',
    type: () => Party,
    reads: ['directory'],
    load: (db, context, { subject }) => partyLoader(db, context).load(subject),
  }),
  payloadEntity(ReferralPayload, {
    field: 'referral',
    type: () => Referral,
    reads: ['referral_pipeline'],
    load: (db, context, { subject }) => referralLoader(db, context).load(subject),
  }),
  payloadEntity(RelationshipPayload, relationship),
  ...entryOf(CommitmentPayload, 'commitment', 'commitmentId', () => Commitment),
  ...entryOf(FeedbackPayload, 'feedback', 'feedbackId', () => Feedback),
  ...entryOf(FeedbackRequestPayload, 'feedbackRequest', 'requestId', () => FeedbackRequest),
  ...entryOf(TouchPayload, 'touch', 'touchId', () => Touch),
  ...entryOf(TrustActionPayload, 'trustAction', 'actionId', () => TrustAction),
  ...entryOf(TrustAssessmentPayload, 'trustAssessment', 'assessmentId', () => TrustAssessment),
  ...entryOf(TrustRequestPayload, 'trustRequest', 'requestId', () => TrustRequest),
] as const;
