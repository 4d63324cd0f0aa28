import type { DecisionContext, Refusal } from '../../event-sourcing/decider.js';
import { isId, type EventId, type PartyId, type ReferralId, type RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { erasedParty, notAParty } from '../party/party.js';
import { present } from '../present.js';
import { conflict, invalid, refuse, relationshipUnknown } from '../refusals.js';
import type { RelationshipStream } from '../relationship/relationship.js';
import { mislabelled } from '../words.js';
import type { MakeReferral, ReferralReplacement } from './referral.inputs.js';
import type { ReferralMotive, ReferralUrgency } from './referral.words.js';
import type { ReferralStream } from './state.js';

/** Who sends whom to whom, and what for; beside when. */
export interface ReferralFacts {
  readonly referrerId: PartyId;
  /** The id of a party, or what an outside system calls the case: opaque, never a name. */
  readonly subjectRef: string;
  readonly targetId: PartyId;
  readonly serviceLine: string;
  readonly urgency: ReferralUrgency;
  readonly question?: string;
  readonly motive: ReferralMotive;
  /** With motive OTHER only. */
  readonly motiveLabel?: string;
  /** With motive GRATITUDE only: the event that it is the thanks for. */
  readonly inReturnFor?: EventId;
  /** The relationship whose ledger it belongs to. */
  readonly relationshipId?: RelationshipId;
}

/** The facts with their own time: a correction says it in its data, since its envelope says when it was corrected. */
export type DatedReferralFacts = ReferralFacts & { readonly occurredAt: Instant };

/** No referral is without these. */
export const REQUIRED = [
  'referrerId',
  'subjectRef',
  'targetId',
  'serviceLine',
  'urgency',
  'motive',
  'occurredAt',
] as const;

const DEEPEST = 32;

export function factsOf(command: MakeReferral): ReferralFacts {
  const { referrerId, subjectRef, targetId, serviceLine, urgency, question } = command;
  const { motive, motiveLabel, inReturnFor, relationshipId } = command;
  const parties = { referrerId, subjectRef, targetId };
  return present({ ...parties, serviceLine, urgency, question, motive, motiveLabel, inReturnFor, relationshipId });
}

/** What cannot be true of one referral, whatever else is known. */
export function contradiction(facts: ReferralFacts, path: readonly string[]): Refusal | undefined {
  const { subjectRef, motive, motiveLabel, inReturnFor } = facts;
  if (subjectRef.startsWith('pty_') && !isId('pty', subjectRef)) {
    return invalid([...path, 'subjectRef'], 'This looks like the id of a party and is none.');
  }
  if (inReturnFor && motive !== 'GRATITUDE') {
    return invalid([...path, 'inReturnFor'], 'Only a referral out of GRATITUDE is in return for something.');
  }
  return mislabelled(motive, motiveLabel, [...path, 'motiveLabel']) ?? selfReferral(facts, path);
}

/** `field`: the one that is at fault, where only one was given. */
export function selfReferral(
  { referrerId, subjectRef, targetId }: Pick<ReferralFacts, 'referrerId' | 'subjectRef' | 'targetId'>,
  path: readonly string[],
  field?: string,
): Refusal | undefined {
  const refuseAt = (fallback: string, message: string) =>
    refuse('SELF_REFERRAL', message, { path: [...path, field ?? fallback] });
  if (referrerId === targetId) return refuseAt('targetId', 'Nobody refers to themselves.');
  if (subjectRef === referrerId) return refuseAt('subjectRef', 'Who refers is not who is referred.');
  if (subjectRef === targetId) return refuseAt('subjectRef', 'Nobody is referred to themselves.');
  return undefined;
}

/** How many referrals it follows from, or why it cannot follow from this one. */
export function depthUnder(
  parentId: ReferralId | null | undefined,
  referralId: ReferralId,
  context: DecisionContext,
): number | Refusal {
  const path = ['parentReferralId'];
  if (!parentId) return 0;
  if (parentId === referralId) return refuse('REFERRAL_CYCLE', 'No referral follows from itself.', { path });
  const parent = (context.consulted(parentId) as ReferralStream | undefined)?.referral;
  if (!parent?.made) return referralUnknown(parentId, path);
  if (parent.retracted) return conflict('RETRACTED', 'The referral it follows from was retracted.', path);
  const depth = parent.made.depth + 1;
  return tooDeep(depth, path) ?? depth;
}

export const tooDeep = (depth: number, path: readonly string[]): Refusal | undefined =>
  depth > DEEPEST
    ? refuse('REFERRAL_CYCLE', `It would follow from more than ${String(DEEPEST)} others in a row.`, { path })
    : undefined;

export const referralUnknown = (referralId: ReferralId, path: readonly string[] = ['referralId']): Refusal =>
  refuse('REFERRAL_UNKNOWN', `There is no referral ${referralId}.`, { path });

const PARTIES = ['referrerId', 'subjectRef', 'targetId'] as const;
const isParty = (reference: string | null | undefined): reference is PartyId => isId('pty', reference ?? '');

/** The parties that it is about: of the referred one only when we know it. */
export const partiesIn = (facts: ReferralReplacement): readonly PartyId[] =>
  PARTIES.map((field) => facts[field]).filter(isParty);

/** Refuses what would be recorded of a party that was erased since the referral was made. */
export function erasedIn(facts: ReferralFacts, context: DecisionContext): Refusal | undefined {
  for (const partyId of partiesIn(facts)) {
    const refused = erasedParty(context, partyId, ['referralId']);
    if (refused) return refused;
  }
  return undefined;
}

/** Streams that decide whether what is said can be so. */
export const namedIn = (facts: ReferralReplacement): readonly string[] => [
  ...partiesIn(facts),
  ...(facts.relationshipId ? [facts.relationshipId] : []),
];

/** The first party or relationship that is not known. */
export function unknownIn(
  facts: ReferralReplacement,
  context: DecisionContext,
  path: readonly string[],
): Refusal | undefined {
  for (const field of PARTIES) {
    const reference = facts[field];
    const refused = isParty(reference) ? notAParty(context, reference, [...path, field]) : undefined;
    if (refused) return refused;
  }
  const { relationshipId } = facts;
  if (!relationshipId) return undefined;
  const relationship = context.consulted(relationshipId) as RelationshipStream | undefined;
  return relationship?.tie.opened
    ? undefined
    : { ...relationshipUnknown(relationshipId), path: [...path, 'relationshipId'] };
}
