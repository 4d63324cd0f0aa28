import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../apps/api/import/reports.js';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { rapport, type Ended } from '../apps/cli/testing/rapport.js';
import type { Recorded } from '../libs/event-sourcing/event.js';

let api: TestApi;
let folder: string;
/** A tenant of its own for each test. */
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

beforeEach(() => {
  tenant = `t${String(++tenants)}`;
  folder = mkdtempSync(join(tmpdir(), 'rapport-import-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<Ended> {
  return rapport({ RAPPORT_URL: api.url, RAPPORT_TOKEN: await api.token({ tenant }) })(...args);
}

interface Result {
  readonly rows: number;
  readonly recorded: number;
  readonly repeated: number;
  readonly rejectedRows: number;
  readonly rejectedFile: string | null;
}

/** Writes a file and imports it; the result as JSON. */
async function imported(name: string, content: string | Buffer, ...args: readonly string[]): Promise<Result> {
  const { stdout, stderr } = await run('import', file(name, content), '--json', ...args);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Result;
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const rejected = (name = 'rejected.csv'): string => readFileSync(join(folder, name), 'utf8');

async function events(type?: string): Promise<Recorded[]> {
  const found: Recorded[] = [];
  for await (const page of api.store.readAll({ tenantId: tenant, ...(type && { types: [type] }) })) {
    found.push(...page.events);
  }
  return found;
}
const dataOf = async (type: string): Promise<object[]> => (await events(type)).map(({ data }) => data);

const LOG = 'sender,receiver,time\nann,bob,1700000600\nbob,ann,1700000000\nann,cy,2023-11-14T23:13:20+01:00\n';
const LOG_MAP = ['--type', 'touches', '--map', 'sender=from,receiver=to,time=at'];

describe('a bare log of who turned to whom and when', () => {
  it('becomes parties, relationships from their first touch, and touches with their direction', async () => {
    expect(await imported('log.csv', LOG, ...LOG_MAP)).toMatchObject({ rows: 3, recorded: 8, rejectedRows: 0 });

    expect(await dataOf('PartyRegistered')).toMatchObject([
      { displayName: 'ann', kind: 'PERSON' },
      { displayName: 'bob' },
      { displayName: 'cy' },
    ]);
    expect(await dataOf('PartyIdentified')).toMatchObject([{ system: 'log', value: 'ann' }, {}, {}]);
    const opened = await events('RelationshipOpened');
    expect(opened.map(({ occurredAt }) => occurredAt)).toEqual([
      '2023-11-14T22:13:20.000Z',
      '2023-11-14T22:13:20.000Z',
    ]);
    expect(opened[0]!.data).toMatchObject({ kind: 'PEER' });
    expect(await dataOf('TouchRecorded')).toMatchObject([
      { direction: 'OUTBOUND', channel: 'EMAIL', intent: 'INFORM' },
      { direction: 'INBOUND' },
      { direction: 'OUTBOUND' },
    ]);
    expect((await events('TouchRecorded'))[0]!.actor).toEqual({ id: 'ann', kind: 'IMPORT' });
  });

  it('without names of columns and with spaces between them needs nothing but its type', async () => {
    const log = '# FromNodeId ToNodeId Time\n7 12 1082008561\n12 7 1082155839\n7 12 1082155839\n';
    expect(await imported('CollegeMsg.txt', log, '--type', 'touches')).toMatchObject({ rows: 3, recorded: 6 });
    expect((await dataOf('TouchRecorded')).map((data) => (data as { direction: string }).direction)).toEqual([
      'OUTBOUND',
      'INBOUND',
      'OUTBOUND',
    ]);
  });

  it('knows our side, and takes what the user sets', async () => {
    await imported('log.csv', LOG, ...LOG_MAP, '--ours', 'bob', '--kind', 'VENDOR', '--set', 'channel=phone call');
    expect(await dataOf('RelationshipOpened')).toMatchObject([{ kind: 'VENDOR' }, { kind: 'VENDOR' }]);
    const directions = (await dataOf('TouchRecorded')).map((data) => (data as { direction: string }).direction);
    expect(directions).toEqual(['INBOUND', 'OUTBOUND', 'OUTBOUND']);
    expect(await dataOf('TouchRecorded')).toMatchObject([{ channel: 'PHONE_CALL' }, {}, {}]);
  });

  it('imported again records nothing, also rows that are equal', async () => {
    const log = `${LOG}ann,bob,1700000600\n`;
    expect(await imported('log.csv', log, ...LOG_MAP)).toMatchObject({ recorded: 9, repeated: 0 });
    const before = await events();
    expect(await imported('log.csv', log, ...LOG_MAP)).toMatchObject({ recorded: 0, repeated: 9, rejectedRows: 0 });
    expect(await events()).toEqual(before);
    expect(await dataOf('ImportCompleted')).toMatchObject([{ recorded: 9, repeated: 0, rejected: 0 }]);
  });

  it('grows: a later file of the source adds touches to the same relationships, earlier ones too', async () => {
    await imported('log.csv', LOG, ...LOG_MAP);
    const more = 'sender,receiver,time\nbob,ann,1600000000\n';
    expect(await imported('more.csv', more, ...LOG_MAP, '--source', 'log')).toMatchObject({ recorded: 1, repeated: 3 });
    const touched = new Set((await events('TouchRecorded')).map(({ stream }) => stream));
    expect(touched.size).toBe(2);
  });

  it('finds parties and relationships that are there under other keys', async () => {
    const party = async (value: string): Promise<string> => {
      const input = { kind: 'PERSON', displayName: value, identities: [{ system: 'crm', value }] };
      const query = 'mutation ($input: RegisterPartyInput!) { registerParty(input: $input) { errors { message } } }';
      await api.ask(query, { tenant, variables: { input } });
      const registered = (await events('PartyRegistered')).at(-1)!.data as { partyId: string };
      return registered.partyId;
    };
    const [ann, bob] = [await party('ann'), await party('bob')];
    const query =
      'mutation ($input: OpenRelationshipInput!) { openRelationship(input: $input) { errors { message } } }';
    await api.ask(query, { tenant, variables: { input: { a: bob, b: ann, kind: 'PEER' } } });

    const log = 'from,to,at\nbob,ann,1700000000\n';
    const other = await imported('log.csv', log, '--type', 'touches', '--source', 'crm');
    expect(other).toMatchObject({ recorded: 0, rejectedRows: 1 });
    expect(rejected()).toContain('say who is ours with --ours');

    const ours = await imported('log.csv', log, '--type', 'touches', '--source', 'crm', '--ours', 'bob');
    expect(ours).toMatchObject({ recorded: 1, rejectedRows: 0 });
    expect(await dataOf('PartyRegistered')).toHaveLength(2);
    expect(await dataOf('TouchRecorded')).toMatchObject([
      { direction: 'OUTBOUND', participants: [{ partyId: bob }, { partyId: ann }] },
    ]);
  });
});

describe('a dry run', () => {
  it('decides everything and records nothing', async () => {
    const log = `${LOG}ann,ann,1700000000\nann,bob,4000000000\n`;
    const result = await imported('log.csv', log, ...LOG_MAP, '--dry-run');
    expect(result).toMatchObject({ dryRun: true, recorded: 8, rejectedRows: 2 });
    expect(rejected()).toContain('TIME_IN_FUTURE');
    expect(await events()).toEqual([]);
  });

  it('sees what is recorded already', async () => {
    await imported('log.csv', LOG, ...LOG_MAP);
    expect(await imported('log.csv', LOG, ...LOG_MAP, '--dry-run')).toMatchObject({ recorded: 0, repeated: 8 });
  });
});

describe('a file with bad rows', () => {
  const PARTIES = ['--type', 'parties', '--source', 'crm'];

  it('is imported without them; corrected and fed back, the rest follows', async () => {
    const csv = [
      'id,name,address,kind',
      '1,"Ann ""Oak"" Lee","Oak Street 1\r\nElm, NY",person',
      '2',
      '',
      '3,Bo,,robot',
      '4,Cy,,person,extra',
      '5,Di,,organisation',
    ].join('\r\n');
    expect(await imported('people.csv', csv, ...PARTIES)).toMatchObject({ rows: 5, recorded: 2, rejectedRows: 3 });
    expect(await dataOf('ImportStarted')).toMatchObject([{ source: 'crm', type: 'parties', rows: 5 }]);
    const [{ rejectedRows }] = (await dataOf('ImportCompleted')) as [{ rejectedRows: { line: number }[] }];
    expect(rejectedRows.map(({ line }) => line)).toEqual(
      rejected()
        .match(/(?<=,)\d+(?=,[A-Z_]+,)/g)!
        .map(Number),
    );
    expect(rejected().split('\n')).toEqual([
      'id,name,address,kind,line,code,reason,hint',
      '2,,,,4,INVALID_INPUT,The row has 1 cells instead of 4.,"A delimiter is missing, or a quote that should close a cell."',
      '4,Cy,,person,7,INVALID_INPUT,The row has 5 cells instead of 4.,Too much: extra',
      expect.stringMatching(/^3,Bo,,robot,6,INVALID_INPUT,kind: .*PERSON/),
      '',
    ]);

    const fixed = rejected().replace('2,,,,', '2,Bea,,person,').replace('robot', 'person');
    const { stderr, code } = await run('import', file('rejected.csv', fixed), '--type', 'parties');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--source') });
    expect(await imported('rejected.csv', fixed, ...PARTIES)).toMatchObject({ recorded: 3, rejectedRows: 0 });
    expect(await dataOf('PartyRegistered')).toHaveLength(5);
    expect((await dataOf('PartyRegistered'))[0]).toMatchObject({ displayName: 'Ann "Oak" Lee' });
  });

  it('never writes over the rows that another import rejected', async () => {
    await imported('a.csv', 'id,name,kind\n1,Ann,robot\n', ...PARTIES);
    const first = rejected();
    await imported('b.csv', 'id,name,kind\n2,Bo,robot\n', ...PARTIES);
    expect(rejected()).toBe(first);
    expect(readdirSync(folder)).toContain('rejected-2.csv');
  });

  it('rejects a known id with another body, and leaves the first as it was', async () => {
    const result = await imported('people.csv', 'id,name\n1,Ann\n1,Bo\n1,Ann\n', ...PARTIES);
    expect(result).toMatchObject({ recorded: 1, repeated: 1, rejectedRows: 1 });
    expect(rejected()).toMatch(/^1,Bo,3,IDEMPOTENCY_CONFLICT,/m);
  });

  it('reads a byte order mark, and gives each bad time its own code', async () => {
    const csv = '\uFEFFfrom,to,at\na,b,2025-03-09T02:30\na,b,yesterday\na,b,4000000000\na,b,2025-03-09T02:30:00Z\n';
    expect(await imported('t.csv', csv, '--type', 'touches')).toMatchObject({ rejectedRows: 3 });
    expect(rejected()).toMatch(/NAIVE_TIMESTAMP[^]*INVALID_INPUT[^]*TIME_IN_FUTURE/);
    const again = await imported('u.csv', csv, '--type', 'touches', '--source', 't', '--offset', '-05:00');
    expect(again).toMatchObject({ recorded: 1, rejectedRows: 2 });
    expect((await events('TouchRecorded')).at(-1)).toMatchObject({ occurredAt: '2025-03-09T07:30:00.000Z' });
  });

  it('that is NDJSON has its rejected rows as NDJSON', async () => {
    const ndjson =
      '{"id":1,"name":"Ann\u2028Lee"}\r\nnonsense\n{"id":2,"name":"","kind":"PERSON"}\n{"id":3,"name":"Bo","kind":"cat"}\n';
    expect(await imported('p.ndjson', ndjson, ...PARTIES)).toMatchObject({ rows: 4, recorded: 2, rejectedRows: 2 });
    expect((await dataOf('PartyRegistered'))[0]).toMatchObject({ displayName: 'Ann\u2028Lee' });
    const lines = rejected('rejected.ndjson')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { rejected: object });
    expect(lines.map((line) => line.rejected)).toMatchObject([{ line: 2 }, { line: 4, code: 'INVALID_INPUT' }]);
  });
});

describe('a file that cannot be read as a whole', () => {
  it.each([
    ['is written in Latin-1', Buffer.from('id,name\n1,Ann\n2,Jos\xe9\n', 'latin1'), 1, 'Line 3 is not UTF-8'],
    ['has a quote that never closes', 'id,name\n1,Ann\n2,"Bo\n3,Cy\n', 1, 'from line 3 on'],
    ['has no rows', 'id,name\n', 1, 'has no rows'],
    ['is empty', '', 2, 'is empty'],
    ['calls two columns alike', 'id,id\n1,2\n', 2, 'Two columns are called "id"'],
    ['has no column that is needed', 'x,y\n1,2\n', 2, 'displayName'],
  ])('and %s is refused before its first row', async (_name, content, code, message) => {
    const ended = await run('import', file('people.csv', content), '--type', 'parties');
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(await events()).toEqual([]);
  });

  it('is read in the encoding that the user names', async () => {
    const latin1 = Buffer.from('id;name\n1;Jos\xe9\n', 'latin1');
    await imported('people.csv', latin1, '--type', 'parties', '--encoding', 'latin1');
    expect(await dataOf('PartyRegistered')).toMatchObject([{ displayName: 'José' }]);
  });
});

describe('relationships from a file', () => {
  it('have sides, a rhythm and a steward, and touches find them by their id', async () => {
    const ties = 'id,a,b,kind,since,steward,cadence\nr1,clinic,dr,physician relations,2024-01-01T00:00:00Z,sue,30\n';
    expect(await imported('ties.csv', ties, '--type', 'relationships', '--source', 'crm')).toMatchObject({
      recorded: 6,
    });
    expect(await dataOf('CadenceSet')).toMatchObject([{ intervalDays: 30 }]);
    expect(await dataOf('StewardAssigned')).toHaveLength(1);

    const touches = 'id,relationship,at,direction,channel,minutes\n1,r1,2024-02-01T09:00:00Z,outbound,meal,45\n';
    expect(await imported('t.csv', touches, '--type', 'touches', '--source', 'crm')).toMatchObject({ recorded: 1 });
    expect(await dataOf('TouchRecorded')).toMatchObject([{ channel: 'MEAL', minutes: 45 }]);
  });
});

describe('an import that the log fails', () => {
  it('ends with exit code 69, and can be run again', async () => {
    const other = await testApi();
    try {
      await other.store.close();
      const run = rapport({ RAPPORT_URL: other.url, RAPPORT_TOKEN: await other.token() });
      const ended = await run('import', file('log.csv', LOG), ...LOG_MAP);
      expect(ended).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('Send it again') });
    } finally {
      await other.stop();
    }
  });
});

describe('POST /import', () => {
  async function send(lines: readonly (object | string)[], options: { roles?: ['reader']; type?: string } = {}) {
    const response = await fetch(`${api.url}/import`, {
      method: 'POST',
      headers: {
        'content-type': options.type ?? 'application/x-ndjson',
        authorization: `Bearer ${await api.token({ tenant, ...(options.roles && { roles: options.roles }) })}`,
      },
      body: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    });
    const text = await response.text();
    const reports = response.ok
      ? text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Report)
      : [];
    return { status: response.status, reports };
  }

  const register = (key: string) => ({
    type: 'RegisterParty',
    idempotencyKey: key,
    input: { kind: 'PERSON', displayName: key },
  });

  it('carries out each line as if those before it had been, in one request', async () => {
    const touch = { channel: 'EMAIL', direction: 'OUTBOUND', intent: 'INFORM', occurredAt: '2024-05-01T00:00:00Z' };
    const { reports } = await send([
      register('a'),
      register('b'),
      { type: 'OpenRelationship', idempotencyKey: 'r', input: { a: 'pty:a', b: 'pty:b', kind: 'PEER' } },
      { type: 'RecordTouch', idempotencyKey: 't', input: { relationshipId: 'rel:r', ...touch } },
      {
        type: 'RetractTouch',
        idempotencyKey: 'x',
        input: { relationshipId: 'rel:r', touchId: 'tch:t', reason: 'No.' },
      },
      { type: 'EndRelationship', idempotencyKey: 'e', input: { relationshipId: 'rel:r', manner: 'GRACEFUL' } },
      { type: 'RecordTouch', idempotencyKey: 'u', input: { relationshipId: 'rel:r', ...touch, occurredAt: null } },
      { type: 'OpenRelationship', idempotencyKey: 's', input: { a: 'pty:b', b: 'pty:a', kind: 'PEER' } },
    ]);
    expect(reports).toMatchObject([
      { line: 7, path: ['occurredAt'] },
      { read: 8, recorded: 7, rejected: 1, done: true },
    ]);
    expect(new Set((await events()).map(({ correlationId }) => correlationId)).size).toBe(1);
  });

  it('rejects what cannot be read by its line, and reads on', async () => {
    const { reports } = await send([
      'nonsense',
      '[1]',
      '',
      { type: 'RecordTuch', idempotencyKey: '1', input: {} },
      { type: 'RegisterParty', idempotencyKey: '', input: {} },
      { line: 77, type: 'RegisterParty', idempotencyKey: '2', input: { kind: 'PERSN', displayName: 'x' } },
      { type: 'RegisterParty', idempotencyKey: '3', input: { kind: 'PERSON', displayName: 'x', displayname: 'x' } },
      { type: 'RegisterParty', idempotencyKey: '4', input: { kind: 'PERSON', displayName: 'x'.repeat(300_000) } },
      {
        type: 'RegisterParty',
        idempotencyKey: '5',
        input: { kind: 'PERSON', displayName: 'x', occurredAt: '2024-01-01T00:00' },
      },
      { type: 'IdentifyParty', idempotencyKey: '6', input: { partyId: 'rel:x', system: 's', value: 'v' } },
      '{"type":"RegisterParty","idempotencyKey":"7","input":{"kind":"PERSON","displayName":"x","__proto__":{}}}',
      register('good'),
    ]);
    expect(reports).toMatchObject([
      { line: 1, code: 'INVALID_INPUT', message: 'The line is no JSON object.' },
      { line: 2, code: 'INVALID_INPUT' },
      { line: 4, path: ['type'], hint: 'Did you mean RecordTouch?' },
      { line: 5, path: ['idempotencyKey'] },
      { line: 77, path: ['kind'], hint: 'Did you mean PERSON?' },
      { line: 7, path: ['displayname'], hint: 'Did you mean displayName?' },
      { line: 8, message: expect.stringContaining('256 KiB') },
      { line: 9, code: 'NAIVE_TIMESTAMP', path: ['occurredAt'] },
      { line: 10, path: ['partyId'] },
      { line: 11, path: ['__proto__'] },
      { read: 11, recorded: 1, rejected: 10, done: true },
    ]);
  });

  it('answers like the mutation of the same name under the same key', async () => {
    const query = `mutation ($input: RegisterPartyInput!) {
      registerParty(input: $input, idempotencyKey: "a") { replayed errors { code } } }`;
    await send([register('a')]);
    const { data } = await api.ask(query, { tenant, variables: { input: register('a').input } });
    expect(data).toEqual({ registerParty: { replayed: true, errors: [] } });
  });

  it('is for recorders, and for lines', async () => {
    expect((await send([register('a')], { roles: ['reader'] })).status).toBe(403);
    expect((await send([register('a')], { type: 'application/json' })).status).toBe(415);
    expect(
      (await fetch(`${api.url}/import`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } }))
        .status,
    ).toBe(401);
    expect(await events()).toEqual([]);
  });
});
