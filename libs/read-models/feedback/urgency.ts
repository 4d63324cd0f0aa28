import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { FeedbackKind } from '../../ledger/feedback/feedback.words.js';
import type { Scale } from '../../ledger/feedback/scale.js';

/** What there is to judge feedback by. */
export interface Judged {
  readonly kind: FeedbackKind;
  readonly score?: number | null;
  readonly scale?: Scale | null;
  readonly sentimentBp?: number | null;
  readonly occurredAt: Instant;
}

/** How bad it is: kinds that ask for an answer by themselves, the worst first, and what only a score tells. */
const SEVERITY: { readonly [Kind in FeedbackKind]?: number } = {
  GRIEVANCE: 0,
  COMPLAINT: 1,
  IRRELEVANT_OUTREACH: 2,
  SUGGESTION: 3,
};
const UNHAPPY = 2;
/** Praise, and scores of people who are content: good to hear, and nobody waits for an answer. */
const NONE = 4;

/** Behind all feedback of one severity by any date. */
const STEP = 1e14;

/** Below this somebody waits for an answer. */
export const WAITING = NONE * STEP;

/**
 * Where it stands among what nobody has dealt with: the worst first, of equals the oldest. A whole number, so that a list
 * is sorted by it, and by the position of what was said in one moment.
 */
export const urgencyOf = (feedback: Judged): number => severityOf(feedback) * STEP + toMillis(feedback.occurredAt);

const severityOf = (feedback: Judged): number => SEVERITY[feedback.kind] ?? (isUnhappy(feedback) ? UNHAPPY : NONE);

/** A detractor: 0 to 6 of an NPS, below the middle of any other scale; or whoever said that it felt bad. */
function isUnhappy({ kind, score, scale, sentimentBp }: Judged): boolean {
  if (typeof sentimentBp === 'number' && sentimentBp < 0) return true;
  if (typeof score !== 'number' || !scale) return false;
  return kind === 'NPS' ? score < 7 : score < (scale.min + scale.max) / 2;
}
