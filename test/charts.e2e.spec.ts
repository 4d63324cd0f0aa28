import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { loadDemo } from '../libs/demo/load-demo.js';
import { deriveId } from '../libs/event-sourcing/id.js';
import type { Instant } from '../libs/event-sourcing/instant.js';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { projections } from '../libs/read-models/read-models.js';

describe('the chart of a relationship', () => {
  let api: TestApi;
  let id: string;
  beforeAll(async () => {
    api = await testApi(projections);
    const storyteller = { tenantId: 'demo', actor: { id: 'demo', kind: 'SYSTEM' } as const };
    const until = '2026-11-01T00:00:00.000Z' as Instant;
    await loadDemo(api.execute, storyteller, { parties: 1, years: 2, seed: 'demo', until });
    const shown = formatPosition(await api.store.head());
    const { data } = await api.ask(`{ relationships(first: 1, atLeastPosition: "${shown}") {
      nodes { id health { score } entries { totalCount } } } }`);
    id = (data as { relationships: { nodes: [{ id: string }] } }).relationships.nodes[0].id;
  }, 60_000);
  afterAll(() => api.stop());

  const chart = async (of: string, query = '', roles: readonly ('reader' | 'operator')[] = ['reader']) =>
    fetch(`${api.url}/charts/relationships/${of}/health.svg${query}`, {
      headers: { authorization: `Bearer ${await api.token({ roles })}` },
    });
  const YEAR = '?from=2025-11-01T00:00:00Z&to=2026-11-01T00:00:00Z';

  it('is a picture that says what it shows', async () => {
    const answer = await chart(id, YEAR);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await answer.text()).toMatch(
      /^<svg role="img"[^]*<title id="title">Health of rel_[^]*From 2025-11-01 to 2026-11-01 it went from/,
    );
  });

  it('is refused as everything else is', async () => {
    expect((await chart(deriveId('rel', 'nobody'), YEAR)).status).toBe(404);
    expect((await chart(id, '?from=yesterday')).status).toBe(400);
    expect((await chart(id, YEAR, ['operator'])).status).toBe(403);
    expect((await fetch(`${api.url}/charts/relationships/${id}/health.svg`)).status).toBe(401);
  });
});
