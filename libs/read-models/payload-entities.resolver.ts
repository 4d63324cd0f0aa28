import { PartyPayload, RelationshipPayload, TouchPayload } from '../ledger/payloads.types.js';
import { partyLoader, relationshipLoader } from './directory/loaders.js';
import { Party } from './directory/party.types.js';
import { Relationship } from './directory/relationship.types.js';
import { idOf, payloadEntity, type PayloadEntity } from './payload-entity.resolver.js';
import { loadTouchAt } from './timeline/loaders.js';
import { Touch } from './timeline/timeline.types.js';

const relationship: PayloadEntity<unknown> = {
  field: 'relationship',
  type: () => Relationship,
  reads: ['directory'],
  load: (db, context, { subject }) => relationshipLoader(db, context).load(subject),
};

/** The entities of payloads. */
export const payloadEntities = [
  payloadEntity(PartyPayload, {
    field: 'party',
    type: () => Party,
    reads: ['directory'],
    load: (db, context, { subject }) => partyLoader(db, context).load(subject),
  }),
  payloadEntity(RelationshipPayload, relationship),
  payloadEntity(TouchPayload, relationship),
  payloadEntity(TouchPayload, {
    field: 'touch',
    type: () => Touch,
    reads: ['timeline'],
    load: async (db, context, did) => {
      const id = await idOf('touchId', did);
      return id === undefined ? null : loadTouchAt(db, context, { relationshipId: did.subject, id });
    },
  }),
] as const;
