import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { rapport, type Ended } from '../apps/cli/testing/rapport.js';
import type { Recorded } from '../libs/event-sourcing/event.js';

let api: TestApi;
/** A ledger of its own. */
let elsewhere: TestApi;
let folder: string;
beforeAll(async () => {
  [api, elsewhere] = [await testApi(), await testApi()];
  folder = mkdtempSync(join(tmpdir(), 'rapport-import-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await api.stop();
  await elsewhere.stop();
});

interface Result {
  readonly position: string | null;
  readonly recorded: number;
  readonly repeated: number;
  readonly rejectedRows: number;
}

/** A tenant of a ledger. */
interface Place {
  readonly of: TestApi;
  readonly tenant: string;
}

async function run({ of, tenant }: Place, ...args: readonly string[]): Promise<Ended> {
  return rapport({ RAPPORT_URL: of.url, RAPPORT_TOKEN: await of.token({ tenant }) })(...args);
}

async function imported(into: Place, type: string, name: string, content: string): Promise<Result> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const { stdout, stderr } = await run(into, 'import', path, '--type', type, '--source', 'crm', '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Result;
}

async function events({ of, tenant }: Place): Promise<Recorded[]> {
  const found: Recorded[] = [];
  for await (const page of of.store.readAll({ tenantId: tenant })) found.push(...page.events);
  return found;
}

const HERE = (): Place => ({ of: api, tenant: 'demo' });

const table = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;
const FILES: readonly (readonly [type: string, name: string, content: string])[] = [
  ['relationships', 'ties.csv', table('id,a,b,kind,at', 'r1,we,ada,PHYSICIAN_RELATIONS,2025-01-02T09:00:00Z')],
  [
    'trust-actions',
    'trust.csv',
    table(
      'id,by,to,kind,at,asked,gift value minor,currency,relationship',
      't1,we,ada,GUIDANCE,2025-01-10T09:00:00Z,yes,,,r1',
      't2,we,ada,GIFT,2025-01-11T09:00:00Z,no,2500,USD,r1',
      't3,we,cy,CARE,2025-01-12T09:00:00Z,,,,',
    ),
  ],
  [
    'commitments',
    'promises.csv',
    table(
      'id,owed by,owed to,text,due,made at,kept at,broken at,relationship',
      'p1,we,ada,Send the paper,2025-02-01T09:00:00Z,2025-01-12T09:00:00Z,2025-01-30T09:00:00Z,,r1',
      'p2,ada,we,Call back,2025-02-01T09:00:00Z,2025-01-12T09:00:00Z,,2025-02-09T09:00:00Z,r1',
    ),
  ],
  [
    'feedback',
    'voices.ndjson',
    table(
      '{"id":"f1","by":"ada","relationship":"r1","kind":"NPS","score":9,"at":"2025-03-01T09:00:00Z"}',
      '{"id":"f2","by":"cy","about":"we","kind":"complaint","text":"Nobody calls.","at":"2025-03-02T09:00:00Z","acknowledgedAt":"2025-03-03T09:00:00Z","resolvedAt":"2025-03-09T09:00:00Z"}',
    ),
  ],
  [
    'referrals',
    'referrals.csv',
    table(
      'id,referrer,case,target,service line,at,sent at,seen at,leaked at,leak reason,parent,relationship',
      'x1,ada,case 17,clinic,cardiology,2025-04-01T09:00:00Z,2025-04-02T09:00:00Z,2025-04-20T09:00:00Z,,,,r1',
      'x2,ada,case 18,clinic,cardiology,2025-04-01T09:00:00Z,,,2025-04-21T09:00:00Z,too far,x1,r1',
    ),
  ],
  [
    'campaigns',
    'campaigns.ndjson',
    table(
      '{"id":"c1","name":"Heart month","parties":["ada","cy"],"channels":["EMAIL","EVENT"],"from":"2025-02-01T00:00:00Z","to":"2025-03-01T00:00:00Z","budgetMinor":500000,"currency":"USD","at":"2025-01-15T09:00:00Z","launchedAt":"2025-02-01T09:00:00Z","endedAt":"2025-03-01T09:00:00Z"}',
    ),
  ],
  [
    'campaign-costs',
    'costs.csv',
    table(
      'id,campaign,amount,currency,kind,date',
      'k1,c1,120000,USD,print,2025-02-03',
      'k2,c1,300,EUR,postage,2025-02-04',
    ),
  ],
  [
    'campaign-responses',
    'responses.csv',
    table(
      'id,campaign,party,kind,at',
      'a1,c1,ada,called,2025-02-05T09:00:00Z',
      'a2,c1,stranger,clicked,2025-02-06T09:00:00Z',
    ),
  ],
  ['touches', 'touches.csv', table('id,relationship,direction,at,campaign', 'm1,r1,INBOUND,2025-02-02T09:00:00Z,c1')],
];

describe('every concept is imported from a table or from lines of JSON', () => {
  let first: Result[];
  beforeAll(async () => {
    first = [];
    for (const file of FILES) first.push(await imported(HERE(), ...file));
  });

  it('without a rejected row', () => {
    expect(first.map(({ rejectedRows }) => rejectedRows)).toEqual(FILES.map(() => 0));
  });

  it('as the facts that the rows tell', async () => {
    const all = await events(HERE());
    const count = (type: string) => all.filter((event) => event.type === type).length;
    const dataOf = (type: string) => all.filter((event) => event.type === type).map(({ data }) => data);
    expect(dataOf('TrustActionRecorded')).toMatchObject([
      { kind: 'GUIDANCE', asked: true },
      { kind: 'GIFT', giftValueMinor: 2500, currency: 'USD' },
      { kind: 'CARE', asked: false },
    ]);
    expect(dataOf('CommitmentKept')).toMatchObject([{ lateDays: 0 }]);
    expect(count('CommitmentBroken')).toBe(1);
    expect(dataOf('FeedbackReceived')).toMatchObject([{ kind: 'NPS', score: 9 }, { kind: 'COMPLAINT' }]);
    expect(count('FeedbackResolved')).toBe(1);
    expect(dataOf('ReferralMade')).toMatchObject([{ subjectRef: 'case 17', serviceLine: 'cardiology' }, {}]);
    const [parent, child] = dataOf('ReferralMade') as { referralId: string; parentReferralId?: string }[];
    expect(child?.parentReferralId).toBe(parent?.referralId);
    expect(dataOf('ReferralLeaked')).toMatchObject([{ reason: 'too far' }]);
    expect([count('ReferralSent'), count('ReferralSeen')]).toEqual([1, 1]);
    expect(dataOf('CampaignPlanned')).toMatchObject([{ name: 'Heart month', budgetMinor: 500_000 }]);
    expect([count('CampaignLaunched'), count('CampaignEnded')]).toEqual([1, 1]);
    expect(dataOf('CampaignCostRecorded')).toMatchObject([{ currency: 'USD' }, { currency: 'EUR', kind: 'POSTAGE' }]);
    expect(dataOf('CampaignResponseRecorded')).toMatchObject([{ organic: false }, { organic: true }]);
    const [campaign] = dataOf('CampaignPlanned') as { campaignId: string }[];
    expect(dataOf('TouchRecorded')).toMatchObject([{ campaignId: campaign?.campaignId }]);
    const rows = all.filter(({ type }) => !type.startsWith('Import'));
    expect(rows.every(({ actor }) => actor.kind === 'IMPORT')).toBe(true);
  });

  it('once, however often', async () => {
    const before = await events(HERE());
    for (const file of FILES) expect(await imported(HERE(), ...file)).toMatchObject({ recorded: 0, rejectedRows: 0 });
    expect(await events(HERE())).toHaveLength(before.length);
  });
});

describe('an export', () => {
  const THERE = (): Place => ({ of: elsewhere, tenant: 'demo' });
  let original: Recorded[];
  let exported: string;
  beforeAll(async () => {
    await correctAndRetract();
    original = await events(HERE());
    const { stdout, code } = await run(HERE(), 'export');
    expect(code).toBe(0);
    exported = stdout;
  });

  /** All that an event says but where and when it was recorded, and by whom. */
  const factsOf = ({ position: _, recordedAt: __, actor: ___, ...fact }: Recorded): object => fact;

  it('is taken back fact by fact, in its order and with its ids', async () => {
    expect(exported.trim().split('\n')).toHaveLength(original.length);
    const taken = await imported(THERE(), 'events', 'export.ndjson', exported);
    expect(taken).toMatchObject({ recorded: original.length, repeated: 0, rejectedRows: 0 });
    const back = await events(THERE());
    expect(back.map(factsOf)).toEqual(original.map(factsOf));
    expect(back.every(({ actor }) => actor.id === 'ann' && actor.kind === 'IMPORT')).toBe(true);
  });

  it('is taken back once, and what follows goes on from there', async () => {
    const again = await imported(THERE(), 'events', 'export.ndjson', exported);
    expect(again).toMatchObject({ recorded: 0, repeated: original.length, rejectedRows: 0 });
    const [type, name, content] = FILES[1]!;
    const more = `${content}t4,we,ada,CARE,2025-01-13T09:00:00Z,,,,r1\n`;
    expect(await imported(THERE(), type, name, more)).toMatchObject({ recorded: 1, rejectedRows: 0 });
    // The stream went on: an export that goes on otherwise contradicts it.
    expect(await imported(HERE(), type, name, `${content}t5,we,ada,CARE,2025-01-14T09:00:00Z,,,,r1\n`)).toMatchObject({
      recorded: 1,
    });
    const { stdout } = await run(HERE(), 'export');
    expect(await imported(THERE(), 'events', 'other.ndjson', stdout)).toMatchObject({
      recorded: 2, // that the other file was imported
      repeated: original.length,
      rejectedRows: 1,
    });
  });

  it('is taken back into another tenant, where events have other ids and are named by them', async () => {
    const copy: Place = { of: api, tenant: 'copy' };
    expect(await imported(copy, 'events', 'export.ndjson', exported)).toMatchObject({
      recorded: original.length,
      rejectedRows: 0,
    });
    const copied = await events(copy);
    const renamed = new Map(original.map(({ id }, index) => [id as string, copied[index]!.id]));
    expect(new Set(renamed.values()).size).toBe(original.length);
    const named = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, inner: unknown) => renamed.get(String(inner)) ?? inner);
    expect(copied.map(({ data }) => data)).toEqual(original.map(({ data }) => named(data)));
    expect(copied.some(({ data }) => 'targetEventId' in data)).toBe(true);
  });

  it('with holes in it is taken back as far as the streams have none', async () => {
    const holes: Place = { of: api, tenant: 'holes' };
    const lines = exported.trim().split('\n');
    const opened = lines.filter((line) => !line.includes('RelationshipOpened'));
    const result = await imported(holes, 'events', 'holes.ndjson', opened.join('\n'));
    expect((await events(holes)).filter(({ stream }) => stream.startsWith('relationship'))).toEqual([]);
    expect(result.rejectedRows).toBe(opened.filter((line) => line.includes('"stream":"relationship-')).length);
  });

  it('can be tried first', async () => {
    const path = join(folder, 'export.ndjson');
    const tried: Place = { of: api, tenant: 'tried' };
    const { stdout } = await run(tried, 'import', path, '--type', 'events', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ recorded: original.length, rejectedRows: 0, dryRun: true });
    expect(await events(tried)).toEqual([]);
  });

  it('is refused when it is not in the order of the ledger, or no export at all', async () => {
    const path = join(folder, 'newest.ndjson');
    writeFileSync(path, exported.trim().split('\n').reverse().join('\n'));
    const backwards = await run(THERE(), 'import', path, '--type', 'events');
    expect(backwards.code).toBe(2);
    expect(backwards.stderr).toContain('is older than the one before it');
    expect((await run(THERE(), 'import', join(folder, 'ties.csv'), '--type', 'events')).code).toBe(2);
  });

  it.each([
    ['no event', '{"id":1}', 'stream'],
    ['of the machinery', '{"type":"ProjectionPaused","stream":"projection-demo.timeline"}', 'stream'],
    ['of a type that nobody knows', '{"type":"Nothing","stream":"party-demo.ID"}', 'type'],
    ['without a time', '{"type":"PartyIdentified","stream":"party-demo.ID"}', 'occurredAt'],
  ])('has no line that is %s', async (_, line, path) => {
    const body = line.replace('ID', 'pty_01jd0000000000000000000000');
    const authorization = `Bearer ${await api.token({ roles: ['operator'] })}`;
    const headers = { 'content-type': 'application/x-ndjson', authorization };
    const response = await fetch(`${api.url}/import/events`, { method: 'POST', headers, body });
    const [report] = (await response.text()).trim().split('\n');
    expect(JSON.parse(report!)).toMatchObject({ line: 1, code: 'INVALID_INPUT', path: [path] });
  });

  it('is for operators', async () => {
    const authorization = `Bearer ${await api.token({ roles: ['recorder', 'auditor'] })}`;
    const headers = { 'content-type': 'application/x-ndjson', authorization };
    const response = await fetch(`${api.url}/import/events`, { method: 'POST', headers, body: '' });
    expect(response.status).toBe(403);
  });

  /** Facts that name other facts. */
  async function correctAndRetract(): Promise<void> {
    const all = await events(HERE());
    const action = all.find(({ type }) => type === 'TrustActionRecorded')!;
    const cost = all.find(({ type }) => type === 'CampaignCostRecorded')!;
    const { actionId } = action.data as { actionId: string };
    const { costId } = cost.data as { costId: string };
    const idOf = (stream: string): string => stream.slice(stream.indexOf('.') + 1);
    const { data, errors } = await api.ask(
      `mutation ($action: RetractTrustActionInput!, $cost: CorrectCampaignCostInput!) {
        retractTrustAction(input: $action) { errors { code } } correctCampaignCost(input: $cost) { errors { code } } }`,
      {
        variables: {
          action: { relationshipId: idOf(action.stream), actionId, reason: 'It was somebody else.' },
          cost: { campaignId: idOf(cost.stream), costId, reason: 'Misread.', replacement: { kind: 'STAFF' } },
        },
      },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ retractTrustAction: { errors: [] }, correctCampaignCost: { errors: [] } });
  }
});
