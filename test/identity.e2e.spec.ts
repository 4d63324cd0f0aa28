import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { projections } from '../libs/read-models/read-models.js';

const SINCE = '2026-01-01T00:00:00Z';

describe('parties over GraphQL', () => {
  let api: TestApi;
  let clinic: string;
  let relationshipId: string;
  let ada: string;
  beforeAll(async () => {
    api = await testApi(projections);
    clinic = await register('Clinic', 'ORGANISATION');
    ada = await register('Ada');
    relationshipId = await open(clinic, ada);
  });
  afterAll(() => api.stop());

  /** Sends a mutation; its payload. Fails when the answer has an error of the request as a whole. */
  async function mutate<Payload = Sent>(name: string, input: object, selection = ''): Promise<Payload> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { replayed errors { code path } ${selection} } }`;
    const answer = await api.ask(query, { variables: { input } });
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data?.[name] as Payload;
  }
  const carriedOut = async (name: string, input: object, selection = '') => {
    const payload = await mutate<Sent & { party: unknown }>(name, input, selection);
    expect(payload.errors).toEqual([]);
    return payload.party;
  };
  const refusal = async (name: string, input: object) => (await mutate(name, input)).errors[0];

  async function register(displayName: string, kind = 'PERSON'): Promise<string> {
    const identities = [{ system: 'MRN', value: displayName }];
    const input = { kind, displayName, identities, occurredAt: SINCE };
    return ((await carriedOut('registerParty', input, 'party { id }')) as { id: string }).id;
  }
  async function open(a: string, b: string): Promise<string> {
    const payload = await mutate<{ relationship: { id: string } }>(
      'openRelationship',
      { a, b, kind: 'CARE', occurredAt: SINCE },
      'relationship { id }',
    );
    return payload.relationship.id;
  }

  it('record what is known of a party, and show it at once', async () => {
    const partyId = await register('Known');
    await carriedOut('startPartyRole', { partyId, role: 'PATIENT' });
    await carriedOut('recordAttribute', { partyId, key: 'language', value: 'Portuguese', source: 'intake' });
    await carriedOut('recordPreference', { partyId, topic: 'calls', value: 'after six' });
    const identified = await carriedOut(
      'identifyNeed',
      { partyId, kind: 'UNMET', basis: 'STATED', code: 'ride', occurredAt: '2026-01-02T00:00:00Z' },
      'party { needs { id } }',
    );
    const [need] = (identified as { needs: { id: string }[] }).needs;
    await carriedOut('meetNeed', { partyId, needId: need!.id, occurredAt: '2026-01-05T00:00:00Z' });
    await carriedOut('grantConsent', { partyId, purpose: 'RESEARCH', channel: 'ANY', basis: 'Signed.' });
    const known = await carriedOut(
      'withdrawConsent',
      { partyId, purpose: 'MARKETING', channel: 'SMS' },
      `party { roles attributes { key value } preferences { topic value } needs(status: MET) { code daysToMeet }
         consents { purpose channel status } }`,
    );
    expect(known).toEqual({
      roles: ['PATIENT'],
      attributes: [{ key: 'language', value: 'Portuguese' }],
      preferences: [{ topic: 'calls', value: 'after six' }],
      needs: [{ code: 'ride', daysToMeet: 3 }],
      consents: [
        { purpose: 'RESEARCH', channel: 'ANY', status: 'GRANTED' },
        { purpose: 'MARKETING', channel: 'SMS', status: 'WITHDRAWN' },
      ],
    });
  });

  it('refuse the message of a campaign to who withdrew consent', async () => {
    const planned = await mutate<{ campaign: { id: string } }>(
      'planCampaign',
      {
        name: 'Spring',
        audiences: [{ name: 'everybody' }],
        channels: ['SMS'],
        window: { from: SINCE, to: '2027-01-01T00:00:00Z' },
        budget: { amountMinor: '0', currency: 'USD' },
      },
      'campaign { id }',
    );
    const at = '2026-03-01T00:00:00Z';
    const touch = { relationshipId, channel: 'SMS', direction: 'OUTBOUND', intent: 'SELL', occurredAt: at };
    const message = { ...touch, campaignId: planned.campaign.id };
    const missing = { code: 'CONSENT_MISSING', path: ['participants', '1'] };
    const scope = { partyId: ada, purpose: 'MARKETING', channel: 'SMS' };
    expect(await refusal('recordTouch', message)).toEqual(missing);
    await carriedOut('grantConsent', { ...scope, basis: 'Signed.', occurredAt: SINCE });
    expect(await refusal('recordTouch', message)).toBeUndefined();
    await carriedOut('withdrawConsent', { ...scope, occurredAt: '2026-04-01T00:00:00Z' });
    expect(await refusal('recordTouch', message)).toEqual(missing);
    expect(await refusal('recordTouch', touch)).toBeUndefined();
  });

  it('merge two that are one, and part them again', async () => {
    const [survivorId, absorbedId] = [await register('Survivor'), await register('Absorbed')];
    const [one, other] = [await open(clinic, survivorId), await open(clinic, absorbedId)];
    const merge = { survivorId, absorbedId, evidence: 'One phone number.' };
    expect(
      await carriedOut('mergeParties', merge, 'party { id mergedFrom { id } relationships { nodes { id } } }'),
    ).toEqual({ id: survivorId, mergedFrom: [{ id: absorbedId }], relationships: { nodes: [{ id: one }] } });
    const query = `query ($id: ID!) { relationship(id: $id) { id b { id } } }`;
    const shown = async () => (await api.ask(query, { variables: { id: other } })).data?.['relationship'];
    expect(await shown()).toEqual({ id: one, b: { id: survivorId } });
    const loop = { survivorId: absorbedId, absorbedId: survivorId, evidence: 'Round and round.' };
    expect(await refusal('mergeParties', loop)).toEqual({ code: 'MERGE_INVALID', path: ['survivorId'] });
    const parted = await carriedOut('unmergeParties', { absorbedId }, 'party { id relationships { nodes { id } } }');
    expect(parted).toEqual({ id: absorbedId, relationships: { nodes: [{ id: other }] } });
    expect(await shown()).toEqual({ id: other, b: { id: absorbedId } });
  });

  it('erase a person for good', async () => {
    const partyId = await register('Gone');
    const tie = await open(clinic, partyId);
    expect(await refusal('erasePerson', { partyId })).toMatchObject({ code: 'STATE_CONFLICT' });
    await carriedOut('requestErasure', { partyId });
    const erase = `mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { errors { code } } }`;
    const forbidden = await api.ask(erase, { variables: { input: { partyId } }, roles: ['recorder'] });
    expect(forbidden.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const shown = await carriedOut('erasePerson', { partyId }, 'party { displayName erasedAt identities { value } }');
    expect(shown).toEqual({ displayName: '(erased)', erasedAt: expect.any(String), identities: [] });
    const gone = (path: string) => ({ code: 'PARTY_ERASED', path: [path] });
    expect(await refusal('recordPreference', { partyId, topic: 'calls', value: 'x' })).toEqual(gone('partyId'));
    expect(await refusal('openRelationship', { a: ada, b: partyId, kind: 'PEER' })).toEqual(gone('b'));
    const touch = { relationshipId: tie, channel: 'EMAIL', direction: 'INBOUND', intent: 'ASK', occurredAt: SINCE };
    expect(await refusal('recordTouch', touch)).toEqual(gone('relationshipId'));
    await register('Gone'); // its name is free again
  });
});

interface Sent {
  readonly errors: readonly { readonly code: string; readonly path: readonly string[] | null }[];
}
