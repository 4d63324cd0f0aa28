import type { FeedbackFacts } from '../../ledger/feedback/feedback.js';
import { sentimentOf } from '../facts/fact-columns.js';

/** How somebody likes us, by what they said; whether they trust us is another question. */
export interface Liking {
  /** Pieces of feedback that say how it felt, or give a score. */
  readonly count: number;
  /** Mean sentiment, rounded; null without one. */
  readonly sentimentBp: number | null;
}

/** A sentiment as it was stated, else the score on its scale: the lowest is -10000, the highest 10000. */
export function liking(said: readonly FeedbackFacts[]): Liking {
  const felt = said.map(sentimentOf).filter((sentiment) => sentiment !== undefined);
  const sum = felt.reduce((total, sentiment) => total + sentiment, 0);
  return { count: felt.length, sentimentBp: felt.length === 0 ? null : Math.round(sum / felt.length) };
}
