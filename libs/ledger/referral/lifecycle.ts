import type { Instant } from '../../event-sourcing/instant.js';
import { ReferralProgress, type ReferralStatus, type ReferralStep } from './referral.words.js';

/** A step that somebody reported. */
export interface DatedStep {
  readonly step: RecordedStep;
  readonly at: Instant;
}
export type RecordedStep = ReferralStep | 'LEAKED' | 'REDIRECTED';

const PROGRESS = Object.values(ReferralProgress);
/** After these nothing follows. */
export const EXITS: ReadonlySet<RecordedStep> = new Set([
  'DECLINED',
  'CANCELLED',
  'EXPIRED',
  'LEAKED',
  'REDIRECTED',
] as const);
/** The n-th step of the progress, counted from 1. */
export const place = (step: ReferralProgress): number => PROGRESS.indexOf(step) + 1;

/** How much of the progress a step stands for: whoever was seen had been scheduled, told or not. */
export function reachOf(step: RecordedStep): number {
  if (step === 'NO_SHOW') return place('SCHEDULED');
  if (step === 'DECLINED') return place('RECEIVED');
  return isProgress(step) ? place(step) : 0;
}

const isProgress = (step: RecordedStep): step is ReferralProgress => step in ReferralProgress;
const isAppointment = (step: RecordedStep): step is 'SCHEDULED' | 'NO_SHOW' =>
  step === 'SCHEDULED' || step === 'NO_SHOW';

/** What follows from the steps that are reported, whatever the order in which the reports came in. */
export interface Standing {
  readonly status: ReferralStatus;
  /** Progress that nobody reported but that later steps prove, in its order. */
  readonly inferred: readonly ReferralProgress[];
}

/** `steps` in the order of `inOrderOfTime`, free of contradictions. */
export function standingAfter(steps: readonly DatedStep[]): Standing {
  const reached = Math.max(0, ...steps.map(({ step }) => reachOf(step)));
  const inferred = PROGRESS.slice(0, reached).filter((progress) => !steps.some(({ step }) => step === progress));
  return { status: statusAfter(steps, reached), inferred };
}

function statusAfter(steps: readonly DatedStep[], reached: number): ReferralStatus {
  const exit = steps.find(({ step }) => EXITS.has(step));
  if (exit) return exit.step;
  if (reached === place('SCHEDULED')) return steps.findLast(({ step }) => isAppointment(step))!.step;
  return PROGRESS[reached - 1] ?? 'DRAFTED';
}

/** By business time; what is dated alike in the order in which it was recorded. */
export const inOrderOfTime = <Dated extends { readonly at: Instant }>(recorded: readonly Dated[]): Dated[] =>
  recorded.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));

/**
 * The step among those recorded that cannot be true together with the one in question; undefined when it fits. Which of
 * two came in first matters only when they are dated alike. `after`: those recorded after the one in question.
 */
export const contradictionTo = (
  { step, at }: DatedStep,
  before: readonly DatedStep[],
  after: readonly DatedStep[] = [],
): DatedStep | undefined =>
  before.find((known) => (at < known.at ? rulesOut(step, known.step) : rulesOut(known.step, step))) ??
  after.find((known) => (known.at < at ? rulesOut(known.step, step) : rulesOut(step, known.step)));

/** Whether after the one step the other cannot be. */
const rulesOut = (before: RecordedStep, after: RecordedStep): boolean =>
  EXITS.has(before) ||
  (before === after && !isAppointment(after)) ||
  (before === 'CLOSED' && EXITS.has(after)) ||
  (after === 'NO_SHOW' && reachOf(before) >= place('SEEN')) ||
  (after === 'DECLINED' && reachOf(before) >= place('ACCEPTED'));
