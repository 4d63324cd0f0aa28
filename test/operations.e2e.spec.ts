import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { codesOf, testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { projections } from '../libs/read-models/read-models.js';

describe('what operators tell the read models', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi(projections);
  });
  afterAll(() => api.stop());

  interface Told {
    readonly errors: readonly { code: string; path: readonly string[] | null; nearest?: string | null }[];
    readonly position: string | null;
  }
  async function tell(mutation: string, input: Readonly<Record<string, unknown>>): Promise<Told> {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) {
      told: ${mutation}(input: $input) { position errors { code path ... on InvalidInput { nearest } } }
    }`;
    const { data, errors } = await api.ask(query, { variables: { input } });
    if (errors) throw new Error(JSON.stringify(errors));
    return (data as { told: Told }).told;
  }
  async function untilState(name: string, state: string): Promise<void> {
    for (;;) {
      const { data } = await api.ask('{ projections { name state } }');
      const { projections: all } = data as { projections: { name: string; state: string }[] };
      if (all.find((one) => one.name === name)?.state === state) return;
    }
  }
  const register = async (): Promise<string> => {
    const { data } = await api.ask(
      `mutation { registerParty(input: { kind: PERSON, displayName: "Ada" }) { position } }`,
    );
    return (data as { registerParty: { position: string } }).registerParty.position;
  };
  const parties = (position: string) => api.ask(`{ parties(atLeastPosition: "${position}") { totalCount } }`);

  it('pause one, which then stands still while it can be read, and resume it', async () => {
    await tell('pauseProjection', { projection: 'directory', reason: 'The disk is being enlarged.' });
    await untilState('directory', 'PAUSED');
    const position = await register();
    expect((await api.ask('{ parties { totalCount } }')).data).toEqual({ parties: { totalCount: 0 } });

    await tell('resumeProjection', { projection: 'directory' });
    expect((await parties(position)).data).toEqual({ parties: { totalCount: 1 } });
  });

  it('rebuild one while it is read, to the same rows', async () => {
    const position = await register();
    const { data: before } = await parties(position);
    const { position: asked } = await tell('rebuildProjection', { projection: 'directory' });
    for (let rebuilt = false; !rebuilt;) {
      expect((await api.ask('{ parties { totalCount } }')).data).toEqual(before);
      const { rows } = await api.database.owner.query<{ live: string }>(
        `SELECT schema_name AS live FROM projecting.builds WHERE projection = 'directory' AND role = 'LIVE'`,
      );
      rebuilt = rows[0]?.live !== 'directory_v1';
    }
    expect((await parties(asked!)).data).toEqual(before);
  });

  it('is seen by whoever follows the read model', async () => {
    const client = createClient({
      url: `${api.url}/graphql`,
      headers: { authorization: `Bearer ${await api.token({ roles: ['operator'] })}` },
    });
    const followed = client.iterate<{ projectionProgress: { state: string } }>({
      query: 'subscription { projectionProgress(name: "timeline") { state } }',
    });
    const seen: (string | undefined)[] = [];
    for await (const { data } of followed) {
      if (seen.push(data?.projectionProgress.state) === 1) await tell('pauseProjection', { projection: 'timeline' });
      if (seen.at(-1) === 'PAUSED') break;
    }
    client.dispose();
    await tell('resumeProjection', { projection: 'timeline' });
    expect(seen[0]).toBe('LIVE');
    await untilState('timeline', 'LIVE');
  });

  it('is recorded with who said it', async () => {
    const { data } = await api.ask(
      '{ ledger { events(first: 1, order: OLDEST_FIRST, filter: { types: ["ProjectionPaused"] }) { nodes { data actor { id } } } } }',
    );
    expect(data).toMatchObject({
      ledger: {
        events: {
          nodes: [
            {
              data: { projection: 'directory', reason: 'The disk is being enlarged.' },
              actor: { id: expect.anything() },
            },
          ],
        },
      },
    });
  });

  it('is refused for a read model or an event that there is not', async () => {
    const [unknown] = (await tell('pauseProjection', { projection: 'directry' })).errors;
    expect(unknown).toEqual({ code: 'INVALID_INPUT', path: ['projection'], nearest: 'directory' });
    const skip = { projection: 'directory', eventId: `evt_${'0'.repeat(26)}`, reason: 'None.' };
    expect((await tell('skipEvent', skip)).errors).toMatchObject([{ code: 'INVALID_INPUT', path: ['eventId'] }]);
  });

  it('is for operators only', async () => {
    const pause = 'mutation { pauseProjection(input: { projection: "directory" }) { position } }';
    expect(codesOf(await api.ask(pause, { roles: ['recorder', 'reader'] }))).toEqual(['FORBIDDEN']);
  });
});
