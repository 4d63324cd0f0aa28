import { createHash } from 'node:crypto';
import { slice, type Decision, type DecisionContext, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { AffiliationId, ContactPointId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { RefusalCode } from '../../event-sourcing/refusal-codes.js';
import { endsBeforeStart, outOfOrder } from '../order.js';
import { present } from '../present.js';
import { conflict, invalid, refuse } from '../refusals.js';
import { mislabelled } from '../words.js';
import type { Consents } from './consent.js';
import type { Erasure } from './erasure.js';
import type { Merge } from './merge.js';
import type { Needs } from './needs.js';
import { isNpi } from './npi.js';
import type {
  AddContactPoint,
  EndAffiliation,
  IdentifyParty,
  InvalidateContactPoint,
  RegisterParty,
  StartAffiliation,
  VerifyContactPoint,
} from './party.inputs.js';
import type { ContactPointKind, PartyKind, PartyRole } from './party.words.js';
import type { Profile } from './profile.js';
import type { Roles } from './roles.js';

/** An external name of a party: unique per system in the tenant. */
export interface Identity {
  readonly system: string;
  readonly value: string;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type RegistrationEvent =
  | Event<'PartyRegistered', { partyId: PartyId; kind: PartyKind; displayName: string; roles: readonly PartyRole[] }>
  | Event<'PartyIdentified', Identity>
  | Event<
      'ContactPointAdded',
      { contactPointId: ContactPointId; kind: ContactPointKind; kindLabel?: string; value: string; label?: string }
    >
  | Event<'ContactPointVerified', { contactPointId: ContactPointId; orderReason?: string }>
  | Event<'ContactPointInvalidated', { contactPointId: ContactPointId; reason: string; orderReason?: string }>
  | Event<'AffiliationStarted', { affiliationId: AffiliationId; organizationId: PartyId; position?: string }>
  | Event<
      'AffiliationEnded',
      { affiliationId: AffiliationId; organizationId: PartyId; position?: string; reason?: string }
    >;

export type RegistrationCommand =
  | RegisterParty
  | IdentifyParty
  | AddContactPoint
  | VerifyContactPoint
  | InvalidateContactPoint
  | StartAffiliation
  | EndAffiliation;

export interface Party {
  /** Absent until PartyRegistered. */
  registered?: {
    readonly partyId: PartyId;
    readonly kind: PartyKind;
    readonly roles: readonly PartyRole[];
    readonly at: Instant;
  };
  /** By their claim: the text of an identity is not kept. */
  readonly identities: Set<string>;
  readonly contactPoints: Map<ContactPointId, ContactPoint>;
  readonly affiliations: Map<AffiliationId, Affiliation>;
}

interface ContactPoint {
  readonly kind: ContactPointKind;
  readonly value: string;
  readonly addedAt: Instant;
  verifiedAt?: Instant;
  invalidatedAt?: Instant;
}

interface Affiliation {
  readonly organizationId: PartyId;
  readonly position?: string | undefined;
  readonly startedAt: Instant;
  endedAt?: Instant;
}

/** The state of a party's stream: each topic has its own part. */
export interface PartyStream {
  readonly party: Party;
  readonly roles: Roles;
  readonly profile: Profile;
  readonly needs: Needs;
  readonly consents: Consents;
  readonly merge: Merge;
  readonly erasure: Erasure;
}

export const party = slice<Party, RegistrationEvent, RegistrationCommand, PartyStream>({
  events: {
    PartyRegistered: { version: 1, dataClass: 'PERSONAL', personal: ['displayName'] },
    PartyIdentified: { version: 1, dataClass: 'PERSONAL', personal: ['value'] },
    ContactPointAdded: { version: 1, dataClass: 'PERSONAL', personal: ['value', 'label'] },
    ContactPointVerified: { version: 1, dataClass: 'PERSONAL', personal: ['orderReason'] },
    ContactPointInvalidated: { version: 1, dataClass: 'PERSONAL', personal: ['reason', 'orderReason'] },
    AffiliationStarted: { version: 1, dataClass: 'PERSONAL', personal: ['position'] },
    AffiliationEnded: { version: 1, dataClass: 'PERSONAL', personal: ['position', 'reason'] },
  },

  initial: () => ({ identities: new Set(), contactPoints: new Map(), affiliations: new Map() }),

  decide: {
    RegisterParty({ party }, { kind, displayName, roles, identities }, context) {
      if (party.registered) return conflict(party.registered.kind, 'This party is registered already.');
      const events: RegistrationEvent[] = [
        event('PartyRegistered', { partyId: context.id('pty'), kind, displayName, roles: roles ?? [] }),
      ];
      for (const [index, { system, value }] of identities?.entries() ?? []) {
        const refused = misidentified({ system, value }, ['identities', String(index)]);
        if (refused) return refused;
        events.push(event('PartyIdentified', { system, value }));
      }
      return events;
    },

    IdentifyParty: ofKnown(({ party }, { system, value }) => {
      if (party.identities.has(claimOf({ system, value }))) return [];
      return misidentified({ system, value }, []) ?? [event('PartyIdentified', { system, value })];
    }),

    AddContactPoint: ofKnown(({ party }, { kind, kindLabel, value, label }, context) => {
      for (const [id, known] of party.contactPoints) {
        if (known.kind === kind && known.value === value && !known.invalidatedAt) {
          return conflict(id, 'The party has this contact point already.', ['value']);
        }
      }
      const contactPointId = context.id('cpt');
      return (
        mislabelled(kind, kindLabel, ['kindLabel']) ?? [
          event('ContactPointAdded', present({ contactPointId, kind, kindLabel, value, label })),
        ]
      );
    }),

    VerifyContactPoint: ofKnown(({ party }, command, context) => {
      const { contactPointId, orderReason } = command;
      const known = party.contactPoints.get(contactPointId);
      if (!known) return notOfParty('CONTACT_POINT_UNKNOWN', 'contactPointId', contactPointId);
      if (known.invalidatedAt) return conflict('INVALIDATED', 'The contact point is known to be invalid.');
      if (known.verifiedAt === context.occurredAt) return [];
      return (
        outOfOrder(context, known.addedAt, command) ?? [
          event('ContactPointVerified', present({ contactPointId, orderReason })),
        ]
      );
    }),

    InvalidateContactPoint: ofKnown(({ party }, command, context) => {
      const { contactPointId, reason, orderReason } = command;
      const known = party.contactPoints.get(contactPointId);
      if (!known) return notOfParty('CONTACT_POINT_UNKNOWN', 'contactPointId', contactPointId);
      if (known.invalidatedAt) return [];
      return (
        outOfOrder(context, known.addedAt, command) ?? [
          event('ContactPointInvalidated', present({ contactPointId, reason, orderReason })),
        ]
      );
    }),

    StartAffiliation: ofKnown(({ party }, { organizationId, position }, context) => {
      if (party.registered?.kind !== 'PERSON') return wrongKind(['partyId'], 'PERSON');
      for (const [id, known] of party.affiliations) {
        if (known.organizationId === organizationId && known.position === (position ?? undefined) && !known.endedAt) {
          return conflict(id, 'The person holds this position there already.', ['organizationId']);
        }
      }
      const affiliationId = context.id('aff');
      return (
        notAParty(context, organizationId, ['organizationId'], 'ORGANISATION') ?? [
          event('AffiliationStarted', present({ affiliationId, organizationId, position })),
        ]
      );
    }),

    EndAffiliation: ofKnown(({ party }, { affiliationId, reason }, context) => {
      const known = party.affiliations.get(affiliationId);
      if (!known) return notOfParty('AFFILIATION_UNKNOWN', 'affiliationId', affiliationId);
      const { organizationId, position, startedAt, endedAt } = known;
      if (endedAt) return endedAt === context.occurredAt ? [] : conflict(endedAt, 'The affiliation ended before.');
      return (
        endsBeforeStart(context, startedAt) ?? [
          event('AffiliationEnded', present({ affiliationId, organizationId, position, reason })),
        ]
      );
    }),
  },

  evolve: {
    PartyRegistered(party, { data: { partyId, kind, roles }, occurredAt }) {
      party.registered = { partyId, kind, roles, at: occurredAt };
      return party;
    },
    PartyIdentified(party, { data }) {
      party.identities.add(claimOf(data));
      return party;
    },
    ContactPointAdded(party, { data: { contactPointId, kind, value }, occurredAt }) {
      party.contactPoints.set(contactPointId, { kind, value, addedAt: occurredAt });
      return party;
    },
    ContactPointVerified(party, { data, occurredAt }) {
      party.contactPoints.get(data.contactPointId)!.verifiedAt = occurredAt;
      return party;
    },
    ContactPointInvalidated(party, { data, occurredAt }) {
      party.contactPoints.get(data.contactPointId)!.invalidatedAt = occurredAt;
      return party;
    },
    AffiliationStarted(party, { data: { affiliationId, organizationId, position }, occurredAt }) {
      party.affiliations.set(affiliationId, { organizationId, position, startedAt: occurredAt });
      return party;
    },
    AffiliationEnded(party, { data, occurredAt }) {
      party.affiliations.get(data.affiliationId)!.endedAt = occurredAt;
      return party;
    },
  },

  consults: { StartAffiliation: ({ organizationId }) => [organizationId] },

  claims: {
    PartyIdentified: (identified, { party }) => ({
      take: [{ name: claimOf(identified.data), owner: party.registered!.partyId, refusal: 'STATE_CONFLICT' }],
    }),
  },
});

/** Refuses an id in another command that is no party, one that was erased, or none of the kind that is needed. */
export function notAParty(
  context: DecisionContext,
  partyId: PartyId,
  path: readonly string[],
  kind?: PartyKind,
): Refusal | undefined {
  const registered = consultedParty(context, partyId)?.party.registered;
  if (!registered) return partyUnknown(partyId, path);
  const wrong = kind && registered.kind !== kind ? wrongKind(path, kind) : undefined;
  return erasedParty(context, partyId, path) ?? wrong;
}

/** Refuses a party that was known once and is erased by now. */
export const erasedParty = (
  context: DecisionContext,
  partyId: PartyId,
  path: readonly string[],
): Refusal | undefined => (consultedParty(context, partyId)?.erasure.erased ? partyErased(partyId, path) : undefined);

/** The party as another stream's decision finds it; undefined when there is none, or it was not consulted. */
export const consultedParty = (context: DecisionContext, partyId: PartyId): PartyStream | undefined =>
  context.consulted(partyId) as PartyStream | undefined;

type OfParty = { readonly partyId: PartyId } | { readonly absorbedId: PartyId };

/** Decides on a party that is registered and not erased. */
export function ofKnown<C extends OfParty, E extends Event>(
  decide: (state: PartyStream, command: C, context: DecisionContext) => Decision<E>,
) {
  return (state: PartyStream, command: C, context: DecisionContext): Decision<E> => {
    const [field, partyId] = 'partyId' in command ? ['partyId', command.partyId] : ['absorbedId', command.absorbedId];
    if (!state.party.registered) return partyUnknown(partyId, [field]);
    return state.erasure.erased ? partyErased(partyId, [field]) : decide(state, command, context);
  };
}

export const partyUnknown = (partyId: string, path: readonly string[]): Refusal =>
  refuse('PARTY_UNKNOWN', `There is no party ${partyId}.`, { path });

const partyErased = (partyId: string, path: readonly string[]): Refusal =>
  refuse('PARTY_ERASED', `${partyId} was erased: nothing more is recorded of it.`, { path });

export const wrongKind = (path: readonly string[], ...allowed: readonly PartyKind[]): Refusal =>
  invalid(path, `This party is no ${allowed.join(' or ')}.`, { allowed });

export const notOfParty = (code: RefusalCode, field: string, id: string): Refusal =>
  refuse(code, `This party has no ${id}.`, { path: [field] });

const misidentified = ({ system, value }: Identity, path: readonly string[]): Refusal | undefined =>
  system.toUpperCase() === 'NPI' && !isNpi(value)
    ? invalid([...path, 'value'], 'This is no NPI: ten digits, of which the last checks the others.')
    : undefined;

/** Names an identity without telling it to whoever reads the claims. */
const claimOf = ({ system, value }: Identity): string =>
  `identity|${system}|${createHash('sha256').update(value).digest('hex')}`;
