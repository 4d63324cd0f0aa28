import type { FeedbackFacts, FeedbackRequestFacts } from '../../ledger/feedback/feedback.js';
import { feedbackLife, type FeedbackState } from '../../ledger/feedback/feedback-life.js';
import type { FeedbackStep } from '../../ledger/feedback/feedback.words.js';
import { stateAfterSteps, type Step } from '../../ledger/relationship/lifecycle.js';
import { entryKind, type Told } from '../timeline/entry.js';

export const feedbackRequestEntries = entryKind({
  kind: 'FEEDBACK_REQUEST',
  description: 'Somebody was asked for feedback.',
  id: 'requestId',
  recorded: 'FeedbackRequested',
  retracted: 'FeedbackRequestRetracted',
  show({ facts: { to, ...facts } }: Told<FeedbackRequestFacts>) {
    return { ...facts, toId: to };
  },
});

export const feedbackEntries = entryKind({
  kind: 'FEEDBACK',
  description: 'Something they said of us, and what became of it.',
  id: 'feedbackId',
  recorded: 'FeedbackReceived',
  corrected: 'FeedbackCorrected',
  retracted: 'FeedbackRetracted',
  steps: {
    FeedbackAcknowledged: 'ACKNOWLEDGED',
    FeedbackActioned: 'ACTIONED',
    FeedbackResolved: 'RESOLVED',
    FeedbackConfirmed: 'CONFIRMED',
    FeedbackReopened: 'REOPENED',
    FeedbackDisputed: 'DISPUTED',
  },
  stepCorrected: 'FeedbackStepCorrected',
  stepRetracted: 'FeedbackStepRetracted',
  show(told: Told<FeedbackFacts>) {
    const { by, kind, ...facts } = told.facts;
    return { ...facts, byId: by, feedbackKind: kind, ...feedbackState(told) };
  },
});

/** Where the feedback stands after the steps that stand. */
export const feedbackState = ({ facts, occurredAt, steps }: Told<FeedbackFacts>): FeedbackState =>
  stateAfterSteps(feedbackLife, { ...facts, occurredAt }, steps as readonly Step<FeedbackStep>[]);
