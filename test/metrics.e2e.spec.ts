import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { rapport, type Rapport } from '../apps/cli/testing/rapport.js';
import { followHealth } from '../libs/read-models/health/follow-health.js';
import { projections } from '../libs/read-models/read-models.js';

/** Only how long ago the last touch was: 100 * 2^(-age / halfLifeDays). */
const definition = (halfLifeDays: number): string => `metric: age
components:
  - name: recency
    type: recency
    mode: AGE
    halfLifeDays: ${String(halfLifeDays)}
    weight: 1
relationshipKinds: [VENDOR]
bands:
  - { name: GREEN, from: 60 }
  - { name: RED, from: 0 }
`;
const AS_OF = '2026-05-01T00:00:00Z';
/** Ages of 30, 60 and 120 days as of then. */
const TOUCHED = {
  Abernathy: '2026-04-01T00:00:00Z',
  Brandt: '2026-03-02T00:00:00Z',
  Castellano: '2026-01-01T00:00:00Z',
};

describe('rapport metrics', () => {
  let api: TestApi;
  let run: Rapport;
  let folder: string;
  beforeAll(async () => {
    api = await testApi(projections);
    run = rapport({ RAPPORT_URL: api.url, RAPPORT_TOKEN: await api.token() });
    folder = mkdtempSync(join(tmpdir(), 'rapport-metrics-'));
    const us = await recorded('registerParty', 'party', {
      kind: 'ORGANISATION',
      displayName: 'Us',
      occurredAt: OPENED,
    });
    for (const [displayName, occurredAt] of Object.entries(TOUCHED)) {
      const them = await recorded('registerParty', 'party', { kind: 'PERSON', displayName, occurredAt: OPENED });
      const tie = { a: us, b: them, kind: 'VENDOR', occurredAt: OPENED };
      const relationshipId = await recorded('openRelationship', 'relationship', tie);
      const touch = { relationshipId, channel: 'EMAIL', direction: 'OUTBOUND', intent: 'GIVE', occurredAt };
      await recorded('recordTouch', 'touch', touch);
    }
    const publish = { metric: 'age', body: definition(30), reason: 'To begin with.' };
    await recorded('publishMetricDefinition', 'metricDefinition', publish, 'version');
    await recorded('activateMetricDefinition', 'metricDefinition', { metric: 'age', version: 1 }, 'version');
  }, 60_000);
  afterAll(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  const OPENED = '2025-12-01T00:00:00Z';
  async function recorded(mutation: string, entity: string, input: object, field = 'id'): Promise<string> {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
    const { data } = await api.ask(
      `mutation ($input: ${type}) { did: ${mutation}(input: $input) { errors { message } ${entity} { ${field} } } }`,
      { variables: { input } },
    );
    const { did } = data as { did: Record<string, unknown> };
    expect(did['errors']).toEqual([]);
    return (did[entity] as Record<string, string>)[field]!;
  }
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const head = async (): Promise<unknown> => (await api.ask('{ ledger { head { position } } }')).data;

  it('lists what was published, and prints a definition to be changed', async () => {
    const all = JSON.parse((await run('metrics', 'list', '--json')).stdout) as object[];
    expect(all).toMatchObject([
      { metric: 'age', version: 1, active: true, reason: 'To begin with.', publishedBy: 'ann' },
      { metric: 'relationship-health', version: 1, active: true, publishedAt: null },
    ]);
    expect((await run('metrics', 'list')).stdout).toMatch(/^metric +version +state[^]*\nage +1 +ACTIVE +20/);
    const pulled = await run('metrics', 'pull', 'age@1');
    expect(pulled).toMatchObject({ code: 0, stderr: 'age@1\n' });
    expect(await run('metrics', 'plan', file('pulled.yaml', pulled.stdout), '--exit-code')).toMatchObject({ code: 0 });
    expect(await run('metrics', 'pull', 'age@7')).toMatchObject({ code: 1, stdout: '' });
  });

  it('plans what a file would change: by how much, for whom, and why', async () => {
    const before = await head();
    const args = ['metrics', 'plan', file('age.yaml', definition(60)), '--as-of', AS_OF];
    const { code, stdout } = await run(...args, '--json', '--exit-code');
    expect(code).toBe(4);
    // By 30 days 50, 25 and 6.25; by 60 days 70.71, 50 and 25.
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ inForce: { metric: 'age', version: 1 }, published: null, relationships: 3, affected: 3 },
      changes: [{ path: ['components', 'recency', 'halfLifeDays'], before: '30', after: '60' }],
      distribution: { before: { mean: 81.25 / 3 }, after: { mean: expect.closeTo((100 * Math.SQRT1_2 + 75) / 3, 9) } },
      bandMoves: [{ from: 'RED', to: 'GREEN', count: 1 }],
      movers: [
        { points: 25, because: 'recency', relationship: { b: { displayName: 'Brandt' } } },
        { points: expect.closeTo(20.7107, 4), relationship: { b: { displayName: 'Abernathy' } } },
        { points: 18.75, relationship: { b: { displayName: 'Castellano' } } },
      ],
      rankCorrelation: { spearman: 1, kendall: 1 },
    });
    const { stdout: told } = await run(...args);
    expect(told).toMatch(/^the file beside age@1, as of 2026-05-01 \(3 relationships, 6 facts in/);
    expect(told).toMatch(/components\.recency\.halfLifeDays +30 → 60/);
    expect(told).toMatch(/RED → GREEN +1\n/);
    expect(told).toMatch(/\+25\.0 +25\.0 → 50\.0 +recency +Us – Brandt/);
    expect(await head()).toEqual(before);
  });

  it('draws how scores spread', async () => {
    const picture = join(folder, 'plan.svg');
    const planned = await run('metrics', 'plan', file('age.yaml', definition(60)), '--as-of', AS_OF, '--svg', picture);
    expect(planned.code).toBe(0);
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg role="img"[^]*3 of 3 relationships are affected/);
  });

  it('says where a file goes wrong, by line and column', async () => {
    const path = file('wrong.yaml', definition(60).replace('mode: AGE', 'mode: AGES'));
    const { code, stdout, stderr } = await run('metrics', 'plan', path);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${path}:5:11: components.0.mode: `);
    expect(stderr).toContain('Did you mean AGE? Allowed: GRACE, AGE.');
    expect(await run('metrics', 'plan', file('broken.yaml', 'metric: [\n'))).toMatchObject({ code: 1, stdout: '' });
    expect(await run('metrics', 'plan', join(folder, 'nothing.yaml'))).toMatchObject({ code: 2 });
  });

  interface Listed {
    readonly name: string;
    readonly version: number;
  }
  const listed = async (): Promise<readonly Listed[]> => {
    const { data, errors } = await api.ask(`{ relationships(orderBy: { field: HEALTH, direction: DESC }) {
      nodes { b { displayName } health { definition { version } } } } }`);
    expect(errors).toBeUndefined();
    type Nodes = { b: { displayName: string }; health: { definition: { version: number } } }[];
    const { nodes } = (data as { relationships: { nodes: Nodes } }).relationships;
    return nodes.map(({ b, health }) => ({ name: b.displayName, version: health.definition.version }));
  };
  const by = (version: number, names: readonly string[]): Listed[] => names.map((name) => ({ name, version }));
  /** The longer ago, the better. */
  const reversed = definition(30).replace(
    /components:[^]*?weight: 1\n/,
    `components:
  - name: silence
    type: decayed
    when: kind == "TOUCH"
    weight: 1
    halfLifeDays: 300
    inverted: true
    saturation: { mode: LINEAR, full: 1 }
`,
  );
  const youngest = Object.keys(TOUCHED);

  it('applies a file: published, built beside, compared with raw events, in force; and rolls it back', async () => {
    const follower = followHealth(api.database.pool, () => undefined);
    try {
      const path = file('reversed.yaml', reversed);
      const apply = ['metrics', 'apply', path, '--reason', 'Absence makes the heart grow fonder.'];
      const applied = await run(...apply, '--json');
      expect(applied.code).toBe(0);
      expect(JSON.parse(applied.stdout)).toMatchObject({
        ...{ metric: 'age', version: 2, activated: true },
        parity: { same: true, sample: 3, events: 6 },
      });
      expect(applied.stderr).toMatch(/age@2 is published\.[^]*is built[^]*from 6 raw events are the same/);
      expect(await listed()).toEqual(by(2, youngest.toReversed()));
      expect((await run(...apply)).stdout).toBe('age@2 is in force already.\n');

      const back = await run('metrics', 'rollback', 'age', '--reason', 'It does not.');
      expect(back).toMatchObject({ code: 0, stdout: 'age@1 is in force again.\n' });
      expect(await listed()).toEqual(by(1, youngest));
      expect(await run('metrics', 'rollback', 'age', '--reason', 'Again.')).toMatchObject({ code: 1, stdout: '' });

      const again = await run(...apply, '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ version: 2, activated: true });
      expect(await listed()).toEqual(by(2, youngest.toReversed()));
    } finally {
      await follower.stop();
    }
  });

  it('does not put in force what nobody builds, and goes on when somebody does', async () => {
    const apply = rapport({ RAPPORT_URL: api.url, RAPPORT_TOKEN: await api.token() }).start(
      ...['metrics', 'apply', file('age.yaml', definition(90)), '--reason', 'Slower.'],
    );
    await new Promise<void>((resolve) => {
      apply.process.stderr!.on('data', (said: Buffer) => {
        if (said.includes('age@3 is published')) resolve();
      });
    });
    apply.process.kill('SIGINT');
    expect(await apply.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('Run it again: it goes on') });
    expect(await listed()).toEqual(by(2, youngest.toReversed()));

    const follower = followHealth(api.database.pool, () => undefined);
    try {
      const { code, stdout } = await run('metrics', 'apply', join(folder, 'age.yaml'), '--reason', 'Slower.');
      expect([code, stdout]).toEqual([0, 'age@3 is in force.\n']);
      expect(await listed()).toEqual(by(3, youngest));
    } finally {
      await follower.stop();
    }
  });

  it('refuses to apply what defines nothing', async () => {
    const before = await head();
    const path = file('wrong.yaml', definition(60).replace('weight: 1', 'weight: 0'));
    const { code, stderr } = await run('metrics', 'apply', path, '--reason', 'Why not.');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/wrong\.yaml:\d+:\d+: /)]);
    expect(await run('metrics', 'apply', path)).toMatchObject({ code: 2 });
    expect(await head()).toEqual(before);
  });
});
