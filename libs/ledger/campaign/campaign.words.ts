import { words } from '../words.js';

export const CampaignState = words('PLANNED', 'LAUNCHED', 'PAUSED', 'ENDED');
export type CampaignState = keyof typeof CampaignState;

export const CampaignCostKind = words(
  'ADVERTISING',
  'PRINT',
  'POSTAGE',
  'EVENT',
  'TRAVEL',
  'AGENCY',
  'STAFF',
  'SOFTWARE',
  'OTHER',
);
export type CampaignCostKind = keyof typeof CampaignCostKind;

export const CampaignResponseKind = words(
  'REPLIED',
  'CALLED',
  'VISITED',
  'ATTENDED',
  'SIGNED_UP',
  'CLICKED',
  'REFERRED',
  'AUTOMATED',
  'OTHER',
);
export type CampaignResponseKind = keyof typeof CampaignResponseKind;
