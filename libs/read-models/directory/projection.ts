import type { Recorded } from '../../event-sourcing/event.js';
import type { Key, Projection, Row, Rows } from '../../event-sourcing/projection.js';
import type { PartyEvent } from '../../ledger/party/slices.js';
import type { RelationshipEvent } from '../../ledger/relationship/relationship.js';
import { joining, merges, onMerges, TIE, TIE_INDEXES } from '../merges.js';
import { on, OPEN, subjectOf } from '../on.js';
import { onProfiles, PARTY, partyKey, partyOf, profileTables, startRole } from './profile-projection.js';

const RELATIONSHIP = { tenant_id: 'text not null', relationship_id: 'text not null' };

/** Who there is, under which names, how to reach them, and how they are tied. */
export const directory: Projection = {
  name: 'directory',
  version: 2,
  tables: {
    merges,
    parties: {
      columns: {
        ...PARTY,
        kind: 'text not null',
        display_name: 'text not null',
        /** That it has now. */
        roles: 'text[] not null',
        registered_at: 'timestamptz not null',
        erased_at: 'timestamptz',
        position: 'bigint not null',
      },
      key: ['tenant_id', 'party_id'],
      indexes: ['(tenant_id, registered_at, position)'],
    },
    identities: {
      columns: {
        ...PARTY,
        system: 'text not null',
        value: 'text not null',
        identified_at: 'timestamptz not null',
        position: 'bigint not null',
      },
      key: ['tenant_id', 'system', 'value'],
      indexes: ['(tenant_id, party_id)'],
    },
    contact_points: {
      columns: {
        ...PARTY,
        contact_point_id: 'text not null',
        kind: 'text not null',
        kind_label: 'text',
        value: 'text not null',
        label: 'text',
        added_at: 'timestamptz not null',
        verified_at: 'timestamptz',
        invalidated_at: 'timestamptz',
        invalidated_reason: 'text',
        position: 'bigint not null',
      },
      key: ['tenant_id', 'party_id', 'contact_point_id'],
    },
    affiliations: {
      columns: {
        ...PARTY,
        affiliation_id: 'text not null',
        organization_id: 'text not null',
        /** What the party is there. */
        held: 'text',
        started_at: 'timestamptz not null',
        ended_at: 'timestamptz',
        position: 'bigint not null',
      },
      key: ['tenant_id', 'party_id', 'affiliation_id'],
    },
    ...profileTables,
    relationships: {
      columns: {
        ...TIE,
        intent: 'text not null',
        stage: 'text not null',
        ending_manner: 'text',
        channel_mix_target: 'jsonb',
      },
      key: ['tenant_id', 'relationship_id'],
      indexes: [
        '(tenant_id, opened_at, position) WHERE head_id IS NULL',
        '(tenant_id, a_id, opened_at, position)',
        '(tenant_id, b_id, opened_at, position)',
        ...TIE_INDEXES,
      ],
      derive: joining('relationships'),
    },
    stewards: {
      columns: {
        ...RELATIONSHIP,
        steward_id: 'text not null',
        /** Position of the event that ended the span. */
        until_position: 'bigint not null',
        role: 'text not null',
        since: 'timestamptz not null',
        until: 'timestamptz',
        /** Whether the steward before introduced this one. */
        warm_intro: 'boolean',
        position: 'bigint not null',
      },
      key: ['tenant_id', 'relationship_id', 'steward_id', 'until_position'],
      indexes: [`(tenant_id, steward_id) WHERE until_position = ${String(OPEN)}`],
    },
  },

  on: {
    ...onMerges,
    ...onProfiles,
    ...on<PartyEvent | RelationshipEvent>({
      PartyRegistered: {
        apply: (event, rows) => {
          const { kind, displayName, roles } = event.data;
          const { occurredAt, position } = event;
          rows.put('parties', {
            ...partyOf(event),
            kind,
            display_name: displayName,
            roles,
            registered_at: occurredAt,
            position,
          });
          for (const role of roles) startRole(event, rows, role);
        },
      },
      // The rows that belong to it stay until its texts are encrypted: no query shows those of an erased party.
      PersonErased: {
        reads: (event) => ({ parties: [partyKey(event)] }),
        apply: (event, rows) =>
          change(rows, 'parties', partyKey(event), { display_name: ERASED, erased_at: event.occurredAt }),
      },
      PartyIdentified: {
        apply: (event, rows) => {
          const { system, value } = event.data;
          const { occurredAt, position } = event;
          rows.put('identities', { ...partyOf(event), system, value, identified_at: occurredAt, position });
        },
      },
      ContactPointAdded: {
        apply: (event, rows) => {
          const { contactPointId, kind, kindLabel = null, value, label = null } = event.data;
          rows.put('contact_points', {
            ...partyOf(event),
            contact_point_id: contactPointId,
            kind,
            kind_label: kindLabel,
            value,
            label,
            added_at: event.occurredAt,
            position: event.position,
          });
        },
      },
      ContactPointVerified: {
        reads: (event) => ({ contact_points: [contactPointKey(event)] }),
        apply: (event, rows) =>
          change(rows, 'contact_points', contactPointKey(event), { verified_at: event.occurredAt }),
      },
      ContactPointInvalidated: {
        reads: (event) => ({ contact_points: [contactPointKey(event)] }),
        apply: (event, rows) =>
          change(rows, 'contact_points', contactPointKey(event), {
            invalidated_at: event.occurredAt,
            invalidated_reason: event.data.reason,
          }),
      },
      AffiliationStarted: {
        apply: (event, rows) => {
          const { affiliationId, organizationId, position: held = null } = event.data;
          rows.put('affiliations', {
            ...partyOf(event),
            affiliation_id: affiliationId,
            organization_id: organizationId,
            held,
            started_at: event.occurredAt,
            position: event.position,
          });
        },
      },
      AffiliationEnded: {
        reads: (event) => ({ affiliations: [affiliationKey(event)] }),
        apply: (event, rows) => change(rows, 'affiliations', affiliationKey(event), { ended_at: event.occurredAt }),
      },

      RelationshipOpened: {
        apply: (event, rows) => {
          const { a, b, kind, intent } = event.data;
          rows.put('relationships', {
            ...relationshipOf(event),
            a_id: a,
            b_id: b,
            kind,
            intent,
            stage: 'PROSPECT',
            opened_at: event.occurredAt,
            position: event.position,
          });
        },
      },
      StageChanged: changesRelationship((event) => ({ stage: event.data.to })),
      RelationshipLapsed: changesRelationship(() => ({ stage: 'DORMANT' })),
      RelationshipReactivated: changesRelationship((event) => ({ stage: event.data.to })),
      RelationshipEnded: changesRelationship((event) => ({
        stage: 'ENDED',
        ended_at: event.occurredAt,
        ending_manner: event.data.manner,
      })),
      ChannelMixTargetSet: changesRelationship((event) => ({ channel_mix_target: event.data.sharesBp })),
      StewardAssigned: {
        reads: (event) => ({ stewards: [stewardKey(event, event.data.stewardId)] }),
        apply: (event, rows) => {
          const { stewardId, role } = event.data;
          endStewardship(event, rows, stewardId); // in another role
          startStewardship(event, rows, stewardId, { role });
        },
      },
      StewardHandedOver: {
        reads: (event) => ({
          stewards: [stewardKey(event, event.data.fromStewardId), stewardKey(event, event.data.stewardId)],
        }),
        apply: (event, rows) => {
          const { fromStewardId, stewardId, role, warmIntro } = event.data;
          endStewardship(event, rows, fromStewardId);
          endStewardship(event, rows, stewardId);
          startStewardship(event, rows, stewardId, { role, warm_intro: warmIntro });
        },
      },
      StewardReleased: {
        reads: (event) => ({ stewards: [stewardKey(event, event.data.stewardId)] }),
        apply: (event, rows) => endStewardship(event, rows, event.data.stewardId),
      },
    }),
  },
};

/** Stands where the name of a party was. */
const ERASED = '(erased)';

type EventOf<Type extends (PartyEvent | RelationshipEvent)['type']> = Recorded<
  Extract<PartyEvent | RelationshipEvent, { readonly type: Type }>
>;

const relationshipOf = (event: Recorded) => ({ tenant_id: event.tenantId, relationship_id: subjectOf(event) });

const contactPointKey = (event: EventOf<'ContactPointVerified' | 'ContactPointInvalidated'>): Key => [
  event.tenantId,
  subjectOf(event),
  event.data.contactPointId,
];
const affiliationKey = (event: EventOf<'AffiliationEnded'>): Key => [
  event.tenantId,
  subjectOf(event),
  event.data.affiliationId,
];
const relationshipKey = (event: Recorded): Key => [event.tenantId, subjectOf(event)];
const stewardKey = (event: Recorded, stewardId: string): Key => [event.tenantId, subjectOf(event), stewardId, OPEN];

function changesRelationship<E extends Recorded>(changes: (event: E) => Row) {
  return {
    reads: (event: E) => ({ relationships: [relationshipKey(event)] }),
    apply: (event: E, rows: Rows) => change(rows, 'relationships', relationshipKey(event), changes(event)),
  };
}

function change(rows: Rows, table: string, key: Key, changes: Row): void {
  const row = rows.get(table, key);
  if (!row) throw new Error(`There is no row ${key.join(' ')} in ${table}.`);
  rows.put(table, { ...row, ...changes });
}

function startStewardship(event: Recorded, rows: Rows, stewardId: string, more: Row): void {
  rows.put('stewards', {
    ...relationshipOf(event),
    steward_id: stewardId,
    until_position: OPEN,
    since: event.occurredAt,
    position: event.position,
    ...more,
  });
}

function endStewardship(event: Recorded, rows: Rows, stewardId: string): void {
  const key = stewardKey(event, stewardId);
  const open = rows.get('stewards', key);
  if (!open) return;
  rows.delete('stewards', key);
  rows.put('stewards', { ...open, until_position: event.position, until: event.occurredAt });
}
