import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { rapport } from '../apps/cli/testing/rapport.js';
import { loadDemo } from '../libs/demo/load-demo.js';
import type { Instant } from '../libs/event-sourcing/instant.js';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { projections } from '../libs/read-models/read-models.js';

const page = readFileSync('docs/attribution.md', 'utf8');
const blockOf = (text: string, language: string): string | undefined =>
  new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(text)?.[1];
const scenes = page.split(/^## /m).filter((text) => blockOf(text, 'graphql'));

describe('attribution in the story of the demo', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi(projections);
    const storyteller = { tenantId: 'demo', actor: { id: 'demo', kind: 'SYSTEM' } as const };
    const until = '2026-11-01T00:00:00.000Z' as Instant;
    await loadDemo(api.execute, storyteller, { parties: 40, years: 2, seed: 'demo', until });
    const shown = `atLeastPosition: "${formatPosition(await api.store.head())}"`;
    const { errors } = await api.ask(`{ attribution(model: FIRST, outcome: MADE, by: CHANNEL, ${shown}) { total } }`);
    expect(errors).toBeUndefined();
  });
  afterAll(() => api.stop());

  it.each(scenes.map((text) => [text.slice(0, text.indexOf('\n')), text]))(
    'is as the page says: %s',
    async (_, text) => {
      const { data, errors } = await api.ask(blockOf(text, 'graphql')!);
      expect(errors).toBeUndefined();
      expect(data).toEqual(JSON.parse(blockOf(text, 'json')!));
    },
  );
});

describe('a definition of how credit is split', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi(projections);
    const storyteller = { tenantId: 'demo', actor: { id: 'demo', kind: 'SYSTEM' } as const };
    const until = '2026-11-01T00:00:00.000Z' as Instant;
    await loadDemo(api.execute, storyteller, { parties: 5, years: 1, seed: 'demo', until });
  });
  afterAll(() => api.stop());

  interface Answered {
    readonly attribution: { readonly rows: readonly object[]; readonly definition: object | null };
  }
  const change = async (mutation: string) => {
    const { data, errors } = await api.ask(
      `mutation { ${mutation} { metricDefinition { version active } errors { code path } } }`,
    );
    expect(errors).toBeUndefined();
    return Object.values(data as Record<string, unknown>)[0];
  };
  const asked = async (how: string): Promise<Answered['attribution']> => {
    const shown = `atLeastPosition: "${formatPosition(await api.store.head())}"`;
    const { data, errors } = await api.ask(
      `{ attribution(${how}, outcome: MADE, by: CHANNEL, ${shown}) { rows { key creditMicros } definition { metric version } } }`,
    );
    expect(errors).toBeUndefined();
    return (data as unknown as Answered).attribution;
  };
  const publish = (body: string) =>
    change(`publishMetricDefinition(input: { metric: "credit", body: ${JSON.stringify(body)}, reason: "To try it." })`);

  it('is published, comes into force, and is rolled back like any other', async () => {
    const bodyOf = (model: string) => `metric: credit\nattribution: { model: ${model}, lookbackDays: 60 }`;
    expect(await publish(bodyOf('FIRST'))).toEqual({ metricDefinition: { version: 1, active: false }, errors: [] });
    expect(await publish(bodyOf('LAST'))).toMatchObject({ metricDefinition: { version: 2 }, errors: [] });
    for (const version of [1, 2]) {
      await change(`activateMetricDefinition(input: { metric: "credit", version: ${String(version)} })`);
    }
    const [first, last] = [await asked('model: FIRST, lookbackDays: 60'), await asked('model: LAST, lookbackDays: 60')];
    expect(first.rows).not.toEqual(last.rows);
    expect(await asked('definition: "credit"')).toEqual({ ...last, definition: { metric: 'credit', version: 2 } });
    expect(await asked('definition: "credit@1"')).toEqual({ ...first, definition: { metric: 'credit', version: 1 } });
    await change('rollbackMetricDefinition(input: { metric: "credit", reason: "The first was better." })');
    expect(await asked('definition: "credit"')).toMatchObject({ definition: { version: 1 } });
  });

  it('is refused with the path to what is wrong', async () => {
    expect(await publish('metric: credit\nattribution: { model: LATEST }')).toEqual({
      metricDefinition: null,
      errors: [{ code: 'DEFINITION_INVALID', path: ['body', 'attribution', 'model'] }],
    });
  });

  it('scores nothing: relationships keep their own', async () => {
    const { data } = await api.ask('{ relationships(first: 1) { nodes { health { definition { metric } } } } }');
    expect(data).toMatchObject({
      relationships: { nodes: [{ health: { definition: { metric: 'relationship-health' } } }] },
    });
  });
});

describe('rapport attribution paths', () => {
  const run = rapport({});
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-paths-'));
    file = join(folder, 'paths.csv');
    writeFileSync(file, blockOf(page, 'csv')!);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('splits published paths as the page says', async () => {
    expect(await run('attribution', 'paths', file)).toEqual({ code: 0, stdout: blockOf(page, 'text'), stderr: '' });
  });

  it('does so by other models, as JSON too, and says when MARKOV knows of nothing lost', async () => {
    const { stdout } = await run('attribution', 'paths', file, '--model', 'LAST', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'LAST',
      rows: [{ source: 'C3', conversions: 1, value: 100 }, { source: 'C1' }, { source: 'C2' }],
      total: { conversions: 1, value: 100 },
    });
    writeFileSync(join(folder, 'won.csv'), 'A > B,1\n');
    const won = await run('attribution', 'paths', join(folder, 'won.csv'));
    expect(won).toMatchObject({ code: 0, stderr: expect.stringContaining('No path led to nothing') });
  });

  it('refuses lines that are no paths, models that need times, and files that are not there', async () => {
    writeFileSync(join(folder, 'wrong.csv'), 'A,1\nB,x\n');
    const wrong = await run('attribution', 'paths', join(folder, 'wrong.csv'));
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Line 2') });
    expect(await run('attribution', 'paths', file, '--model', 'W')).toMatchObject({ code: 2, stdout: '' });
    expect(await run('attribution', 'paths', join(folder, 'no.csv'))).toMatchObject({ code: 2, stdout: '' });
  });
});
