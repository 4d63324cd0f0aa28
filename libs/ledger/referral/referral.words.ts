import { words } from '../words.js';

/** How far a referral gets, one after the other. */
export const ReferralProgress = words(
  'SENT',
  'RECEIVED',
  'ACCEPTED',
  'SCHEDULED',
  'SEEN',
  'REPORTED',
  'ACKNOWLEDGED',
  'CLOSED',
);
export type ReferralProgress = keyof typeof ReferralProgress;

/** What can be reported of a referral with no more to say than when and why. */
export const ReferralStep = words(
  'SENT',
  'RECEIVED',
  'ACCEPTED',
  'DECLINED',
  'SCHEDULED',
  'NO_SHOW',
  'SEEN',
  'REPORTED',
  'ACKNOWLEDGED',
  'CLOSED',
  'CANCELLED',
  'EXPIRED',
);
export type ReferralStep = keyof typeof ReferralStep;

/** Where a referral stands. */
export const ReferralStatus = words(
  'DRAFTED',
  'SENT',
  'RECEIVED',
  'ACCEPTED',
  'DECLINED',
  'SCHEDULED',
  'NO_SHOW',
  'SEEN',
  'REPORTED',
  'ACKNOWLEDGED',
  'CLOSED',
  'CANCELLED',
  'EXPIRED',
  'LEAKED',
  'REDIRECTED',
);
export type ReferralStatus = keyof typeof ReferralStatus;

export const DeclineReason = words(
  'INSURANCE',
  'CAPACITY',
  'OUT_OF_SCOPE',
  'INCOMPLETE',
  'DUPLICATE',
  'PATIENT_CHOICE',
  'OTHER',
);
export type DeclineReason = keyof typeof DeclineReason;

/** The priorities of a FHIR request. */
export const ReferralUrgency = words('ROUTINE', 'URGENT', 'ASAP', 'STAT');
export type ReferralUrgency = keyof typeof ReferralUrgency;

export const ReferralMotive = words(
  'CLINICAL_NEED',
  'EXPERTISE',
  'ACCESS',
  'PATIENT_CHOICE',
  'TRUST',
  'GRATITUDE',
  'UNKNOWN',
  'OTHER',
);
export type ReferralMotive = keyof typeof ReferralMotive;

export const ValueKind = words('PAYMENT', 'REIMBURSEMENT', 'CONTRACT', 'DONATION', 'SAVING', 'OTHER');
export type ValueKind = keyof typeof ValueKind;
