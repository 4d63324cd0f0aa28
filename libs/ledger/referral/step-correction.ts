import { isDeepStrictEqual } from 'node:util';
import { isRefusal, type DecisionContext, type Refusal } from '../../event-sourcing/decider.js';
import type { PartyId } from '../../event-sourcing/id.js';
import { inFuture, outOfOrder } from '../order.js';
import { notAParty } from '../party/party.js';
import { changed } from '../present.js';
import { conflict, inReplacement, invalid } from '../refusals.js';
import { mislabelled } from '../words.js';
import { selfReferral } from './facts.js';
import type { CorrectReferralStep } from './referral.inputs.js';
import {
  contradictionOf,
  entryOf,
  sourceWithout,
  type DatedEntryFacts,
  type Entry,
  type StandingReferral,
} from './state.js';
import type { ReferralStepReplacement } from './step-replacement.inputs.js';

type Field = keyof ReferralStepReplacement;

/** What there is to correct beside the time; the ones that it cannot be without come first. */
const FIELDS: { readonly [What in Entry['what']]?: readonly [needed: readonly Field[], optional: readonly Field[]] } = {
  DECLINED: [['declineReason'], ['declineReasonLabel', 'reason', 'orderReason']],
  LEAKED: [['reason'], ['toPartyId', 'orderReason']],
  REDIRECTED: [['reason'], ['orderReason']],
  SOURCE: [['to', 'reason'], ['orderReason']],
  DECLARATION: [['point', 'answer'], ['partyId']],
  VALUE: [
    ['amount', 'kind'],
    ['kindLabel', 'orderReason'],
  ],
};
const PLAIN: readonly [readonly Field[], readonly Field[]] = [[], ['reason', 'orderReason']];

/** The complete facts after the correction, which happens once; undefined when everything is so already. */
export function correctedEntry(
  referral: StandingReferral,
  { eventId, replacement: wanted }: CorrectReferralStep,
  context: DecisionContext,
): DatedEntryFacts | Refusal | undefined {
  const entry = entryOf(referral, eventId);
  if (isRefusal(entry)) return entry;
  const misfit = notOfIt(entry, wanted);
  if (misfit) return misfit;
  const was: DatedEntryFacts = { ...entry.facts, occurredAt: entry.at };
  const replacement = replaced(referral, entry, was, wanted);
  if (isDeepStrictEqual(replacement, was)) return undefined;
  if (entry.corrected) return conflict('CORRECTED', 'It was corrected once. Retract it, and record it anew.');
  const refusal =
    impossible(referral, entry, replacement) ??
    unknownIn(wanted, context) ??
    misplaced(referral, entry, replacement, context);
  return refusal ? inReplacement(refusal) : replacement;
}

/** Refuses what the entry does not say, and to take away what it cannot be without. */
function notOfIt({ what }: Entry, wanted: ReferralStepReplacement): Refusal | undefined {
  const [needed, optional] = FIELDS[what] ?? PLAIN;
  const said = (Object.keys(wanted) as Field[]).filter((field) => wanted[field] !== undefined);
  const foreign = said.find((field) => field !== 'occurredAt' && ![...needed, ...optional].includes(field));
  if (foreign) return inReplacement(invalid([foreign], `${what} says nothing of this.`));
  const missing = said.find((field) => wanted[field] === null && !optional.includes(field));
  return missing && inReplacement(invalid([missing], `${what} is not without this: leave it out to keep it.`));
}

function replaced(
  referral: StandingReferral,
  entry: Entry,
  was: DatedEntryFacts,
  { amount, ...fields }: ReferralStepReplacement,
): DatedEntryFacts {
  const next = changed(was, {
    ...fields,
    ...(amount && { amountMinor: amount.amountMinor, currency: amount.currency }),
  });
  const credits = entry.what === 'SOURCE' && (next.to !== was.to || next.occurredAt !== was.occurredAt);
  return credits ? { ...next, from: sourceWithout(referral, entry, next.occurredAt) } : next;
}

/** What cannot be true of it, whoever the parties are. */
function impossible({ made }: StandingReferral, { what }: Entry, facts: DatedEntryFacts): Refusal | undefined {
  const { subjectRef, targetId } = made.facts;
  const { to, from, toPartyId, declineReason, declineReasonLabel, kind, kindLabel } = facts;
  if (toPartyId === targetId) return invalid(['toPartyId'], 'It was sent there: this is no leak.');
  if (to && to === from) return invalid(['to'], 'This party is credited without it: retract the reassignment.');
  return (
    (what === 'SOURCE' ? selfReferral({ referrerId: to!, subjectRef, targetId }, [], 'to') : undefined) ??
    mislabelled(declineReason, declineReasonLabel, ['declineReasonLabel']) ??
    mislabelled(kind, kindLabel, ['kindLabel'])
  );
}

/** The parties that a correction may name anew. */
const NAMING = ['to', 'toPartyId', 'partyId'] as const;

export const partiesNamedAnew = (wanted: ReferralStepReplacement): readonly PartyId[] =>
  NAMING.map((field) => wanted[field]).filter((partyId) => typeof partyId === 'string');

function unknownIn(wanted: ReferralStepReplacement, context: DecisionContext): Refusal | undefined {
  for (const field of NAMING) {
    const partyId = wanted[field];
    const refused = partyId ? notAParty(context, partyId, [field]) : undefined;
    if (refused) return refused;
  }
  return undefined;
}

/** Its place in time is judged again where it moves, or gives up the reason for it. */
function misplaced(
  referral: StandingReferral,
  entry: Entry,
  { occurredAt, orderReason }: DatedEntryFacts,
  context: DecisionContext,
): Refusal | undefined {
  const moved = occurredAt !== entry.at;
  if (!moved && orderReason === entry.facts.orderReason) return undefined;
  const other = contradictionOf(referral, entry, occurredAt);
  if (other) return conflict(other.step, `It was ${other.step} at ${other.at}: both cannot be.`, ['occurredAt']);
  const late = moved ? inFuture(occurredAt, context.now) : undefined;
  if (late || entry.what === 'DECLARATION') return late;
  return outOfOrder({ ...context, occurredAt }, referral.made.facts.occurredAt, { orderReason });
}
