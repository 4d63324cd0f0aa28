import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, opened, partyId, relationshipId } from '../testing/given-ledger.js';

const they = partyId('they');
const needId = (name: string) => deriveId('ned', name);
const consent = { purpose: 'MARKETING', channel: 'EMAIL' } as const;

describe('what is known of a party', () => {
  let ledger: GivenLedger;
  let read: Askable;
  const met = deriveId('evt', 'the ride');
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    read = await askable(ledger);
    ledger.project();
    for (const id of [they, partyId('we')]) {
      await ledger.record(
        id,
        event(
          'PartyRegistered',
          { partyId: id, kind: 'PERSON', displayName: 'Ada', roles: ['PATIENT'] } as const,
          day(0),
        ),
      );
    }
    await ledger.record(
      they,
      event('PartyIdentified', { system: 'MRN', value: '17' }, day(0)),
      event('PartyRoleStarted', { role: 'RELATED_PERSON' } as const, day(10)),
      event('PartyRoleEnded', { role: 'PATIENT' } as const, day(20)),
      event('AttributeRecorded', { key: 'beds', value: '10', validFrom: day(5), source: 'survey' }, day(5)),
      event(
        'AttributeRecorded',
        { key: 'beds', value: '12', unit: 'beds', validFrom: day(15), validTo: day(25), source: 'survey' },
        day(6),
      ),
      event('AttributeRecorded', { key: 'beds', value: '11', validFrom: day(5), source: 'phone' }, day(7)),
      event('PreferenceRecorded', { topic: 'calls', value: 'after six' }, day(8)),
      event('PreferenceRecorded', { topic: 'calls', value: 'never' }, day(4)),
      event(
        'NeedIdentified',
        { needId: needId('ride'), kind: 'UNMET', basis: 'STATED', code: 'ride' } as const,
        day(3),
      ),
      event(
        'NeedIdentified',
        { needId: needId('calm'), kind: 'DESIRED_FEELING', basis: 'INFERRED', code: 'calm' } as const,
        day(4),
      ),
      event('NeedMet', { needId: needId('ride'), byEventId: met }, day(9)),
      event('ConsentGranted', { ...consent, basis: 'Form.', expiresAt: day(30) }, day(5)),
      event('ConsentWithdrawn', { ...consent, channel: 'ANY' } as const, day(12)),
    );
    await ledger.record(relationshipId('tie'), opened(relationshipId('tie')));
    await ledger.shown();
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const at = async (fields: string, days: number) => {
    const query = `query ($id: ID!, $asOf: DateTime!) { party(id: $id) { ${fields} }
      same: party(id: $id) { roles(asOf: $asOf) } }`;
    const { data, errors } = await read.ask(query, { id: they, asOf: day(days) });
    expect(errors).toBeUndefined();
    return data?.['party'];
  };

  it('says which roles it had when, and has now', async () => {
    expect(await at('roles then: roles(asOf: $asOf)', 15)).toEqual({
      roles: ['RELATED_PERSON'],
      then: ['PATIENT', 'RELATED_PERSON'],
    });
    const filtered = `{ parties(filter: { role: RELATED_PERSON }) { totalCount nodes { id } } }`;
    expect((await read.ask(filtered)).data?.['parties']).toEqual({ totalCount: 1, nodes: [{ id: they }] });
  });

  it.each([
    [4, []],
    [14, [{ value: '11', unit: null, source: 'phone' }]],
    [15, [{ value: '12', unit: 'beds', source: 'survey' }]],
    [25, []],
  ])('shows the attribute that was valid on day %i', async (days, expected) => {
    expect(await at('attributes(asOf: $asOf) { value unit source }', days)).toEqual({ attributes: expected });
  });

  it('shows the latest preference on a topic, in whatever order they came', async () => {
    expect(await at('preferences { topic value since }', 0)).toEqual({
      preferences: [{ topic: 'calls', value: 'after six', since: day(8) }],
    });
  });

  it('shows needs, and in how many days they were met', async () => {
    expect(
      await at(
        'needs { code daysToMeet metBy } open: needs(status: OPEN) { code } met: needs(status: MET) { code }',
        0,
      ),
    ).toEqual({
      needs: [
        { code: 'ride', daysToMeet: 6, metBy: met },
        { code: 'calm', daysToMeet: null, metBy: null },
      ],
      open: [{ code: 'calm' }],
      met: [{ code: 'ride' }],
    });
    const query = `query ($id: ID!) { relationship(id: $id) { needs(status: OPEN) { code } }
      needs(filter: { status: OPEN }) { totalCount nodes { code party { id } } } }`;
    expect((await read.ask(query, { id: relationshipId('tie') })).data).toEqual({
      relationship: { needs: [{ code: 'calm' }] },
      needs: { totalCount: 1, nodes: [{ code: 'calm', party: { id: they } }] },
    });
  });

  it.each([
    [4, []],
    [5, [{ channel: 'EMAIL', status: 'GRANTED' }]],
    [
      12,
      [
        { channel: 'EMAIL', status: 'WITHDRAWN' },
        { channel: 'ANY', status: 'WITHDRAWN' },
      ],
    ],
  ])('shows where consent stood on day %i', async (days, consents) => {
    expect(await at('consents(asOf: $asOf) { channel status }', days)).toEqual({ consents });
  });

  it('takes as many statements for many parties as for one', async () => {
    const query = `query ($first: Int!) { parties(first: $first) { nodes { roles(asOf: "2026-02-01T00:00:00Z")
      attributes { value } preferences { value } needs { code } consents { status } mergedFrom { id } } } }`;
    const [one, two] = [await read.ask(query, { first: 1 }), await read.ask(query, { first: 2 })];
    expect([one.errors, two.errors]).toEqual([undefined, undefined]);
    expect(two.statements).toBe(one.statements);
  });

  it('shows no text of one that was erased, nor finds it by name, but that it was', async () => {
    await ledger.record(
      they,
      event('ErasureRequested', {}, day(40)),
      event('PersonErased', { keyId: deriveId('key', 'x') }, day(41)),
    );
    await ledger.shown();
    const query = `query ($id: ID!) { party(id: $id) { id displayName erasedAt identities { value } attributes { value }
        preferences { value } needs { code } consents { basis } relationships { totalCount } }
      partyByIdentity(system: "MRN", value: "17") { id } needs { totalCount } }`;
    expect((await read.ask(query, { id: they })).data).toEqual({
      party: {
        id: they,
        displayName: '(erased)',
        erasedAt: day(41),
        identities: [],
        attributes: [],
        preferences: [],
        needs: [],
        consents: [],
        relationships: { totalCount: 1 },
      },
      partyByIdentity: null,
      needs: { totalCount: 0 },
    });
  });
});
