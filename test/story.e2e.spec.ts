import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { loadDemo } from '../libs/demo/load-demo.js';
import type { Instant } from '../libs/event-sourcing/instant.js';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { projections } from '../libs/read-models/read-models.js';

const page = readFileSync('docs/story.md', 'utf8');
const scenes = page.split(/^## /m).slice(1);

describe('the story of the demo', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi(projections);
    const storyteller = { tenantId: 'demo', actor: { id: 'demo', kind: 'SYSTEM' } as const };
    const until = '2026-11-01T00:00:00.000Z' as Instant;
    await loadDemo(api.execute, storyteller, { parties: 40, years: 2, seed: 'demo', until });
    const shown = formatPosition(await api.store.head());
    const { errors } = await api.ask(
      `{ parties(atLeastPosition: "${shown}") { nodes { needs { id } relationships { nodes { touches { count } entries { totalCount }
           feedback { totalCount } commitments { totalCount } trust { byKind { kind } } referrals { totalCount } } } } }
         campaigns(atLeastPosition: "${shown}") { totalCount } }`,
    );
    expect(errors).toBeUndefined();
  });
  afterAll(() => api.stop());

  it.each(scenes.map((text) => [text.slice(0, text.indexOf('\n')), text]))('is as it says: %s', async (_, text) => {
    const [, query] = /```graphql\n(.*?)```/s.exec(text) ?? [];
    const [, answer] = /```json\n(.*?)```/s.exec(text) ?? [];
    const { data, errors } = await api.ask(query!);
    expect(errors).toBeUndefined();
    expect(data).toEqual(JSON.parse(answer!));
  });

  it('is told alike by read models that were built anew, row by row', async () => {
    const live = async () => {
      const { rows } = await api.database.owner.query<{
        projection: string;
        schema: string;
        error: unknown;
        role: string;
      }>(`SELECT projection, schema_name AS schema, error, role FROM projecting.builds WHERE projection <> 'health'`);
      expect(rows.filter(({ error }) => error !== null)).toEqual([]);
      // The health of relationships follows facts, and is built by definition.
      return rows.filter(
        ({ role, projection }) => role === 'LIVE' && projections.some(({ name }) => name === projection),
      );
    };
    const before = new Set((await live()).map(({ schema }) => schema));
    for (const { name } of projections) {
      const { data } = await api.ask(
        `mutation { rebuildProjection(input: { projection: "${name}" }) { errors { message } } }`,
      );
      expect(data).toEqual({ rebuildProjection: { errors: [] } });
    }
    // A build that differs from the live one in a single row is not switched to, and says so.
    while ((await live()).some(({ schema }) => before.has(schema)));
  }, 60_000);
});
