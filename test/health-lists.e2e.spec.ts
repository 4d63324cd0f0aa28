import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codesOf, testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { loadDemo } from '../libs/demo/load-demo.js';
import type { Instant } from '../libs/event-sourcing/instant.js';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { followHealth, type HealthFollower } from '../libs/read-models/health/follow-health.js';
import { projections } from '../libs/read-models/read-models.js';

interface Listed {
  readonly relationships: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly id: string; readonly health: { readonly score: number | null } }[];
  };
}

describe('a list in the order of health', () => {
  let api: TestApi;
  let health: HealthFollower;
  beforeAll(async () => {
    api = await testApi(projections);
    health = followHealth(api.database.pool, () => undefined);
    const storyteller = { tenantId: 'demo', actor: { id: 'demo', kind: 'SYSTEM' } as const };
    const until = '2026-11-01T00:00:00.000Z' as Instant;
    await loadDemo(api.execute, storyteller, { parties: 12, years: 2, seed: 'demo', until });
  }, 60_000);
  afterAll(async () => {
    await health.stop();
    await api.stop();
  });

  const listed = async (position: string) => {
    const answer = await api.ask(`{
      relationships(first: 50, orderBy: { field: HEALTH, direction: DESC }, atLeastPosition: "${position}") {
        totalCount nodes { id health { score } } } }`);
    return { ...answer, list: (answer.data as Listed | null | undefined)?.relationships };
  };
  const touch = async (relationshipId: string): Promise<string> => {
    const { data } = await api.ask(`mutation { recordTouch(input: {
      relationshipId: "${relationshipId}", channel: IN_PERSON_VISIT, direction: MUTUAL, intent: LISTEN,
      occurredAt: "${new Date().toISOString()}" }) { position errors { message } } }`);
    const { position, errors } = (data as { recordTouch: { position: string; errors: unknown[] } }).recordTouch;
    expect(errors).toEqual([]);
    return position;
  };

  it('waits for the scores of what was written, and is right within the bound', async () => {
    const { list } = await listed(formatPosition(await api.store.head()));
    expect(list!.nodes.length).toBe(list!.totalCount);
    const last = list!.nodes.at(-1)!.id;
    for (let times = 0; times < 5; times++) {
      const { list: then } = await listed(await touch(last));
      const scores = then!.nodes.map((node) => node.health?.score ?? -1);
      scores.slice(1).forEach((score, i) => {
        expect(score - scores[i]!).toBeLessThanOrEqual(4.4);
      });
    }
  });

  it('says so when the scores do not follow; who does not look at them need not wait', async () => {
    const { list } = await listed(formatPosition(await api.store.head()));
    await health.stop();
    const position = await touch(list!.nodes[0]!.id);
    const without = await api.ask(`{ relationships(first: 1, atLeastPosition: "${position}") { totalCount } }`);
    expect(without.errors).toBeUndefined();
    const answer = await listed(position);
    expect(codesOf(answer)).toEqual(['STILL_AT']);
    expect(answer.errors![0]!.extensions['readModels']).toContain('health');
    health = followHealth(api.database.pool, () => undefined);
    expect((await listed(position)).list!.totalCount).toBe(list!.totalCount);
  }, 30_000);
});
