import fc from 'fast-check';
import { event } from '../../../event-sourcing/event.js';
import { deriveId, type EventId, type ReferralId } from '../../../event-sourcing/id.js';
import type { Instant } from '../../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../../ledger/ledger.js';
import { contradictionTo, type DatedStep } from '../../../ledger/referral/lifecycle.js';
import type { ReferralFacts } from '../../../ledger/referral/facts.js';
import { STEP_EVENTS, type ReferralEvent } from '../../../ledger/referral/referral.js';
import type { EntryFacts } from '../../../ledger/referral/state.js';
import { ReferralStep } from '../../../ledger/referral/referral.words.js';
import { day, partyId } from '../../testing/given-ledger.js';

export const referralId = (name: string): ReferralId => deriveId('ref', name);
export const targetEventId = deriveId('evt', 'the making');

export const FACTS: ReferralFacts = {
  referrerId: partyId('doctor'),
  subjectRef: 'case 1',
  targetId: partyId('clinic'),
  serviceLine: 'cardiology',
  urgency: 'ROUTINE',
  motive: 'UNKNOWN',
};

export const made = (
  name: string,
  days: number,
  more: Partial<ReferralFacts> & { parentReferralId?: ReferralId } = {},
): LedgerEvent =>
  event(
    'ReferralMade',
    { referralId: referralId(name), ...FACTS, depth: more.parentReferralId ? 1 : 0, ...more },
    day(days),
  );

export const step = (step: Exclude<keyof typeof STEP_EVENTS, 'DECLINED' | 'LEAKED' | 'REDIRECTED'>, days: number) =>
  event(STEP_EVENTS[step], {}, day(days));

export const value = (amountMinor: number, currency: string, days: number): LedgerEvent =>
  event('ValueRealized', { amountMinor, currency, kind: 'PAYMENT' } as const, day(days));

/**
 * What is reported of one referral, in the order in which it comes in. `retracts`: takes back the n-th report; `corrects`:
 * says when it really was.
 */
export type Report =
  | ({ readonly kind: 'STEP' } & DatedStep)
  | { readonly kind: 'SOURCE'; readonly at: Instant; readonly to: 'ann' | 'ben' }
  | { readonly kind: 'CORRECTION'; readonly corrects: number; readonly at: Instant }
  | { readonly kind: 'RETRACTION'; readonly retracts: number };
type Standing = Extract<Report, { readonly kind: 'STEP' | 'SOURCE' }>;

const at = fc.integer({ min: 1, max: 30 }).map(day);
const report = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('STEP' as const),
      step: fc.constantFrom(...Object.values(ReferralStep)),
      at,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('SOURCE' as const), to: fc.constantFrom('ann', 'ben'), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('CORRECTION' as const), corrects: fc.nat(9), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('RETRACTION' as const), retracts: fc.nat(9) }) },
);

/** Stories as the ledger lets them happen: what contradicts is left out, and so is what cannot be retracted. */
export const story = fc.array(report, { minLength: 1, maxLength: 14, size: 'max' }).map((reports) => {
  const story: Report[] = [];
  for (const next of reports) if (fits(next, story)) story.push(next);
  return story;
});

function fits(next: Report, story: readonly Report[]): boolean {
  if (next.kind === 'SOURCE') return true;
  if (next.kind === 'STEP') return !contradictionTo(next, stepsIn(story));
  const stands = (index: number) => isEntry(story[index]) && !isRetracted(story, index);
  if (next.kind === 'RETRACTION') return stands(next.retracts);
  if (!stands(next.corrects) || corrections(story, next.corrects).length > 0) return false;
  const steps = stepsIn([...story, next]);
  return steps.every((step, index) => !contradictionTo(step, steps.slice(0, index)));
}

const isEntry = (report: Report | undefined): report is Standing =>
  report !== undefined && (report.kind === 'STEP' || report.kind === 'SOURCE');
const isRetracted = (story: readonly Report[], index: number): boolean =>
  story.some((other) => other.kind === 'RETRACTION' && other.retracts === index);
const corrections = (story: readonly Report[], index: number) =>
  story.filter((other) => other.kind === 'CORRECTION').filter(({ corrects }) => corrects === index);

/** What was not taken back, dated as it really was. */
export const standing = (story: readonly Report[]): Standing[] =>
  story.flatMap((one, index) =>
    isEntry(one) && !isRetracted(story, index) ? [{ ...one, at: corrections(story, index)[0]?.at ?? one.at }] : [],
  );

export const stepsIn = (story: readonly Report[]): DatedStep[] => standing(story).filter((one) => one.kind === 'STEP');

/** The event of a report; `ids` are those of the reports before it, which are the first of `story`. */
export function told(next: Report, ids: readonly EventId[], story: readonly Report[]): ReferralEvent {
  switch (next.kind) {
    case 'CORRECTION': {
      const was = told(story[next.corrects]!, ids, story).data as EntryFacts;
      const correction = { targetEventId: ids[next.corrects]!, reason: 'Misheard.' };
      return event('ReferralStepCorrected', { ...correction, replacement: { ...was, occurredAt: next.at } });
    }
    case 'RETRACTION':
      return event('ReferralStepRetracted', { targetEventId: ids[next.retracts]!, reason: 'Misheard.' });
    case 'SOURCE':
      return event(
        'ReferralSourceReassigned',
        { from: partyId('doctor'), to: partyId(next.to), reason: 'He called.' },
        next.at,
      );
    case 'STEP':
      return next.step === 'DECLINED'
        ? event('ReferralDeclined', { declineReason: 'CAPACITY' } as const, next.at)
        : event(STEP_EVENTS[next.step as 'SENT'], {}, next.at);
  }
}
