import { words } from '../words.js';

/** How a commitment ends: once. */
export const CommitmentEnding = words('KEPT', 'BROKEN', 'WAIVED', 'DECLINED');
export type CommitmentEnding = keyof typeof CommitmentEnding;

export const CommitmentStep = words('REMINDED', 'RENEGOTIATED', 'KEPT', 'BROKEN', 'WAIVED', 'DECLINED');
export type CommitmentStep = keyof typeof CommitmentStep;
