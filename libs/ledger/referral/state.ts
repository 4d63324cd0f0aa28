import type { DecisionContext, Refusal } from '../../event-sourcing/decider.js';
import type { EventId, PartyId, ReferralId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { outOfOrder, type Reordering } from '../order.js';
import { conflict, refuse } from '../refusals.js';
import type { DatedReferralFacts } from './facts.js';
import { contradictionTo, inOrderOfTime, standingAfter, type DatedStep, type RecordedStep } from './lifecycle.js';
import type { DeclineReason, ReferralStep, ValueKind } from './referral.words.js';

/** What an event says beside when: which of it is there depends on what it records. */
export interface EntryFacts {
  readonly reason?: string;
  readonly orderReason?: string;
  readonly declineReason?: DeclineReason;
  readonly declineReasonLabel?: string;
  readonly toPartyId?: PartyId;
  readonly childReferralId?: ReferralId;
  readonly toTargetId?: PartyId;
  readonly from?: PartyId;
  readonly to?: PartyId;
  readonly point?: string;
  readonly answer?: string;
  readonly partyId?: PartyId;
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly kind?: ValueKind;
  readonly kindLabel?: string;
}

/** With its own time: a correction says it in its data, since its envelope says when it was corrected. */
export type DatedEntryFacts = EntryFacts & { readonly occurredAt: Instant };

/** What was recorded of a referral after it was made, as it stands now. */
export interface Entry {
  readonly what: RecordedStep | 'SOURCE' | 'DECLARATION' | 'VALUE';
  readonly at: Instant;
  readonly facts: EntryFacts;
  readonly corrected?: boolean;
}
type StepEntry = Entry & { readonly what: RecordedStep };

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

/** What stands, in the order in which it was recorded. */
const standingIn = ({ entries }: Referral): Entry[] => [...entries.values()].filter((entry) => entry !== 'RETRACTED');

const isStep = (entry: Entry): entry is StepEntry => !['SOURCE', 'DECLARATION', 'VALUE'].includes(entry.what);

const datedSteps = (entries: readonly Entry[]): DatedStep[] =>
  entries.filter(isStep).map(({ what: step, at }) => ({ step, at }));

/** The steps that stand, in the order of business time. */
export const stepsOf = (referral: Referral): DatedStep[] => inOrderOfTime(datedSteps(standingIn(referral)));

/** What an event recorded, unless it recorded nothing of the referral or was retracted. */
export function entryOf({ entries }: Referral, eventId: EventId): Entry | Refusal {
  const entry = entries.get(eventId);
  if (entry === 'RETRACTED') return conflict(entry, 'This was retracted.', ['eventId']);
  const message = `${eventId} is nothing that was recorded of this referral after it was made.`;
  return entry ?? refuse('ENTRY_UNKNOWN', message, { path: ['eventId'] });
}

/** The step that an entry, moved to another time, could not be true together with. */
export function contradictionOf(referral: Referral, entry: Entry, at: Instant): DatedStep | undefined {
  if (!isStep(entry)) return undefined;
  const standing = standingIn(referral);
  const place = standing.indexOf(entry);
  const [before, after] = [standing.slice(0, place), standing.slice(place + 1)].map(datedSteps);
  return contradictionTo({ step: entry.what, at }, before!, after);
}

export const statusOf = (referral: Referral): string =>
  referral.retracted ? 'RETRACTED' : standingAfter(stepsOf(referral)).status;

export const isRecorded = (referral: Referral, step: ReferralStep, at: Instant): boolean =>
  step !== 'DECLINED' && stepsOf(referral).some((known) => known.step === step && known.at === at);

/** Who is credited with the referral at a time: the referrer, until somebody else is said to be its source. */
export const sourceAt = (referral: StandingReferral, at: Instant): PartyId =>
  sourceAmong(standingIn(referral), referral, at);

/** Who would be credited then if the entry had not been recorded. */
export function sourceWithout(referral: StandingReferral, entry: Entry, at: Instant): PartyId {
  const standing = standingIn(referral);
  const place = standing.indexOf(entry);
  // What was recorded later and is dated alike stands behind it.
  const others = standing.filter((other, index) => index < place || (index > place && other.at < at));
  return sourceAmong(others, referral, at);
}

function sourceAmong(entries: readonly Entry[], { made }: StandingReferral, at: Instant): PartyId {
  const named = entries.filter(({ what }) => what === 'SOURCE');
  return inOrderOfTime(named).findLast((entry) => entry.at <= at)?.facts.to ?? made.facts.referrerId;
}
