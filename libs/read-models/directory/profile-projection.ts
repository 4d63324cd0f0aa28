import type { Recorded } from '../../event-sourcing/event.js';
import type { Key, Rows, TableSpec } from '../../event-sourcing/projection.js';
import type { PartyRole } from '../../ledger/party/party.words.js';
import type { PartyEvent } from '../../ledger/party/slices.js';
import { on, OPEN, subjectOf } from '../on.js';

export const PARTY = { tenant_id: 'text not null', party_id: 'text not null' };

/** What is known of a party beside who it is. */
export const profileTables: Readonly<Record<string, TableSpec>> = {
  roles: {
    columns: {
      ...PARTY,
      role: 'text not null',
      /** Position of the event that ended the span. */
      until_position: 'bigint not null',
      since: 'timestamptz not null',
      until: 'timestamptz',
      position: 'bigint not null',
    },
    key: ['tenant_id', 'party_id', 'role', 'until_position'],
  },
  attributes: {
    columns: {
      ...PARTY,
      key: 'text not null',
      valid_from: 'timestamptz not null',
      valid_to: 'timestamptz',
      value: 'text not null',
      unit: 'text',
      source: 'text not null',
      recorded_at: 'timestamptz not null',
      position: 'bigint not null',
    },
    key: ['tenant_id', 'party_id', 'key', 'valid_from'],
  },
  preferences: {
    columns: {
      ...PARTY,
      topic: 'text not null',
      value: 'text not null',
      since: 'timestamptz not null',
      position: 'bigint not null',
    },
    key: ['tenant_id', 'party_id', 'topic'],
  },
  needs: {
    columns: {
      ...PARTY,
      need_id: 'text not null',
      kind: 'text not null',
      basis: 'text not null',
      code: 'text not null',
      identified_at: 'timestamptz not null',
      met_at: 'timestamptz',
      met_by: 'text',
      position: 'bigint not null',
    },
    key: ['tenant_id', 'party_id', 'need_id'],
    indexes: ['(tenant_id, identified_at, position)'],
  },
  consents: {
    columns: {
      ...PARTY,
      position: 'bigint not null',
      purpose: 'text not null',
      channel: 'text not null',
      granted: 'boolean not null',
      basis: 'text',
      at: 'timestamptz not null',
      expires_at: 'timestamptz',
    },
    key: ['tenant_id', 'party_id', 'position'],
  },
};

export const onProfiles = on<PartyEvent>({
  PartyRoleStarted: {
    reads: (event) => ({ parties: [partyKey(event)] }),
    apply: (event, rows) => {
      const { role } = event.data;
      startRole(event, rows, role);
      changeRoles(event, rows, (roles) => [...roles.filter((held) => held !== role), role]);
    },
  },
  PartyRoleEnded: {
    reads: (event) => ({ parties: [partyKey(event)], roles: [roleKey(event, event.data.role)] }),
    apply: (event, rows) => {
      const { role } = event.data;
      const span = rows.get('roles', roleKey(event, role));
      if (!span) throw new Error(`${subjectOf(event)} is no ${role}.`);
      rows.delete('roles', roleKey(event, role));
      rows.put('roles', { ...span, until_position: event.position, until: event.occurredAt });
      changeRoles(event, rows, (roles) => roles.filter((held) => held !== role));
    },
  },
  AttributeRecorded: {
    apply: (event, rows) => {
      const { key, value, unit = null, validFrom, validTo = null, source } = event.data;
      rows.put('attributes', {
        ...partyOf(event),
        key,
        valid_from: validFrom,
        valid_to: validTo,
        value,
        unit,
        source,
        recorded_at: event.recordedAt,
        position: event.position,
      });
    },
  },
  PreferenceRecorded: {
    reads: (event) => ({ preferences: [[...partyKey(event), event.data.topic]] }),
    apply: (event, rows) => {
      const { topic, value } = event.data;
      const known = rows.get('preferences', [...partyKey(event), topic]);
      if (known && (known['since'] as string) > event.occurredAt) return;
      rows.put('preferences', {
        ...partyOf(event),
        topic,
        value,
        since: event.occurredAt,
        position: event.position,
      });
    },
  },
  NeedIdentified: {
    apply: (event, rows) => {
      const { needId, kind, basis, code } = event.data;
      rows.put('needs', {
        ...partyOf(event),
        need_id: needId,
        kind,
        basis,
        code,
        identified_at: event.occurredAt,
        position: event.position,
      });
    },
  },
  NeedMet: {
    reads: (event) => ({ needs: [[...partyKey(event), event.data.needId]] }),
    apply: (event, rows) => {
      const { needId, byEventId = null } = event.data;
      const need = rows.get('needs', [...partyKey(event), needId]);
      if (!need) throw new Error(`${needId} was never identified.`);
      rows.put('needs', { ...need, met_at: event.occurredAt, met_by: byEventId });
    },
  },
  ConsentGranted: {
    apply: (event, rows) => {
      const { basis, expiresAt = null } = event.data;
      putStatement(event, rows, { granted: true, basis, expires_at: expiresAt });
    },
  },
  ConsentWithdrawn: {
    apply: (event, rows) => putStatement(event, rows, { granted: false, basis: event.data.basis ?? null }),
  },
});

export const partyOf = (event: Recorded) => ({ tenant_id: event.tenantId, party_id: subjectOf(event) });
export const partyKey = (event: Recorded): Key => [event.tenantId, subjectOf(event)];

const roleKey = (event: Recorded, role: PartyRole): Key => [...partyKey(event), role, OPEN];

export function startRole(event: Recorded, rows: Rows, role: PartyRole): void {
  rows.put('roles', {
    ...partyOf(event),
    role,
    until_position: OPEN,
    since: event.occurredAt,
    position: event.position,
  });
}

function changeRoles(event: Recorded, rows: Rows, change: (roles: readonly string[]) => readonly string[]): void {
  const party = rows.get('parties', partyKey(event));
  if (!party) throw new Error(`${subjectOf(event)} was never registered.`);
  rows.put('parties', { ...party, roles: change(party['roles'] as readonly string[]) });
}

type ConsentEvent = Recorded<Extract<PartyEvent, { readonly type: 'ConsentGranted' | 'ConsentWithdrawn' }>>;

function putStatement(event: ConsentEvent, rows: Rows, more: Readonly<Record<string, unknown>>): void {
  const { purpose, channel } = event.data;
  rows.put('consents', {
    ...partyOf(event),
    position: event.position,
    purpose,
    channel,
    at: event.occurredAt,
    ...more,
  });
}
