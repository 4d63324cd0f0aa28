import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { loadDemo } from '../libs/demo/load-demo.js';
import { deriveId } from '../libs/event-sourcing/id.js';
import type { Instant } from '../libs/event-sourcing/instant.js';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { BUILT_IN } from '../libs/ledger/metric/built-in.js';
import { DEFAULT_DEFINITION } from '../libs/metrics/default-definition.js';
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

  const plan = async (body: string, type: string, roles: readonly ('analyst' | 'reader')[] = ['analyst']) =>
    fetch(`${api.url}/charts/metrics/relationship-health/plan.svg?asOf=2026-11-01T00:00:00Z`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await api.token({ roles })}`, 'content-type': type },
      body,
    });

  it('of a plan is a picture, too, of a definition in YAML or JSON', async () => {
    for (const [body, type] of [
      [DEFAULT_DEFINITION, 'application/yaml'],
      [JSON.stringify(BUILT_IN.body), 'application/json'],
    ] as const) {
      const answer = await plan(body, type);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
      expect(await answer.text()).toMatch(
        /^<svg role="img"[^]*<title id="title">proposed beside relationship-health@1[^]*0 of \d+ relationships are affected/,
      );
    }
  });

  it('of a text that defines nothing says why', async () => {
    const answer = await plan(DEFAULT_DEFINITION.replace('mode: GRACE', 'mode: GRASE'), 'text/plain');
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { code: 'DEFINITION_INVALID', nearest: 'GRACE' } });
    expect((await plan(DEFAULT_DEFINITION, 'text/plain', ['reader'])).status).toBe(403);
  });
});
