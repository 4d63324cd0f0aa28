import { daysBetween, type Instant } from '../../event-sourcing/instant.js';
import { conflict, invalid } from '../refusals.js';
import type { Lifecycle, Step } from '../relationship/lifecycle.js';
import type { CommitmentEnding, CommitmentStep } from './commitment.words.js';

export interface CommitmentStepTaken extends Step<CommitmentStep> {
  /** With RENEGOTIATED. */
  readonly newDueAt?: Instant;
}

/** Where a commitment stands. Whether an open one is overdue depends on when one looks. */
export interface CommitmentState {
  readonly status: 'OPEN' | CommitmentEnding;
  /** The date agreed on last. */
  readonly dueAt: Instant;
  readonly reminders: number;
  readonly remindedAt: Instant | null;
  readonly renegotiations: number;
  readonly endedAt: Instant | null;
  /** Of a kept one: days after the due date, with fractions; 0 in time. */
  readonly lateDays: number | null;
}

export const commitmentLife: Lifecycle<{ readonly dueAt: Instant }, CommitmentStepTaken, CommitmentState> = {
  begin: ({ dueAt }) => ({
    status: 'OPEN',
    dueAt,
    reminders: 0,
    remindedAt: null,
    renegotiations: 0,
    endedAt: null,
    lateDays: null,
  }),

  refuse({ status }, { step, occurredAt, newDueAt }) {
    if (status !== 'OPEN') return conflict(status, 'A commitment ends once.');
    if (step !== 'RENEGOTIATED') return newDueAt && invalid(['newDueAt'], 'Only RENEGOTIATED has a new date.');
    return newDueAt !== undefined && newDueAt > occurredAt
      ? undefined
      : invalid(['newDueAt'], 'The new date is later than the agreement on it.');
  },

  next(state, { step, occurredAt, newDueAt = state.dueAt }) {
    if (step === 'REMINDED') return { ...state, reminders: state.reminders + 1, remindedAt: occurredAt };
    if (step === 'RENEGOTIATED') return { ...state, renegotiations: state.renegotiations + 1, dueAt: newDueAt };
    const lateDays = step === 'KEPT' ? Math.max(0, daysBetween(state.dueAt, occurredAt)) : null;
    return { ...state, status: step, endedAt: occurredAt, lateDays };
  },
};
