import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { loadDemo } from '../libs/demo/load-demo.js';
import type { Instant } from '../libs/event-sourcing/instant.js';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { concepts } from '../libs/ledger/ledger.js';
import { projections } from '../libs/read-models/read-models.js';

const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, language, text]) => ({ language, text: text! }));
const textOf = (language: string): string[] =>
  blocks.filter((block) => block.language === language).map(({ text }) => text);

describe('the README', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi(projections);
    const storyteller = { tenantId: 'demo', actor: { id: 'demo', kind: 'SYSTEM' } as const };
    const until = '2026-11-01T00:00:00.000Z' as Instant;
    await loadDemo(api.execute, storyteller, { parties: 40, years: 2, seed: 'demo', until });
  });
  afterAll(() => api.stop());

  const caughtUp = async () => `atLeastPosition: "${formatPosition(await api.store.head())}"`;

  it('shows the answers that its operations get', async () => {
    const [query, mutation] = textOf('graphql');
    const [queryAnswer, mutationAnswer] = textOf('json').map((text): unknown => JSON.parse(text));
    const atHead = query!.replace('(first', `(${await caughtUp()}, first`);
    expect((await api.ask(atHead)).data).toEqual(queryAnswer);

    const { data } = await api.ask(`{ relationships(first: 1, ${await caughtUp()}) { nodes { id } } }`);
    const [{ id }] = (data as { relationships: { nodes: [{ id: string }] } }).relationships.nodes;
    const first = await api.ask(mutation!, { variables: { relationshipId: id } });
    expect(first.data).toEqual(mutationAnswer);
    const again = await api.ask(mutation!, { variables: { relationshipId: id } });
    expect(again.data).toMatchObject({ recordTouch: { replayed: true, errors: [] } });
  });

  it('runs only scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const lines = textOf('sh').flatMap((text) => text.trim().split('\n'));
    expect(lines).toEqual([
      'npm ci && npm start',
      expect.stringMatching(/^npm run rapport -- import /),
      'npm ci && npm test',
    ]);
    for (const [, script] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script);
  });

  it('names every command with its events, and every read model', async () => {
    const { data } = await api.ask('{ __schema { mutationType { fields { name } } } }');
    const { fields } = (data as { __schema: { mutationType: { fields: { name: string }[] } } }).__schema.mutationType;
    const events = concepts.flatMap((concept) => Object.keys(concept.events));
    const named = [...fields.map(({ name }) => name), ...events];
    expect(named.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
    expect(projections.filter(({ name }) => !readme.includes(name))).toEqual([]);
  });
});
