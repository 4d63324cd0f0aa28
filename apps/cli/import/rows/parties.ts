import { at, id } from './fields.js';
import type { Command, RowKind } from './row-kind.js';

export const parties: RowKind = {
  fields: {
    id: { ...id, help: 'id of the party in the source', aliases: ['externalid', 'partyid'] },
    kind: { type: 'word', help: 'PERSON (default), HOUSEHOLD or ORGANISATION' },
    displayName: { type: 'text', help: 'what people call it', aliases: ['name', 'fullname'] },
    roles: { type: 'words', help: 'PATIENT, PRACTITIONER, … separated by ; or |', aliases: ['role'] },
    npi: { type: 'text', help: 'National Provider Identifier' },
    email: { type: 'text', help: 'e-mail address', aliases: ['mail', 'emailaddress'] },
    phone: { type: 'text', help: 'telephone number', aliases: ['tel', 'telephone', 'mobile'] },
    at: at('when it became known'),
  },

  lacks: (has) => (has('displayName') || has('id') ? undefined : 'displayName'),

  compose(fields, source, content) {
    const { id, kind = 'PERSON', displayName = id, roles, npi, email, phone, at } = fields;
    const key = source.keyOf('party', id, content);
    const identities = [
      ...(id === undefined ? [] : [{ system: source.name, value: id }]),
      ...(npi === undefined ? [] : [{ system: 'NPI', value: npi }]),
    ];
    const reached = (how: string, value: unknown): Command[] => {
      if (value === undefined) return [];
      const input = { partyId: `pty:${key}`, kind: how, value, occurredAt: at };
      return [{ type: 'AddContactPoint', idempotencyKey: `${key}/${how.toLowerCase()}`, input }];
    };
    return [
      {
        type: 'RegisterParty',
        idempotencyKey: key,
        input: { kind, displayName, roles, identities, occurredAt: at },
      },
      ...reached('EMAIL', email),
      ...reached('PHONE', phone),
    ];
  },
};
