import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codesOf, testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { rapport, type Rapport } from '../apps/cli/testing/rapport.js';
import { loadDemo } from '../libs/demo/load-demo.js';
import type { Instant } from '../libs/event-sourcing/instant.js';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { followHealth, type HealthFollower } from '../libs/read-models/health/follow-health.js';
import { projections } from '../libs/read-models/read-models.js';

const page = readFileSync('docs/metrics.md', 'utf8');
/** A command, and what one sees. */
const scenes = [...page.matchAll(/```sh\nrapport (.*?)\n```\n+```text\n(.*?)```/gs)].map(
  ([, command, seen]) => [command!, seen!] as const,
);

describe('the loop of docs/metrics.md', () => {
  let api: TestApi;
  let run: Rapport;
  let follower: HealthFollower;
  let folder: string;
  beforeAll(async () => {
    api = await testApi(projections);
    const storyteller = { tenantId: 'demo', actor: { id: 'demo', kind: 'SYSTEM' } as const };
    const until = '2026-11-01T00:00:00.000Z' as Instant;
    await loadDemo(api.execute, storyteller, { parties: 40, years: 2, seed: 'demo', until });
    follower = followHealth(api.database.pool, () => undefined);
    const shown = formatPosition(await api.store.head());
    const seen = `{ relationships(first: 1, atLeastPosition: "${shown}") {
      nodes { health { score } referrals { totalCount } } } }`;
    while (codesOf(await api.ask(seen)).includes('STILL_AT'));
    folder = mkdtempSync(join(tmpdir(), 'rapport-page-'));
    run = rapport({ RAPPORT_URL: api.url, RAPPORT_TOKEN: await api.token() });
    const { stdout } = await run('metrics', 'pull', 'relationship-health');
    writeFileSync(join(folder, 'health.yaml'), stdout.replace('weight: 20', 'weight: 40'));
  }, 60_000);
  afterAll(async () => {
    await follower.stop();
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  it('has scenes', () => expect(scenes.length).toBeGreaterThan(3));

  it.each(scenes)('is as it says: rapport %s', async (command, seen) => {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
    const args = words.map((word) => (word.endsWith('.yaml') ? join(folder, word) : word));
    const { stdout, stderr } = await run(...args);
    const timeless = (text: string): string => text.replace(/ in \d+ s\)/, ' in 0 s)').replace(/^\d+ %  .*\n/gm, '');
    expect(timeless(stderr + stdout)).toBe(seen);
  });
});
