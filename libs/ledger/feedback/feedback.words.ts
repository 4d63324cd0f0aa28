import { words } from '../words.js';

export const FeedbackKind = words(
  'NPS',
  'CSAT',
  'CES',
  'COMPLAINT',
  'PRAISE',
  'SUGGESTION',
  'GRIEVANCE',
  'IRRELEVANT_OUTREACH',
  'TRUST_RATING',
  'OUTCOME_REPORT',
);
export type FeedbackKind = keyof typeof FeedbackKind;

export const FeedbackMethod = words(
  'SURVEY',
  'INTERVIEW',
  'WORKSHOP',
  'OBSERVATION',
  'ADVISORY',
  'CONVERSATION',
  'OTHER',
);
export type FeedbackMethod = keyof typeof FeedbackMethod;

export const FeedbackStep = words('ACKNOWLEDGED', 'ACTIONED', 'RESOLVED', 'CONFIRMED', 'REOPENED', 'DISPUTED');
export type FeedbackStep = keyof typeof FeedbackStep;

/** Where feedback stands: its last step. */
export const FeedbackStatus = { RECEIVED: 'RECEIVED', ...FeedbackStep } as const;
export type FeedbackStatus = keyof typeof FeedbackStatus;
