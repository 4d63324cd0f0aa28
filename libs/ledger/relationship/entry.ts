import { isRefusal, type Decision, type DecisionContext, type Refusal } from '../../event-sourcing/decider.js';
import type { Event } from '../../event-sourcing/event.js';
import type { EventId, PartyId, RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { RefusalCode } from '../../event-sourcing/refusal-codes.js';
import { inFuture } from '../order.js';
import { erasedParty, notAParty } from '../party/party.js';
import { conflict, refuse, relationshipUnknown } from '../refusals.js';
import type { RelationshipStream, Tie } from './relationship.js';

/** Facts with their own time: a correction says it in its data, since its envelope says when it was corrected. */
export type Dated<Facts> = Facts & { readonly occurredAt: Instant };

/** What a decision builds on: an entry as it stands now. */
export interface Entry<Facts = object> {
  /** What recorded it: corrections and the retraction name it as their target. */
  readonly eventId: EventId;
  readonly facts: Dated<Facts>;
  readonly corrected?: boolean;
  /** What followed from it. */
  readonly steps?: readonly { readonly taken: { readonly occurredAt: Instant } }[];
}

/** Every entry of one kind in the ledger of one relationship, or that it was taken back. */
export type Entries<Id extends string, E extends Entry = Entry> = Map<Id, E | 'RETRACTED'>;

/** How the entries of one kind are named and found. */
export interface EntryKind<Field extends string, Id extends string, E extends Entry> {
  /** As a sentence calls one. */
  readonly noun: string;
  /** The field of commands and events that names one. */
  readonly field: Field;
  readonly unknown: RefusalCode;
  readonly of: (state: RelationshipStream) => Entries<Id, E>;
}

type Naming<Field extends string, Id extends string> = { readonly relationshipId: RelationshipId } & {
  readonly [F in Field]: Id;
};

/** A relationship that was opened, and may have ended since. */
export type OpenTie = Tie & Required<Pick<Tie, 'opened'>>;
export type OpenStream = RelationshipStream & { readonly tie: OpenTie };

export const isOpened = (tie: Tie): tie is OpenTie => tie.opened !== undefined;

/** Decides on an entry that was recorded and not retracted. Its relationship may have ended: history stays correctable. */
export const whileStanding =
  <Field extends string, Id extends string, E extends Entry>(kind: EntryKind<Field, Id, E>) =>
  <C extends Naming<Field, Id>, Fact extends Event>(
    decide: (entry: E, command: C, context: DecisionContext, state: OpenStream) => Decision<Fact>,
  ) =>
  (state: RelationshipStream, command: C, context: DecisionContext): Decision<Fact> => {
    const { tie } = state;
    if (!isOpened(tie)) return relationshipUnknown(command.relationshipId);
    const entry = named(kind, state, command[kind.field]);
    return isRefusal(entry) ? entry : decide(entry, command, context, { ...state, tie });
  };

/** The entry of that id, unless there is none or it was retracted. */
export function named<Field extends string, Id extends string, E extends Entry>(
  { noun, field, unknown, of }: EntryKind<Field, Id, E>,
  state: RelationshipStream,
  id: Id,
  path: readonly string[] = [field],
): E | Refusal {
  const entry = of(state).get(id);
  if (!entry) return refuse(unknown, `${id} is no ${noun} of this relationship.`, { path });
  return entry === 'RETRACTED' ? conflict(entry, `The ${noun} was retracted.`, path) : entry;
}

/** Refuses what is dated after the end of the relationship. What is late and from before the end is welcome. */
export const afterEnd = (
  { endedAt }: Tie,
  occurredAt: Instant,
  path: readonly string[] = ['occurredAt'],
): Refusal | undefined =>
  endedAt && occurredAt > endedAt ? conflict('ENDED', `The relationship ended at ${endedAt}.`, path) : undefined;

/** Streams that decide whether an entry may be recorded: of the relationship's own two parties, and of those it names. */
export const partiesOf = ({ opened }: Tie, ...named: readonly (PartyId | null | undefined)[]): readonly PartyId[] => [
  ...new Set([opened?.a, opened?.b, ...named].filter((partyId) => typeof partyId === 'string')),
];

/** Of a command that names no other party. */
export const bothSides = (_: unknown, { tie }: RelationshipStream): readonly PartyId[] => partiesOf(tie);

/** Refuses what is recorded too late to be so: after the end of the relationship, or of somebody who was erased. */
export const notOpenTo = (tie: Tie, context: DecisionContext): Refusal | undefined =>
  afterEnd(tie, context.occurredAt) ?? erasedSide(tie, context);

/** Both were registered when the relationship was opened; since then one may have been erased. */
export const erasedSide = ({ opened }: Tie, context: DecisionContext): Refusal | undefined =>
  opened && (erasedParty(context, opened.a, ['relationshipId']) ?? erasedParty(context, opened.b, ['relationshipId']));

export const isOwn = ({ opened }: Tie, partyId: PartyId): boolean => partyId === opened?.a || partyId === opened?.b;

/** Refuses parties that nobody registered, by the fields that name them. */
export function unknownParty(
  context: DecisionContext,
  tie: Tie,
  parties: Readonly<Record<string, PartyId | null | undefined>>,
  path: readonly string[] = [],
): Refusal | undefined {
  for (const [field, partyId] of Object.entries(parties)) {
    const refused = partyId && !isOwn(tie, partyId) ? notAParty(context, partyId, [...path, field]) : undefined;
    if (refused) return refused;
  }
  return undefined;
}

/** Refuses a second correction: what was wrong twice is retracted and recorded anew. */
export const correctedBefore = ({ corrected }: Pick<Entry, 'corrected'>): Refusal | undefined =>
  corrected ? conflict('CORRECTED', 'It was corrected before: retract it and record it anew.') : undefined;

/** Refuses to move an entry to a time at which it could not have been recorded. */
export function movedTooLate(
  { facts }: Entry,
  occurredAt: Instant,
  { now }: DecisionContext,
  tie: Tie,
): Refusal | undefined {
  const path = ['replacement', 'occurredAt'];
  return occurredAt === facts.occurredAt
    ? undefined
    : (inFuture(occurredAt, now, path) ?? afterEnd(tie, occurredAt, path));
}

/** Business time of the last thing that stands; empty when nothing does. */
export function lastEntryAt(all: Iterable<ReadonlyMap<string, Entry | 'RETRACTED'>>): Instant {
  let last = '' as Instant;
  for (const entries of all) {
    for (const entry of entries.values()) {
      if (entry === 'RETRACTED') continue;
      const taken = entry.steps?.map((step) => step.taken) ?? [];
      for (const { occurredAt } of [entry.facts, ...taken]) if (occurredAt > last) last = occurredAt;
    }
  }
  return last;
}
