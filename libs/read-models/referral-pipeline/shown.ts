import type { Instant } from '../../event-sourcing/instant.js';
import { place, reachOf, standingAfter } from '../../ledger/referral/lifecycle.js';
import { ReferralProgress, type ReferralStatus } from '../../ledger/referral/referral.words.js';
import type { Amendment } from '../timeline/entry.js';
import type { ConfusionRow, FunnelRow } from './funnel-queries.js';
import type { EntryRow, StepRow } from './queries.js';

export interface ShownStep {
  readonly step: ReferralStatus;
  readonly inferred: boolean;
  readonly at: Instant | null;
  readonly reason: string | null;
  readonly eventId: string | null;
  readonly retracted: boolean;
  readonly amendments: readonly Amendment[];
}

const isStep = (entry: EntryRow): entry is StepRow => entry.kind === 'STEP';

/** Reported steps in the order of business time, each behind those that it proves and nobody reported. */
export function stepsShown(entries: readonly EntryRow[], includeRetracted: boolean): ShownStep[] {
  const reported = entries.filter(isStep);
  const standing = reported.filter(({ retracted }) => !retracted);
  const inferred = [...standingAfter(standing.map(({ step, occurredAt: at }) => ({ step, at }))).inferred];
  const shown: ShownStep[] = [];
  for (const report of includeRetracted ? reported : standing) {
    const proved = report.retracted ? 0 : inferred.filter((step) => place(step) <= reachOf(report.step)).length;
    shown.push(...inferred.splice(0, proved).map(inferredStep), reportedStep(report));
  }
  return shown;
}

const inferredStep = (step: ReferralProgress): ShownStep => ({
  ...{ step, inferred: true, at: null, reason: null },
  ...{ eventId: null, retracted: false, amendments: [] },
});

const reportedStep = ({ step, occurredAt, data, eventId, retracted, amendments }: StepRow): ShownStep => ({
  ...{ step, inferred: false, at: occurredAt, reason: data.reason ?? null },
  ...{ eventId, retracted, amendments },
});

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const PROGRESS = Object.values(ReferralProgress);

/** A cohort with its rates. */
export function funnelShown({ reached, censored, kept, ...row }: FunnelRow) {
  const at = (step: ReferralProgress): number => reached[place(step) - 1]!;
  return {
    ...row,
    steps: PROGRESS.map((step, index) => ({
      step,
      count: reached[index]!,
      censored: censored[index]!,
      rate: share(reached[index]!, row.made - censored[index]!),
    })),
    loopClosedRate: share(at('CLOSED'), at('SEEN')),
    leakage: { leaked: row.leaked, kept, rate: share(row.leaked, row.leaked + kept), isLowerBound: true },
  };
}

export const confusionShown = (rows: readonly ConfusionRow[]) => ({
  total: rows[0]?.total ?? 0,
  agreeing: rows[0]?.agreeing ?? 0,
  cells: rows.map(({ declared, isParty, recordedId, count, declaredTotal, recordedTotal }) => ({
    declared,
    isParty,
    recordedId,
    count,
    percentOfDeclared: (100 * count) / declaredTotal,
    percentOfRecorded: (100 * count) / recordedTotal,
  })),
});
