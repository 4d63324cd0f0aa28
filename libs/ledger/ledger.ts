import type { EventTypeSpec } from '../event-sourcing/event.js';
import { Deciders, streamDecider } from '../event-sourcing/stream-decider.js';
import type { Upcasters } from '../event-sourcing/upcaster.js';
import { party, type PartyCommand, type PartyEvent } from './party/party.js';
import { projection, type ProjectionCommand, type ProjectionEvent } from './projection/projection.js';
import { tie, type RelationshipCommand, type RelationshipEvent } from './relationship/relationship.js';
import { touches, type TouchCommand, type TouchEvent } from './touch/touch.js';

/** The concepts of the ledger: each has a folder here, a page in docs/events and its own event types. */
export const concepts = [
  { folder: 'party', events: party.events },
  { folder: 'projection', events: projection.events },
  { folder: 'relationship', events: tie.events },
  { folder: 'touch', events: touches.events },
] as const;

/** All that can be asked of the ledger, and all that it can say. */
export type LedgerCommand = PartyCommand | RelationshipCommand | TouchCommand | ProjectionCommand;
export type LedgerEvent = PartyEvent | RelationshipEvent | TouchEvent | ProjectionEvent;

/** What the log must know of every event type, by name. */
export const eventTypes: ReadonlyMap<string, EventTypeSpec> = new Map(
  concepts.flatMap(({ events }) => Object.entries<EventTypeSpec>(events)),
);

/** No shape has changed yet. The first that does gets its upcaster beside its concept, and is named here. */
export const upcasters: Upcasters = {};

export const partyDecider = streamDecider(
  'party',
  { prefix: 'pty', begins: 'RegisterParty', subject: 'partyId' },
  { party },
);
/** The entries of a relationship share its stream. */
export const relationshipDecider = streamDecider(
  'relationship',
  { prefix: 'rel', begins: 'OpenRelationship', subject: 'relationshipId' },
  { tie, touches },
);
export const projectionDecider = streamDecider('projection', { subject: 'projection' }, { projection });

/** What the one way in works with. */
export const ledger = new Deciders([partyDecider, relationshipDecider, projectionDecider]);
