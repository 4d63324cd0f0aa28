import type { CommitmentFacts } from '../../ledger/commitment/commitment.js';
import {
  commitmentLife,
  type CommitmentState,
  type CommitmentStepTaken,
} from '../../ledger/commitment/commitment-life.js';
import { stateAfterSteps } from '../../ledger/relationship/lifecycle.js';
import { entryKind, type Told } from '../timeline/entry.js';

export const commitmentEntries = entryKind({
  kind: 'COMMITMENT',
  description: 'A promise with a date, and what became of it.',
  id: 'commitmentId',
  recorded: 'CommitmentMade',
  corrected: 'CommitmentCorrected',
  retracted: 'CommitmentRetracted',
  steps: {
    CommitmentReminded: 'REMINDED',
    CommitmentRenegotiated: 'RENEGOTIATED',
    CommitmentKept: 'KEPT',
    CommitmentBroken: 'BROKEN',
    CommitmentWaived: 'WAIVED',
    CommitmentDeclined: 'DECLINED',
  },
  stepCorrected: 'CommitmentStepCorrected',
  stepRetracted: 'CommitmentStepRetracted',
  show(told: Told<CommitmentFacts>) {
    const { owedBy, owedTo, dueAt: firstDueAt, ...facts } = told.facts;
    return { ...facts, owedById: owedBy, owedToId: owedTo, firstDueAt, ...commitmentState(told) };
  },
});

/** Where the commitment stands after the steps that stand. */
export const commitmentState = ({ facts, occurredAt, steps }: Told<CommitmentFacts>): CommitmentState =>
  stateAfterSteps(commitmentLife, { ...facts, occurredAt }, steps as readonly CommitmentStepTaken[]);
