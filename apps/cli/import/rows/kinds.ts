import { campaignCosts, campaignResponses, campaigns } from './campaigns.js';
import { commitments } from './commitments.js';
import { feedback } from './feedback.js';
import { parties } from './parties.js';
import { referrals } from './referrals.js';
import { relationships } from './relationships.js';
import type { RowKind } from './row-kind.js';
import { touches } from './touches.js';
import { trustActions } from './trust-actions.js';

/** What the rows of a file can be. */
export const rowKinds = {
  touches,
  parties,
  relationships,
  referrals,
  feedback,
  commitments,
  'trust-actions': trustActions,
  campaigns,
  'campaign-costs': campaignCosts,
  'campaign-responses': campaignResponses,
} as const satisfies Readonly<Record<string, RowKind>>;

export type RowType = keyof typeof rowKinds;
export const ROW_TYPES = Object.keys(rowKinds) as readonly RowType[];
