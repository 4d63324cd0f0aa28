import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type CampaignId } from '../../event-sourcing/id.js';
import type { CampaignPlan } from '../../ledger/campaign/campaign.js';
import type { CostFacts } from '../../ledger/campaign/cost.js';
import type { ResponseFacts } from '../../ledger/campaign/response.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { TouchFacts } from '../../ledger/touch/touch.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, partyId, relationshipId, SAID, touchId } from '../testing/given-ledger.js';

const campaignId = (name: string): CampaignId => deriveId('cmp', name);
const [ada, bob, they] = [partyId('ada'), partyId('bob'), partyId('they')];
const [spring, autumn] = [campaignId('spring'), campaignId('autumn')];
const AMENDMENT = { targetEventId: deriveId('evt', 'any'), reason: 'It was otherwise.' };

const planned = (id: CampaignId, days: number, more: Partial<CampaignPlan> = {}): LedgerEvent => {
  const plan: CampaignPlan = {
    campaignId: id,
    name: 'Heart month',
    audiences: [{ name: 'physicians', partyIds: [ada] }],
    channels: ['EMAIL'],
    window: { from: day(days), to: day(days + 30) },
    budgetMinor: 500_000,
    currency: 'USD',
    ...more,
  };
  return event('CampaignPlanned', plan, day(days));
};
const costId = (name: string) => deriveId('cst', name);
const cost = (name: string, more: Partial<CostFacts> = {}): LedgerEvent =>
  event('CampaignCostRecorded', { costId: costId(name), ...COST, ...more }, day(5));
const COST: CostFacts = { amountMinor: 1000, currency: 'USD', kind: 'PRINT', incurredOn: '2026-01-05' };
const responseId = (name: string) => deriveId('rsp', name);
const response = (name: string, more: Partial<ResponseFacts> = {}): LedgerEvent =>
  event('CampaignResponseRecorded', { responseId: responseId(name), ...RESPONSE, ...more }, day(6));
const RESPONSE: ResponseFacts = { partyId: ada, kind: 'CALLED', organic: false };
const touched = (name: string, more: Partial<TouchFacts> = {}): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID, campaignId: spring, ...more }, day(7));

const RESULTS = `query ($id: ID!) { campaign(id: $id) {
  name state stateSince plannedAt window { from to } budget { amountMinor currency } channels
  audiences { name partyIds size }
  cost { net { amountMinor currency } spent { amountMinor } refunded { amountMinor } }
  responses { total counted organic parties byKind { kind count } }
  costPerResponse { amountMinor currency }
  touches { count reached }
} }`;

const SHOWN = {
  name: 'Heart month',
  state: 'ENDED',
  stateSince: day(30),
  plannedAt: day(0),
  window: { from: day(0), to: day(30) },
  budget: { amountMinor: 500_000, currency: 'USD' },
  channels: ['EMAIL'],
  audiences: [{ name: 'physicians', partyIds: [ada], size: 1 }],
  cost: [
    { net: { amountMinor: 300, currency: 'EUR' }, spent: { amountMinor: 300 }, refunded: { amountMinor: 0 } },
    { net: { amountMinor: 3000, currency: 'USD' }, spent: { amountMinor: 3400 }, refunded: { amountMinor: 400 } },
  ],
  responses: {
    total: 4,
    counted: 3,
    organic: 1,
    parties: 2,
    byKind: [
      { kind: 'CALLED', count: 2 },
      { kind: 'AUTOMATED', count: 1 },
      { kind: 'VISITED', count: 1 },
    ],
  },
  costPerResponse: [
    { amountMinor: 100, currency: 'EUR' },
    { amountMinor: 1000, currency: 'USD' },
  ],
  touches: { count: 3, reached: 2 },
};

describe('campaigns', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    await ledger.record(spring, planned(spring, 0), event('CampaignLaunched', {}, day(1)));
    await ledger.record(
      spring,
      cost('a'),
      cost('b'),
      cost('never'),
      cost('abroad', { amountMinor: 300, currency: 'EUR' }),
    );
    await ledger.record(
      spring,
      refunded('back', 400),
      refunded('not back', 100),
      event('CampaignCostCorrected', {
        costId: costId('b'),
        ...AMENDMENT,
        replacement: { ...COST, amountMinor: 2400 },
      }),
      event('CampaignCostRetracted', { costId: costId('never'), ...AMENDMENT }),
      event('CampaignCostRetracted', { costId: costId('not back'), ...AMENDMENT }),
    );
    await ledger.record(
      spring,
      response('a'),
      response('b', { partyId: bob, organic: true }),
      response('c'),
      response('d'),
    );
    await ledger.record(
      spring,
      event('CampaignEnded', {}, day(30)),
      response('late', { kind: 'AUTOMATED' }),
      event('CampaignResponseCorrected', {
        responseId: responseId('c'),
        ...AMENDMENT,
        replacement: { ...RESPONSE, kind: 'VISITED' as const, occurredAt: day(8) },
      }),
      event('CampaignResponseRetracted', { responseId: responseId('d'), ...AMENDMENT }),
    );
    await ledger.record(autumn, planned(autumn, 40, { audiences: [{ name: 'readers' }], channels: ['FAX'] }));
    await touch();
    await ledger.shown();
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const refunded = (name: string, amountMinor: number): LedgerEvent =>
    event('CampaignCostRefunded', {
      refundId: costId(name),
      costId: costId('a'),
      amountMinor,
      currency: 'USD',
      refundedOn: '2026-01-09',
      reason: 'Misprint.',
    });

  /** Two contacts with them, one with Bob that is an entry in both relationships, and some that do not count. */
  async function touch(): Promise<void> {
    for (const name of ['tie', 'tie with bob']) {
      const id = relationshipId(name);
      const sides = { a: partyId('we'), b: name === 'tie' ? they : bob };
      const opened = { relationshipId: id, ...sides, kind: 'CARE', intent: 'UNKNOWN' } as const;
      await ledger.record(id, event('RelationshipOpened', opened, day(0)));
    }
    const bobToo = { participants: [...SAID.participants, { partyId: bob, side: 'B' as const }] };
    const tie = relationshipId('tie');
    await ledger.record(tie, touched('one'), touched('bounced', { outcome: 'BOUNCED' }), touched('both', bobToo));
    await ledger.record(relationshipId('tie with bob'), touched('both', bobToo));
    await ledger.record(tie, touched('gone'), touched('machine', { outcome: 'AUTOMATED' }), touched('other'));
    const replacement = { ...SAID, campaignId: autumn, occurredAt: day(7) };
    await ledger.record(
      tie,
      event('TouchRetracted', { touchId: touchId('gone'), ...AMENDMENT }),
      event('TouchCorrected', { touchId: touchId('other'), ...AMENDMENT, replacement }),
    );
  }

  it('show what a campaign cost and brought, with what is true of each entry now', async () => {
    const { data, errors } = await read.ask(RESULTS, { id: spring });
    expect(errors).toBeUndefined();
    expect(data?.['campaign']).toEqual(SHOWN);
  });

  it('show the same when they are built anew', async () => {
    await ledger.rebuild();
    expect((await read.ask(RESULTS, { id: spring })).data?.['campaign']).toEqual(SHOWN);
  });

  it('keep what was corrected and retracted visible', async () => {
    const query = `query ($id: ID!, $all: Boolean!) { campaign(id: $id) {
      costEntries(includeRetracted: $all) { totalCount nodes { id refundOf amount { amountMinor } kind day retracted amendments { kind reason } } }
      responseEntries(includeRetracted: $all, first: 1) { totalCount nodes { id party { id } kind occurredAt amendments { kind } } }
    } }`;
    const { data, errors } = await read.ask(query, { id: spring, all: true });
    expect(errors).toBeUndefined();
    const { costEntries, responseEntries } = data?.['campaign'] as unknown as {
      costEntries: { totalCount: number; nodes: { id: string }[] };
      responseEntries: object;
    };
    expect(costEntries.totalCount).toBe(6);
    const costOf = (name: string) => costEntries.nodes.find(({ id }) => id === costId(name));
    expect(costOf('b')).toMatchObject({
      amount: { amountMinor: 2400 },
      retracted: false,
      amendments: [{ kind: 'CORRECTED' }],
    });
    expect(costOf('never')).toMatchObject({
      retracted: true,
      amendments: [{ kind: 'RETRACTED', reason: AMENDMENT.reason }],
    });
    expect(costOf('back')).toMatchObject({ refundOf: costId('a'), kind: null, day: '2026-01-09' });
    expect(responseEntries).toMatchObject({
      totalCount: 5,
      nodes: [{ id: responseId('c'), kind: 'VISITED', occurredAt: day(8), amendments: [{ kind: 'CORRECTED' }] }],
    });
    const standing = await read.ask(query, { id: spring, all: false });
    expect(standing.data?.['campaign']).toMatchObject({
      costEntries: { totalCount: 4 },
      responseEntries: { totalCount: 4 },
    });
  });

  it('list what is wanted, the last one planned first', async () => {
    const query = `query ($filter: CampaignFilter) { campaigns(filter: $filter) { totalCount nodes { id audiences { size } } } }`;
    const listed = async (filter: object) => {
      const { data, errors } = await read.ask(query, { filter });
      expect(errors).toBeUndefined();
      return (data?.['campaigns']?.['nodes'] as unknown as { id: string }[]).map(({ id }) => id);
    };
    expect(await listed({})).toEqual([autumn, spring]);
    expect(await listed({ state: 'PLANNED' })).toEqual([autumn]);
    expect(await listed({ channel: 'EMAIL' })).toEqual([spring]);
    expect(await listed({ partyId: ada })).toEqual([spring]);
    expect(await listed({ from: day(29), to: day(40) })).toEqual([spring]);
    expect(await listed({ from: day(30) })).toEqual([autumn]);
  });

  it('are found by their ids, and from the contacts that belong to them', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Touch { campaign { id } } } }`;
    const { data, errors } = await read.ask(query, { ids: [spring, touchId('other'), campaignId('unknown')] });
    expect(errors).toBeUndefined();
    expect(data?.['nodes']).toEqual([
      { __typename: 'Campaign', id: spring },
      { __typename: 'Touch', id: touchId('other'), campaign: { id: autumn } },
      null,
    ]);
  });

  it('are counted among touches', async () => {
    const query = `query ($id: ID!) {
      byCampaign: touchStats(groupBy: CAMPAIGN) { key count }
      ofOne: touchStats(filter: { campaignId: $id }, groupBy: CHANNEL) { key count relationships minutes } }`;
    const { data, errors } = await read.ask(query, { id: spring });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      byCampaign: [
        { key: spring, count: 4 },
        { key: autumn, count: 1 },
      ],
      ofOne: [{ key: 'EMAIL', count: 4, relationships: 2, minutes: 0 }],
    });
  });

  it('need no more statements for many than for one', async () => {
    const query = `query ($first: Int!) { campaigns(first: $first) { nodes {
      id cost { net { amountMinor } } responses { counted parties } costPerResponse { currency } touches { count reached }
      costEntries(first: 2) { totalCount nodes { id } } responseEntries(first: 2) { nodes { id party { id } } } } } }`;
    const one = await read.ask(query, { first: 1 });
    const many = await read.ask(query, { first: 2 });
    expect([one.errors, many.errors]).toEqual([undefined, undefined]);
    expect(many.statements).toBeLessThanOrEqual(one.statements + 1); // only the first page has parties to look up
  });

  it('is as relevant as the parties that it reached let it be: each counts once', async () => {
    const [id, one] = [campaignId('relevant'), relationshipId('relevant')];
    const names = ['re glad', 're bored', 're gone', 're both', 're late', 're unreached'];
    for (const name of names) {
      const known = { partyId: partyId(name), kind: 'PERSON', displayName: name, roles: [] } as const;
      await ledger.record(partyId(name), event('PartyRegistered', known, day(0)));
    }
    const mailed = (name: string, more: Partial<TouchFacts> = {}) =>
      touched(name, {
        campaignId: id,
        participants: [
          { partyId: partyId('we'), side: 'A' },
          { partyId: partyId(name), side: 'B' },
        ],
        ...more,
      });
    await ledger.record(id, planned(id, 0));
    const touches = await ledger.record(
      one,
      ...names.map((name) => mailed(name, name === 're unreached' ? { outcome: 'BOUNCED' } : {})),
    );
    const bored = (name: string) =>
      event(
        'FeedbackReceived',
        {
          ...{ feedbackId: deriveId('fbk', name), by: partyId(name), kind: 'IRRELEVANT_OUTREACH' as const },
          aboutEventId: touches[names.indexOf(name)]!,
        },
        day(8),
      );
    await ledger.record(one, bored('re bored'), bored('re both'));
    const withdrawn = { purpose: 'MARKETING', channel: 'ANY' } as const;
    for (const [name, days] of [
      ['re gone', 9],
      ['re both', 10],
      ['re late', 38],
    ] as const) {
      await ledger.record(partyId(name), event('ConsentWithdrawn', withdrawn, day(days)));
    }
    await ledger.shown();
    const { data, errors } = await read.ask(
      `query ($id: ID!) { campaign(id: $id) { relevance { shareBp reached irrelevant optedOut } } }`,
      { id },
    );
    expect(errors).toBeUndefined();
    expect(data?.['campaign']?.['relevance']).toEqual({ shareBp: 4000, reached: 5, irrelevant: 2, optedOut: 2 });
  });
});
