import type { DecisionContext, Refusal } from '../../event-sourcing/decider.js';
import type { EventId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { outOfOrder, type Reordering } from '../order.js';
import { conflict, refuse } from '../refusals.js';
import type { DatedReferralFacts } from './facts.js';
import { contradictionTo, inOrderOfTime, standingAfter, type DatedStep, type RecordedStep } from './lifecycle.js';
import type { ReferralStep } from './referral.words.js';

/** What was recorded of a referral after it was made. What no decision needs is OTHER. */
export type Entry = DatedStep | { readonly sourceId: PartyId; readonly at: Instant } | 'OTHER';

export interface Referral {
  /** Absent until ReferralMade. */
  made?: {
    readonly eventId: EventId;
    readonly depth: number;
    readonly facts: DatedReferralFacts;
    readonly corrected: boolean;
  };
  retracted: boolean;
  /** In the order in which they were recorded. */
  readonly entries: Map<EventId, Entry | 'RETRACTED'>;
}

/** The state of a referral's stream. */
export interface ReferralStream {
  readonly referral: Referral;
}

export type StandingReferral = Referral & Required<Pick<Referral, 'made'>>;

export const isMade = (referral: Referral): referral is StandingReferral => referral.made !== undefined;

/** Refuses a step that cannot be true together with those recorded, or that is dated before the referral was made. */
export function misplaced(
  referral: StandingReferral,
  step: RecordedStep,
  command: Reordering,
  context: DecisionContext,
): Refusal | undefined {
  const other = contradictionTo({ step, at: context.occurredAt }, stepsOf(referral));
  return other
    ? conflict(statusOf(referral), `It was ${other.step} at ${other.at}: both cannot be.`)
    : outOfOrder(context, referral.made.facts.occurredAt, command);
}

/** What is recorded of it by a correction cannot begin behind what followed, unless the caller says why. */
export function behindItsSteps(
  referral: StandingReferral,
  occurredAt: Instant,
  { orderReason }: Reordering,
): Refusal | undefined {
  if (occurredAt <= referral.made.facts.occurredAt || orderReason) return undefined;
  const [first] = stepsOf(referral);
  return first && first.at < occurredAt
    ? refuse('ORDER_IMPLAUSIBLE', `It was ${first.step} at ${first.at}. Say why in \`orderReason\`.`, {
        path: ['replacement', 'occurredAt'],
        detail: { current: first.at },
      })
    : undefined;
}

/** The steps that stand, in the order of business time. */
const stepsOf = ({ entries }: Referral): DatedStep[] =>
  inOrderOfTime([...entries.values()].filter((entry) => typeof entry === 'object' && 'step' in entry));

export const statusOf = (referral: Referral): string =>
  referral.retracted ? 'RETRACTED' : standingAfter(stepsOf(referral)).status;

export const isRecorded = (referral: Referral, step: ReferralStep, at: Instant): boolean =>
  step !== 'DECLINED' && stepsOf(referral).some((known) => known.step === step && known.at === at);

/** Who is credited with the referral at a time: the referrer, until somebody else is said to be its source. */
export function sourceAt({ made, entries }: StandingReferral, at: Instant): PartyId {
  const named = [...entries.values()].filter((entry) => typeof entry === 'object' && 'sourceId' in entry);
  return inOrderOfTime(named).findLast((entry) => entry.at <= at)?.sourceId ?? made.facts.referrerId;
}
