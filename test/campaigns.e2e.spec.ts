import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { projections } from '../libs/read-models/read-models.js';

let api: TestApi;
let we: string;
let ada: string;
let bob: string;
let relationshipId: string;
beforeAll(async () => {
  api = await testApi(projections);
  [we, ada, bob] = [await register('We'), await register('Ada'), await register('Bob')];
  const tie = { a: we, b: ada, kind: 'PHYSICIAN_RELATIONS', occurredAt: '2026-01-01T00:00:00Z' };
  relationshipId = idIn(await mutate('openRelationship', tie, 'relationship { id }'), 'relationship');
});
afterAll(() => api.stop());

type Payload = Readonly<Record<string, unknown>>;
const idIn = (payload: Payload, field: string): string => (payload[field] as { id: string }).id;

async function mutate(name: string, input: object, selection = ''): Promise<Payload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) {
    errors { code path ... on StateConflict { current } } ${selection} } }`;
  const { data, errors } = await api.ask(query, { variables: { input } });
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.[name] as Payload;
}

async function register(displayName: string): Promise<string> {
  const known = { kind: 'PERSON', displayName, occurredAt: '2026-01-01T00:00:00Z' };
  return idIn(await mutate('registerParty', known, 'party { id }'), 'party');
}

const plan = (more: object = {}): object => ({
  name: 'Heart month',
  audiences: [{ name: 'physicians', partyIds: [ada] }],
  channels: ['EMAIL'],
  window: { from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z' },
  budget: { amountMinor: 500_000, currency: 'USD' },
  occurredAt: '2026-01-10T00:00:00Z',
  ...more,
});
const cost = (campaignId: string, amountMinor: number): object => ({
  campaignId,
  amount: { amountMinor, currency: 'USD' },
  kind: 'PRINT',
  incurredOn: '2026-01-20',
});

describe('a campaign', () => {
  it('is planned, run and read back with what it cost and brought', async () => {
    const planned = await mutate('planCampaign', plan(), 'campaign { id state }');
    expect(planned).toMatchObject({ errors: [], campaign: { state: 'PLANNED' } });
    const campaignId = idIn(planned, 'campaign');
    const on = (day: number): object => ({ campaignId, occurredAt: `2026-02-0${String(day)}T00:00:00Z` });
    expect(await mutate('launchCampaign', on(1), 'campaign { state }')).toMatchObject({
      campaign: { state: 'LAUNCHED' },
    });
    await mutate('pauseCampaign', on(2));
    await mutate('launchCampaign', on(3));
    const paid = await mutate(
      'recordCampaignCost',
      cost(campaignId, 1000),
      'campaign { costEntries { nodes { id } } }',
    );
    const { costEntries } = paid['campaign'] as { costEntries: { nodes: { id: string }[] } };
    const refund = { campaignId, costId: costEntries.nodes[0]?.id, refundedOn: '2026-01-22', reason: 'Misprint.' };
    await mutate('refundCampaignCost', { ...refund, amount: { amountMinor: 400, currency: 'USD' } });
    for (const [partyId, kind] of [
      [ada, 'CALLED'],
      [bob, 'VISITED'],
      [ada, 'AUTOMATED'],
    ]) {
      const answered = { campaignId, partyId, kind, occurredAt: '2026-02-05T00:00:00Z' };
      expect(await mutate('recordCampaignResponse', answered)).toMatchObject({ errors: [] });
    }
    const touch = { relationshipId, channel: 'EMAIL', direction: 'INBOUND', intent: 'ASK', campaignId };
    expect(
      await mutate('recordTouch', { ...touch, occurredAt: '2026-02-05T00:00:00Z' }, 'touch { campaign { name } }'),
    ).toMatchObject({ errors: [], touch: { campaign: { name: 'Heart month' } } });
    expect(
      await mutate(
        'endCampaign',
        on(9),
        `campaign { state cost { net { amountMinor currency } } responses { total counted organic parties }
          costPerResponse { amountMinor currency } touches { count reached } }`,
      ),
    ).toEqual({
      errors: [],
      campaign: {
        state: 'ENDED',
        cost: [{ net: { amountMinor: 600, currency: 'USD' } }],
        responses: { total: 3, counted: 2, organic: 1, parties: 2 },
        costPerResponse: [{ amountMinor: 300, currency: 'USD' }],
        touches: { count: 1, reached: 1 },
      },
    });
  });

  describe('refuses', () => {
    const UNKNOWN = 'cmp_01jd0000000000000000000000';
    let campaignId: string;
    let costId: string;
    beforeAll(async () => {
      campaignId = idIn(await mutate('planCampaign', plan(), 'campaign { id }'), 'campaign');
      const paid = await mutate(
        'recordCampaignCost',
        cost(campaignId, 100),
        'campaign { costEntries { nodes { id } } }',
      );
      costId = (paid['campaign'] as { costEntries: { nodes: { id: string }[] } }).costEntries.nodes[0]!.id;
    });

    it.each<[what: string, mutation: string, input: () => object, error: object]>([
      [
        'to end before it begins',
        'planCampaign',
        () => plan({ window: { from: '2026-03-01T00:00:00Z', to: '2026-02-01T00:00:00Z' } }),
        { code: 'INVALID_INPUT', path: ['window', 'to'] },
      ],
      [
        'to address whom nobody knows',
        'planCampaign',
        () => plan({ audiences: [{ name: 'x', partyIds: ['pty_01jd0000000000000000000000'] }] }),
        { code: 'PARTY_UNKNOWN', path: ['audiences', '0', 'partyIds', '0'] },
      ],
      [
        'to pause before it runs',
        'pauseCampaign',
        () => ({ campaignId }),
        { code: 'STATE_CONFLICT', current: 'PLANNED' },
      ],
      ['what nobody planned', 'launchCampaign', () => ({ campaignId: UNKNOWN }), { code: 'CAMPAIGN_UNKNOWN' }],
      [
        'a touch of what nobody planned',
        'recordTouch',
        () => ({
          ...{ relationshipId, channel: 'EMAIL', direction: 'INBOUND', intent: 'ASK', campaignId: UNKNOWN },
          occurredAt: '2026-02-05T00:00:00Z',
        }),
        { code: 'CAMPAIGN_UNKNOWN', path: ['campaignId'] },
      ],
      [
        'a negative cost',
        'recordCampaignCost',
        () => cost(campaignId, -1),
        { code: 'INVALID_INPUT', path: ['amount', 'amountMinor'] },
      ],
      [
        'more back than was spent',
        'refundCampaignCost',
        () => ({
          ...{ campaignId, costId, refundedOn: '2026-01-22', reason: 'x' },
          amount: { amountMinor: 101, currency: 'USD' },
        }),
        { code: 'STATE_CONFLICT', current: '100' },
      ],
      [
        'currencies mixed',
        'refundCampaignCost',
        () => ({
          ...{ campaignId, costId, refundedOn: '2026-01-22', reason: 'x' },
          amount: { amountMinor: 1, currency: 'EUR' },
        }),
        { code: 'INVALID_INPUT', path: ['amount', 'currency'] },
      ],
      [
        'that somebody outside was addressed',
        'recordCampaignResponse',
        () => ({ campaignId, partyId: bob, kind: 'CALLED', organic: false, occurredAt: '2026-02-05T00:00:00Z' }),
        { code: 'INVALID_INPUT', path: ['organic'] },
      ],
    ])('%s', async (_, mutation, input, error) => {
      expect((await mutate(mutation, input()))['errors']).toMatchObject([error]);
    });
  });
});
