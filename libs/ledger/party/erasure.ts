import { slice } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type KeyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { endsBeforeStart } from '../order.js';
import { present } from '../present.js';
import { conflict } from '../refusals.js';
import type { ErasePerson, RequestErasure } from './erasure.inputs.js';
import { standsFor } from './merge.js';
import { ofKnown, wrongKind, type PartyStream } from './party.js';

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type ErasureEvent =
  | Event<'ErasureRequested', { reason?: string }>
  /** `keyId` names the key of the person's texts, which goes with the person. */
  | Event<'PersonErased', { keyId: KeyId }>;

export type ErasureCommand = RequestErasure | ErasePerson;

export interface Erasure {
  requestedAt?: Instant;
  erased?: true;
}

export const erasure = slice<Erasure, ErasureEvent, ErasureCommand, PartyStream>({
  events: {
    ErasureRequested: { version: 1, dataClass: 'PERSONAL', personal: ['reason'] },
    PersonErased: { version: 1, dataClass: 'PERSONAL', personal: [] },
  },

  initial: () => ({}),

  decide: {
    RequestErasure: ofKnown(({ party, erasure }, { reason }) => {
      if (party.registered?.kind === 'ORGANISATION') return wrongKind(['partyId'], 'PERSON', 'HOUSEHOLD');
      return erasure.requestedAt ? [] : [event('ErasureRequested', present({ reason }))];
    }),

    ErasePerson: ofKnown(({ erasure }, { partyId }, context) => {
      if (!erasure.requestedAt) return conflict('NOT_REQUESTED', 'Nobody requested the erasure of this party.');
      const keyId = deriveId('key', context.tenantId, partyId);
      return endsBeforeStart(context, erasure.requestedAt) ?? [event('PersonErased', { keyId })];
    }),
  },

  evolve: {
    ErasureRequested: (_, { occurredAt }) => ({ requestedAt: occurredAt }),
    PersonErased: (erasure) => ({ ...erasure, erased: true }),
  },

  claims: {
    // Its names are free for whoever comes again as somebody new, and nobody is merged into it any more.
    PersonErased: (_, { party: { registered, identities } }) => {
      const stood = standsFor(registered!.partyId);
      return { release: [stood, ...identities], take: [{ name: stood, owner: 'erased', refusal: 'MERGE_INVALID' }] };
    },
  },
});
