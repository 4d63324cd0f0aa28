import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { rapport, type Rapport } from '../apps/cli/testing/rapport.js';
import { projections } from '../libs/read-models/read-models.js';

let api: TestApi;
let run: Rapport;
let folder: string;

beforeAll(async () => {
  api = await testApi(projections);
  run = rapport({ RAPPORT_URL: api.url, RAPPORT_TOKEN: await api.token() });
  folder = mkdtempSync(join(tmpdir(), 'rapport-cli-'));
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const DEMO = ['demo', '--parties', '5', '--years', '1', '--until', '2026-03-01'];

const position = async (): Promise<string> => {
  const { data } = await api.ask('{ ledger { head { position } } }');
  return (data as { ledger: { head: { position: string } } }).ledger.head.position;
};

describe('rapport demo', () => {
  it('fills in a practice, and filled in again records nothing', async () => {
    const first = await run(...DEMO, '--json');
    expect(first.code).toBe(0);
    const told = JSON.parse(first.stdout) as { recorded: number; position: string };
    expect(told).toMatchObject({ rejected: 0, repeated: 0, byType: { OpenRelationship: { recorded: 22 } } });
    expect(told.position).toBe(await position());

    const second = JSON.parse((await run(...DEMO, '--json')).stdout) as object;
    expect(second).toMatchObject({ recorded: 0, rejected: 0 });
    expect(told.position).toBe(await position());
  });

  it('can be tried without recording anything', async () => {
    const before = await position();
    const { stdout } = await run('demo', '--parties', '3', '--seed', 'other', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      rejected: 0,
      byType: { OpenRelationship: { recorded: 20 } },
    });
    expect(await position()).toBe(before);
  });
});

describe('rapport query', () => {
  it('prints the data of an operation with its variables, from words, a file or standard input', async () => {
    const operation = 'query ($first: Int) { parties(first: $first) { nodes { displayName } } }';
    const at = `{ parties(atLeastPosition: "${await position()}", first: 1) { totalCount } }`;
    expect((await run('query', at)).code).toBe(0);
    const { stdout } = await run('query', operation, '--var', 'first=2', '--json');
    expect((JSON.parse(stdout) as { parties: { nodes: object[] } }).parties.nodes).toHaveLength(2);

    const file = join(folder, 'query.graphql');
    writeFileSync(file, operation);
    expect((await run('query', file, '--var', 'first=2', '--json')).stdout).toBe(stdout);
  });

  it('says what the server says, and fails', async () => {
    const ended = await run('query', '{ nothing }');
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('nothing') });
  });
});

describe('rapport events', () => {
  it('lists history, the newest first, of a type or a stream', async () => {
    const { stdout } = await run('events', 'list', '--type', 'RelationshipOpened', '--json');
    const opened = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { stream: string; position: string });
    expect(opened).toHaveLength(22);
    const { stream } = opened[0]!;
    const history = await run('events', 'list', '--stream', stream, '--oldest-first', '--limit', '3');
    expect(history.stdout).toMatch(/^position[^]*RelationshipOpened[^]*StewardAssigned[^]*CadenceSet/);
    expect(history.stdout.trim().split('\n')).toHaveLength(4);
  });

  it('shows one event with all that is known of it', async () => {
    const { stdout } = await run('events', 'list', '--limit', '1', '--json');
    const { id } = JSON.parse(stdout) as { id: string };
    expect(JSON.parse((await run('events', 'show', id, '--json')).stdout)).toMatchObject({
      id,
      actor: { kind: 'IMPORT' },
    });
    expect(await run('events', 'show', 'evt_nothing')).toMatchObject({ code: 1, stdout: '' });
  });

  it('follows what is recorded from a position on', async () => {
    const after = await position();
    const following = run.start('events', 'follow', '--after', after, '--json', '--type', 'PartyRegistered');
    const lines = createInterface({ input: following.process.stdout! })[Symbol.asyncIterator]();
    for (const displayName of ['Ann', 'Bo']) {
      const mutation = `mutation { registerParty(input: { kind: PERSON, displayName: "${displayName}" }) { errors { code } } }`;
      await api.ask(mutation);
      const { value } = await lines.next();
      expect(JSON.parse(String(value))).toMatchObject({ data: { displayName } });
    }
    following.process.kill('SIGINT');
    expect(await following.ended).toMatchObject({ code: 130 });
  });
});

describe('rapport projections', () => {
  it('lists them with where they are', async () => {
    const all = JSON.parse((await run('projections', 'list', '--json')).stdout) as { name: string; state: string }[];
    expect(all.map(({ name }) => name)).toEqual(projections.map(({ name }) => name).sort());
    expect((await run('projections', 'list')).stdout).toMatch(/^name +version +state[^]*directory +\d+ +LIVE/);
  });
});

describe('rapport projections, for an operator', () => {
  const stateOf = async (name: string): Promise<string | undefined> => {
    const all = JSON.parse((await run('projections', 'list', '--json')).stdout) as { name: string; state: string }[];
    return all.find((projection) => projection.name === name)?.state;
  };

  it('pauses one and lets it go on', async () => {
    expect(await run('projections', 'pause', 'timeline')).toMatchObject({ code: 0, stdout: '' });
    while ((await stateOf('timeline')) !== 'PAUSED');
    await run('projections', 'resume', 'timeline');
    while ((await stateOf('timeline')) !== 'LIVE');
  });

  it('rebuilds one while it is read, and goes back', async () => {
    const rebuilt = await run('projections', 'rebuild', 'directory');
    expect(rebuilt).toMatchObject({ code: 0, stderr: expect.stringContaining('directory is rebuilt and live') });
    expect(await run('projections', 'rollback', 'directory')).toMatchObject({ code: 0 });
  });

  it('says that there is none of that name', async () => {
    expect(await run('projections', 'pause', 'nothing')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('rapport import', () => {
  it('interrupted ends with what is on its way, and goes on when it is run again', async () => {
    const file = join(folder, 'log.csv');
    const rows = Array.from({ length: 6000 }, (_, i) => `${String(i % 50)},x${String(i % 7)},${String(1.7e9 + i)}`);
    writeFileSync(file, `from,to,at\n${rows.join('\n')}\n`);
    const importing = run.start('import', file, '--type', 'touches', '--json');
    await new Promise<void>((resolve) => {
      importing.process.stderr!.on('data', (said: Buffer) => {
        if (said.includes('rows between')) resolve();
      });
    });
    importing.process.kill('SIGINT');
    const first = await importing.ended;
    expect(first.code).toBe(130);
    const { recorded } = JSON.parse(first.stdout) as { recorded: number };

    const again = JSON.parse((await run('import', file, '--type', 'touches', '--json')).stdout) as object;
    expect(again).toMatchObject({ repeated: recorded, recorded: 6000 + 57 + 350 - recorded, rejectedRows: 0 });
  });
});

describe('exit codes', () => {
  const away = rapport({ RAPPORT_URL: 'http://127.0.0.1:1025' });

  it.each([
    ['2, for words that it does not know', ['nonsense'], 2],
    ['2, for an option that it does not know', ['events', 'list', '--nonsense'], 2],
    ['2, for a file that is not there', ['import', 'nothing.csv', '--type', 'touches'], 2],
    ['0, for help', ['import', '--help'], 0],
  ])('are %s', async (_name, args, code) => {
    expect((await run(...args)).code).toBe(code);
  });

  it.each([[['query', '{ __typename }']], [['events', 'follow']], [['projections', 'list']], [DEMO]])(
    'are 69 when no server answers: %j',
    async (args) => {
      const ended = await away(...args);
      expect(ended).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('RAPPORT_URL') });
    },
  );

  it('are 78 for a token that is not accepted', async () => {
    const stranger = rapport({ RAPPORT_URL: api.url, RAPPORT_TOKEN: 'nonsense' });
    expect(await stranger('projections', 'list')).toMatchObject({ code: 78 });
    expect(await stranger(...DEMO)).toMatchObject({ code: 78 });
  });

  it('are 78 for settings, with every problem at once', async () => {
    const { code, stderr } = await rapport({ DATABASE_URL: 'nonsense', PORT: 'x' })('config');
    expect(code).toBe(78);
    expect(stderr).toMatch(/DATABASE_URL[^]*PORT[^]*AUTH_SECRET/);
  });
});

describe('rapport config and doctor', () => {
  it('show settings without their secrets', async () => {
    const env = { DATABASE_URL: 'postgres://app:hidden@db/rapport', AUTH_SECRET: 'x'.repeat(32) };
    const { code, stdout } = await rapport(env)('config', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ databaseUrl: 'postgres://app:***@db/rapport', authSecret: '(set)' });
  });

  it('find everything in order, or name what is not', async () => {
    const env = { RAPPORT_URL: api.url, RAPPORT_TOKEN: await api.token(), AUTH_SECRET: 'x'.repeat(32) };
    const healthy = await rapport({ ...env, DATABASE_URL: api.database.url })('doctor', '--json');
    expect(JSON.parse(healthy.stdout)).toMatchObject([
      { check: 'node', state: 'ok' },
      { check: 'settings', state: 'ok' },
      { check: 'database', state: 'ok' },
      { check: 'durability' },
      { check: 'migrations', state: 'ok' },
      { check: 'api', state: 'ok' },
      { check: 'access', state: 'ok' },
      { check: 'projections' },
    ]);

    const ill = await rapport({
      ...env,
      DATABASE_URL: 'postgres://127.0.0.1:9/none',
      RAPPORT_URL: 'http://127.0.0.1:1025',
    })('doctor');
    expect(ill.code).toBe(69);
    expect(ill.stdout).toMatch(/fail +database[^]*fail +api/);
  });
});
