import type { Refusal } from '../../event-sourcing/decider.js';
import { invalid, refuse } from '../refusals.js';
import type { FeedbackKind } from './feedback.words.js';

/** What a score is to be read on. */
export interface Scale {
  readonly min: number;
  /** Higher than `min`. */
  readonly max: number;
}

interface Scored {
  readonly kind: FeedbackKind;
  readonly score?: number | undefined;
  readonly scale?: Scale | undefined;
  readonly sentimentBp?: number | undefined;
}

/** What nothing but a score can say. */
const NEEDS_SCORE: readonly FeedbackKind[] = ['NPS', 'CSAT', 'CES', 'TRUST_RATING'];

const NPS_SCALE: Scale = { min: 0, max: 10 };

/** The scale that was named; the one of an NPS need not be. */
export const scaleOf = (kind: FeedbackKind, scale: Scale | null | undefined): Scale | undefined =>
  scale ? { min: scale.min, max: scale.max } : kind === 'NPS' ? NPS_SCALE : undefined;

/** Refuses scores outside their scale, and scores and scales without each other. */
export function outOfScale({ kind, score, scale, sentimentBp }: Scored, path: readonly string[]): Refusal | undefined {
  if (sentimentBp !== undefined && !isWholeWithin(sentimentBp, { min: -10_000, max: 10_000 })) {
    return outside([...path, 'sentimentBp'], 'A sentiment is a whole number from -10000 to 10000.');
  }
  if (score === undefined) {
    if (NEEDS_SCORE.includes(kind)) return invalid([...path, 'score'], `${kind} is a score.`);
    return scale && invalid([...path, 'scale'], 'There is no score to be read on this scale.');
  }
  if (!scale) return invalid([...path, 'scale'], 'A score needs the scale that it is to be read on.');
  if (!(scale.min < scale.max)) return invalid([...path, 'scale', 'max'], 'A scale rises from `min` to `max`.');
  if (kind === 'NPS') {
    if (scale.min !== 0 || scale.max !== 10) return outside([...path, 'scale'], 'An NPS goes from 0 to 10.');
    return isWholeWithin(score, scale) ? undefined : outside([...path, 'score'], 'An NPS is a whole number, 0 to 10.');
  }
  if (score >= scale.min && score <= scale.max) return undefined;
  return outside([...path, 'score'], `The score lies outside ${String(scale.min)} to ${String(scale.max)}.`);
}

const isWholeWithin = (value: number, { min, max }: Scale): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

const outside = (path: readonly string[], message: string): Refusal => refuse('SCORE_OUT_OF_SCALE', message, { path });
