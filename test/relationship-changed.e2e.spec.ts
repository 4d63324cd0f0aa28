import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { projections } from '../libs/read-models/read-models.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi(projections);
});
afterAll(() => api.stop());

const SINCE = '2026-01-01T00:00:00Z';

/** Sends mutations of one kind with these inputs, one after the other; their payloads. */
async function mutate<Payload>(name: string, selection: string, ...inputs: object[]): Promise<Payload[]> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const payloads: Payload[] = [];
  for (const input of inputs) {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} errors { code message } } }`;
    const { data, errors } = await api.ask(query, { variables: { input } });
    expect([errors, data?.[name]]).toMatchObject([undefined, { errors: [] }]);
    payloads.push(data?.[name] as Payload);
  }
  return payloads;
}

describe('following a relationship', () => {
  it('shows each of its changes once, in order, with read models that know of it', async () => {
    const party = (displayName: string): object => ({ kind: 'ORGANISATION', displayName, occurredAt: SINCE });
    const parties = await mutate<{ party: { id: string } }>(
      'registerParty',
      'party { id }',
      ...['A', 'B', 'C'].map(party),
    );
    const [a, b, c] = parties.map((one) => one.party.id);
    const opened = await mutate<{ position: string; relationship: { id: string } }>(
      'openRelationship',
      'position relationship { id }',
      { a, b, kind: 'VENDOR', occurredAt: SINCE },
      { a, b: c, kind: 'VENDOR', occurredAt: SINCE },
    );
    const [id, other] = opened.map(({ relationship }) => relationship.id);
    const touch = (relationshipId: string | undefined, day: number): object => ({
      relationshipId,
      channel: 'EMAIL',
      direction: 'OUTBOUND',
      intent: 'GIVE',
      occurredAt: `2026-02-${String(day).padStart(2, '0')}T00:00:00Z`,
    });
    await mutate('recordTouch', 'position', touch(id, 1), touch(other, 1), touch(id, 2));

    const client = createClient({
      url: `${api.url}/graphql`,
      headers: { authorization: `Bearer ${await api.token({ roles: ['reader'] })}` },
    });
    const changes = client.iterate<{ relationshipChanged: Change }>({
      query: `subscription ($id: ID!, $after: Position) { relationshipChanged(id: $id, after: $after) {
        type relationship { id touches { count lastTouchAt } } } }`,
      variables: { id, after: opened[0]?.position },
    });
    const seen: Change[] = [];
    for await (const { data, errors } of changes) {
      expect(errors).toBeUndefined();
      const length = seen.push(data!.relationshipChanged);
      if (length === 2) void mutate('recordTouch', 'position', touch(other, 2), touch(id, 3));
      if (length === 3) break;
    }
    client.dispose();
    expect(seen.map(({ type }) => type)).toEqual(['TouchRecorded', 'TouchRecorded', 'TouchRecorded']);
    expect(seen.map(({ relationship }) => relationship.id)).toEqual([id, id, id]);
    expect(seen.map(({ relationship }) => relationship.touches.count).slice(1)).toEqual([2, 3]);
  });
});

interface Change {
  readonly type: string;
  readonly relationship: {
    readonly id: string;
    readonly touches: { readonly count: number; readonly lastTouchAt: string };
  };
}
