import { words } from '../words.js';

export const Channel = words(
  'IN_PERSON_VISIT',
  'PHONE_CALL',
  'VIDEO_CALL',
  'EMAIL',
  'POSTAL_MAIL',
  'SMS',
  'INSTANT_MESSAGE',
  'PORTAL_MESSAGE',
  'FAX',
  'EVENT',
  'TRAINING_SESSION',
  'MEAL',
  'CONFERENCE',
  'SOCIAL_MEDIA',
  'WEB',
  'REFERRAL_NOTE',
  'ADVERTISEMENT',
  'OTHER',
);
export type Channel = keyof typeof Channel;

export const Direction = words('INBOUND', 'OUTBOUND', 'MUTUAL');
export type Direction = keyof typeof Direction;

export const TouchIntent = words('GIVE', 'LISTEN', 'SERVE', 'INFORM', 'ASK', 'SELL', 'CELEBRATE', 'REPAIR');
export type TouchIntent = keyof typeof TouchIntent;

export const TouchOutcome = words('CONNECTED', 'LEFT_MESSAGE', 'NO_SHOW', 'DECLINED', 'BOUNCED', 'AUTOMATED');
export type TouchOutcome = keyof typeof TouchOutcome;

export const TouchFunction = words(
  'MARKETING',
  'INTAKE',
  'CLINICAL',
  'FOOD',
  'BILLING',
  'FINANCIAL_COUNSELING',
  'LIAISON',
  'LEADERSHIP',
  'OTHER',
);
export type TouchFunction = keyof typeof TouchFunction;

export const TouchPhase = words('OUTREACH', 'SERVICE');
export type TouchPhase = keyof typeof TouchPhase;

export const Mindset = words('PATIENT', 'CONSUMER', 'PROFESSIONAL', 'UNKNOWN');
export type Mindset = keyof typeof Mindset;

/** Side of the relationship: A is ours, B the other one's. */
export const Side = words('A', 'B');
export type Side = keyof typeof Side;
