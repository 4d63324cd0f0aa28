import { slice, type CommandOf } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { EventId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { endsBeforeStart } from '../order.js';
import { present } from '../present.js';
import { conflict, refuse } from '../refusals.js';
import type { mergeCommands } from './merge.inputs.js';
import { consultedParty, ofKnown, partyUnknown, type PartyStream } from './party.js';

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type MergeEvent =
  | Event<'PartiesMerged', { survivorId: PartyId; absorbedId: PartyId; evidence: string }>
  | Event<'PartiesUnmerged', { survivorId: PartyId; absorbedId: PartyId; mergeEventId: EventId; reason?: string }>;

export type MergeCommand = CommandOf<typeof mergeCommands>;

/** Of the absorbed party: a merge stands in its stream, and the survivor's knows nothing of it. */
export interface Merge {
  into?: { readonly survivorId: PartyId; readonly eventId: EventId; readonly at: Instant } | undefined;
}

export const merge = slice<Merge, MergeEvent, MergeCommand, PartyStream>({
  events: {
    PartiesMerged: { version: 1, dataClass: 'PERSONAL', personal: ['evidence'] },
    PartiesUnmerged: { version: 1, dataClass: 'PERSONAL', personal: ['reason'] },
  },

  initial: () => ({}),

  decide: {
    MergeParties: ofKnown(({ party, merge }, { survivorId, absorbedId, evidence }, context) => {
      if (survivorId === absorbedId) return mergeInvalid('survivorId', 'A party is not merged into itself.');
      if (merge.into?.survivorId === survivorId) return [];
      if (merge.into)
        return mergeInvalid('absorbedId', `It is merged into ${merge.into.survivorId}: unmerge it first.`);
      const survivor = consultedParty(context, survivorId);
      if (!survivor?.party.registered) return partyUnknown(survivorId, ['survivorId']);
      if (survivor.erasure.erased) return mergeInvalid('survivorId', 'The survivor was erased.');
      const above = survivor.merge.into?.survivorId;
      if (above) return mergeInvalid('survivorId', `The survivor is merged into ${above}: merge into that one.`);
      if (survivor.party.registered.kind !== party.registered?.kind) {
        return mergeInvalid('survivorId', 'Only parties of one kind are merged.');
      }
      return [event('PartiesMerged', { survivorId, absorbedId, evidence })];
    }),

    UnmergeParties: ofKnown(({ merge: { into } }, { absorbedId, reason }, context) => {
      if (!into) return conflict('NOT_MERGED', 'This party is not merged into another.', ['absorbedId']);
      const { survivorId, eventId, at } = into;
      return (
        endsBeforeStart(context, at) ?? [
          event('PartiesUnmerged', present({ survivorId, absorbedId, mergeEventId: eventId, reason })),
        ]
      );
    }),
  },

  evolve: {
    PartiesMerged: (_, { id, data: { survivorId }, occurredAt }) => ({
      into: { survivorId, eventId: id, at: occurredAt },
    }),
    PartiesUnmerged: () => ({}),
  },

  consults: { MergeParties: ({ survivorId }) => [survivorId] },

  claims: {
    // Who a party stands for, itself or its survivor, has one answer at a time: of merges that would close a circle, the
    // last finds its survivor taken. A survivor may be absorbed later: it gives back its own name first.
    PartiesMerged: ({ data: { survivorId, absorbedId } }) => ({
      release: [standsFor(absorbedId)],
      take: [
        { name: standsFor(absorbedId), owner: survivorId, refusal: 'MERGE_INVALID' },
        { name: standsFor(survivorId), owner: survivorId, refusal: 'MERGE_INVALID' },
      ],
    }),
    PartiesUnmerged: ({ data: { absorbedId } }) => ({ release: [standsFor(absorbedId)] }),
  },
});

export const standsFor = (partyId: PartyId): string => `stands for|${partyId}`;

const mergeInvalid = (field: string, message: string) => refuse('MERGE_INVALID', message, { path: [field] });
