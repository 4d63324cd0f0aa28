import type { ReferralFacts } from '../../ledger/referral/facts.js';
import { entryKind, type Told } from '../timeline/entry.js';

export const referralEntries = entryKind({
  kind: 'REFERRAL',
  description: 'A referral that belongs to the relationship, and what became of it.',
  recorded: 'ReferralMade',
  corrected: 'ReferralCorrected',
  retracted: 'ReferralRetracted',
  steps: {
    ReferralSent: 'SENT',
    ReferralReceived: 'RECEIVED',
    ReferralAccepted: 'ACCEPTED',
    ReferralDeclined: 'DECLINED',
    ReferralScheduled: 'SCHEDULED',
    ReferralNoShow: 'NO_SHOW',
    ReferralSeen: 'SEEN',
    ReferralReported: 'REPORTED',
    ReferralAcknowledged: 'ACKNOWLEDGED',
    LoopClosed: 'CLOSED',
    ReferralCancelled: 'CANCELLED',
    ReferralExpired: 'EXPIRED',
    ReferralLeaked: 'LEAKED',
    ReferralRedirected: 'REDIRECTED',
    ReferralSourceReassigned: 'SOURCE_REASSIGNED',
    SourceDeclared: 'SOURCE_DECLARED',
    ValueRealized: 'VALUE_REALIZED',
  },
  stepCorrected: 'ReferralStepCorrected',
  stepRetracted: 'ReferralStepRetracted',
  relationshipOf: ({ relationshipId }: ReferralFacts) => relationshipId,
  show: ({ facts: { serviceLine, urgency, motive } }: Told<ReferralFacts>) => ({ serviceLine, urgency, motive }),
});
