import type { Instant } from '../../event-sourcing/instant.js';
import { conflict } from '../refusals.js';
import type { Lifecycle, Step } from '../relationship/lifecycle.js';
import type { FeedbackStatus, FeedbackStep } from './feedback.words.js';

/** Where feedback stands. */
export interface FeedbackState {
  readonly status: FeedbackStatus;
  /** First time. */
  readonly acknowledgedAt: Instant | null;
  /** Last time; null while it is not resolved. */
  readonly resolvedAt: Instant | null;
}

/** From where each step can be taken. */
const FROM: { readonly [S in FeedbackStep]: readonly FeedbackStatus[] } = {
  ACKNOWLEDGED: ['RECEIVED', 'REOPENED', 'DISPUTED'],
  ACTIONED: ['ACKNOWLEDGED', 'ACTIONED', 'REOPENED', 'DISPUTED'],
  RESOLVED: ['ACKNOWLEDGED', 'ACTIONED', 'REOPENED', 'DISPUTED'],
  CONFIRMED: ['RESOLVED'],
  REOPENED: ['RESOLVED', 'CONFIRMED'],
  DISPUTED: ['RECEIVED', 'ACKNOWLEDGED', 'ACTIONED', 'RESOLVED', 'REOPENED'],
};

const NEEDS_ACKNOWLEDGE: readonly FeedbackStep[] = ['ACTIONED', 'RESOLVED'];

/** Whether nobody waits for anything more. */
export const isSettled = (status: FeedbackStatus): boolean => status === 'RESOLVED' || status === 'CONFIRMED';

export type FeedbackStepTaken = Step<FeedbackStep>;

export const feedbackLife: Lifecycle<object, FeedbackStepTaken, FeedbackState> = {
  begin: () => ({ status: 'RECEIVED', acknowledgedAt: null, resolvedAt: null }),

  refuse({ status, acknowledgedAt }, { step }) {
    if (!acknowledgedAt && NEEDS_ACKNOWLEDGE.includes(step)) return conflict(status, 'It was not acknowledged before.');
    return FROM[step].includes(status) ? undefined : conflict(status, `${step} cannot follow ${status}.`);
  },

  next({ acknowledgedAt, resolvedAt }, { step, occurredAt }) {
    return {
      status: step,
      acknowledgedAt: step === 'ACKNOWLEDGED' ? (acknowledgedAt ?? occurredAt) : acknowledgedAt,
      resolvedAt: step === 'RESOLVED' ? occurredAt : isSettled(step) ? resolvedAt : null,
    };
  },
};
