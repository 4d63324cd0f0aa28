import { slice, type CommandOf } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { EventId, NeedId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { endsBeforeStart } from '../order.js';
import { present } from '../present.js';
import { conflict } from '../refusals.js';
import type { needCommands } from './needs.inputs.js';
import { notOfParty, ofKnown, type PartyStream } from './party.js';
import type { NeedBasis, NeedKind } from './party.words.js';

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type NeedEvent =
  | Event<'NeedIdentified', { needId: NeedId; kind: NeedKind; basis: NeedBasis; code: string }>
  | Event<'NeedMet', { needId: NeedId; byEventId?: EventId }>;

export type NeedCommand = CommandOf<typeof needCommands>;

export type Needs = Map<NeedId, Need>;

interface Need {
  readonly kind: NeedKind;
  readonly code: string;
  readonly identifiedAt: Instant;
  readonly metAt?: Instant;
}

export const needs = slice<Needs, NeedEvent, NeedCommand, PartyStream>({
  events: {
    NeedIdentified: { version: 1, dataClass: 'HEALTH', personal: [] },
    NeedMet: { version: 1, dataClass: 'HEALTH', personal: [] },
  },

  initial: () => new Map(),

  decide: {
    IdentifyNeed: ofKnown(({ needs }, { kind, basis, code }, context) => {
      for (const [id, known] of needs) {
        if (known.kind === kind && known.code === code && !known.metAt) {
          return conflict(id, 'This need is known and not met yet.', ['code']);
        }
      }
      return [event('NeedIdentified', { needId: context.id('ned'), kind, basis, code })];
    }),

    MeetNeed: ofKnown(({ needs }, { needId, byEventId }, context) => {
      const known = needs.get(needId);
      if (!known) return notOfParty('NEED_UNKNOWN', 'needId', needId);
      if (known.metAt === context.occurredAt) return [];
      if (known.metAt) return conflict(known.metAt, 'The need was met before.', ['needId']);
      return endsBeforeStart(context, known.identifiedAt) ?? [event('NeedMet', present({ needId, byEventId }))];
    }),
  },

  evolve: {
    NeedIdentified: (needs, { data: { needId, kind, code }, occurredAt }) =>
      needs.set(needId, { kind, code, identifiedAt: occurredAt }),
    NeedMet: (needs, { data: { needId }, occurredAt }) =>
      needs.set(needId, { ...needs.get(needId)!, metAt: occurredAt }),
  },
});
