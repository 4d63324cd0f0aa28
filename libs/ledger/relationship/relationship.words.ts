import { words } from '../words.js';

export const RelationshipKind = words(
  'CARE',
  'REFERRAL_PARTNER',
  'PHYSICIAN_RELATIONS',
  'VENDOR',
  'PAYER_MEMBER',
  'PAYER_PROVIDER',
  'DISTRIBUTOR',
  'EMPLOYER',
  'COMMUNITY',
  'PEER',
  'FAMILY',
);
export type RelationshipKind = keyof typeof RelationshipKind;

export const RelationshipIntent = words('TRANSACTIONAL', 'RELATIONAL', 'UNKNOWN');
export type RelationshipIntent = keyof typeof RelationshipIntent;

/** Six steps of growth, then the four side states: DORMANT follows from a lapse, ENDED from an end. */
export const Stage = words(
  'PROSPECT',
  'ACQUAINTED',
  'ENGAGED',
  'TRUSTED',
  'PARTNER',
  'ADVOCATE',
  'STRAINED',
  'ADVERSARIAL',
  'DORMANT',
  'ENDED',
);
export type Stage = keyof typeof Stage;

export const StewardRole = words('PRIMARY', 'BACKUP');
export type StewardRole = keyof typeof StewardRole;

export const EndingManner = words('GRACEFUL', 'HOSTILE', 'DORMANT');
export type EndingManner = keyof typeof EndingManner;
