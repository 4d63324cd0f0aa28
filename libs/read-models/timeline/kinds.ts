import { commitmentEntries } from '../commitments/entries.js';
import { feedbackEntries, feedbackRequestEntries } from '../feedback/entries.js';
import { referralEntries } from '../referral-pipeline/entries.js';
import { trustActionEntries, trustAssessmentEntries, trustRequestEntries } from '../trust/entries.js';
import { touchEntries } from './touch-entries.js';

/** Every kind of entry that a relationship's ledger has. */
export const entryKinds = [
  touchEntries,
  trustActionEntries,
  trustRequestEntries,
  trustAssessmentEntries,
  commitmentEntries,
  feedbackRequestEntries,
  feedbackEntries,
  referralEntries,
] as const;

export type EntryKindName = (typeof entryKinds)[number]['kind'];
