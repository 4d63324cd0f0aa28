import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient as createEventStreamClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { formatPosition } from '../libs/event-sourcing/position.js';
import { appended, newTenant } from '../libs/event-store/testing/given-log.js';
import { codesOf, testApi, type TestApi } from '../apps/api/testing/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

type Tenant = ReturnType<typeof newTenant>;

/** Records touches of one relationship; answers the position of the last. */
async function record(tenant: Tenant, stream: string, from: number, to: number): Promise<string> {
  let position = 0n;
  for (let revision = from; revision <= to; revision++) {
    const expected = revision === 0 ? 'none' : revision - 1;
    const events = [tenant.event(`${stream} ${String(revision)}`)];
    position = appended(await api.store.append({ stream: tenant.stream(stream), expected, events })).position;
  }
  return formatPosition(position);
}

interface Page {
  readonly nodes: readonly { readonly idempotencyKey: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const keysOf = ({ nodes }: Page): string[] => nodes.map(({ idempotencyKey }) => idempotencyKey);

describe('the ledger', () => {
  const EVENTS = `query ($first: Int!, $after: String, $order: HistoryOrder!, $filter: LedgerEventFilter) {
    ledger { events(first: $first, after: $after, order: $order, filter: $filter) {
      nodes { idempotencyKey } pageInfo { hasNextPage endCursor } } } }`;
  const STREAM = `query ($name: String!, $first: Int!, $after: String, $order: HistoryOrder!) {
    ledger { stream(name: $name) { events(first: $first, after: $after, order: $order) {
      nodes { idempotencyKey } pageInfo { hasNextPage endCursor } } } } }`;

  it('gives a tenant its own events, page by page, in both directions', async () => {
    const [ours, theirs] = [newTenant(), newTenant()];
    await record(ours, 'a', 0, 2);
    await record(theirs, 'a', 0, 1);
    await record(ours, 'b', 0, 1);
    const all = ['a 0', 'a 1', 'a 2', 'b 0', 'b 1'];
    for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
      const found: string[] = [];
      for (let page: Page | undefined; page?.pageInfo.hasNextPage ?? true; found.push(...keysOf(page))) {
        const variables = { first: 2, after: page?.pageInfo.endCursor, order };
        const { data } = await api.ask(EVENTS, { tenant: ours.tenantId, variables });
        page = (data as { ledger: { events: Page } }).ledger.events;
      }
      expect(found).toEqual(order === 'OLDEST_FIRST' ? all : [...all].reverse());
    }
  });

  it('finds events by type, actor and the time they were recorded', async () => {
    const tenant = newTenant();
    await record(tenant, 'a', 0, 4);
    const { data } = await api.ask('{ ledger { events { nodes { idempotencyKey recordedAt } } } }', {
      tenant: tenant.tenantId,
    });
    const { nodes } = (data as { ledger: { events: { nodes: { recordedAt: string }[] } } }).ledger.events;
    const filtered = async (filter: object): Promise<string[]> => {
      const answer = await api.ask(EVENTS, {
        tenant: tenant.tenantId,
        variables: { first: 10, order: 'OLDEST_FIRST', filter },
      });
      return keysOf((answer.data as { ledger: { events: Page } }).ledger.events);
    };
    const [from, before] = [nodes[1]!.recordedAt, nodes[3]!.recordedAt];
    expect(await filtered({ types: ['TouchRecorded'], actorId: 'ann' })).toHaveLength(5);
    expect(await filtered({ types: ['PartyRegistered'] })).toEqual([]);
    expect(await filtered({ actorId: 'bob' })).toEqual([]);
    const expected = nodes.filter(({ recordedAt }) => recordedAt >= from && recordedAt < before);
    expect(await filtered({ recordedFrom: from, recordedBefore: before })).toHaveLength(expected.length);
  });

  it('gives the history of one stream, page by page, in both directions', async () => {
    const tenant = newTenant();
    await record(tenant, 'a', 0, 4);
    for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
      const found: string[] = [];
      for (let page: Page | undefined; page?.pageInfo.hasNextPage ?? true; found.push(...keysOf(page))) {
        const variables = { name: tenant.stream('a'), first: 2, after: page?.pageInfo.endCursor, order };
        const { data } = await api.ask(STREAM, { tenant: tenant.tenantId, variables });
        page = (data as { ledger: { stream: { events: Page } } }).ledger.stream.events;
      }
      const all = ['a 0', 'a 1', 'a 2', 'a 3', 'a 4'];
      expect(found).toEqual(order === 'OLDEST_FIRST' ? all : [...all].reverse());
    }
  });

  it('shows nothing of another tenant: no stream, no event, also not by its name', async () => {
    const [ours, theirs] = [newTenant(), newTenant()];
    await record(theirs, 'a', 0, 0);
    const variables = { id: theirs.event('a 0').id, name: theirs.stream('a') };
    const query =
      'query ($id: ID!, $name: String!) { ledger { event(id: $id) { id } stream(name: $name) { events { nodes { id } } } } }';
    const { data } = await api.ask(query, { tenant: ours.tenantId, variables });
    expect(data).toEqual({ ledger: { event: null, stream: { events: { nodes: [] } } } });
    expect((await api.ask(query, { tenant: theirs.tenantId, variables })).data).toEqual({
      ledger: { event: { id: variables.id }, stream: { events: { nodes: [{ id: variables.id }] } } },
    });
  });

  it('shows an event with all that surrounds it', async () => {
    const tenant = newTenant();
    const position = await record(tenant, 'a', 0, 0);
    const variables = { id: tenant.event('a 0').id };
    const query = `query ($id: ID!) { ledger { head { position size } event(id: $id) { type schemaVersion stream revision
      position occurredAt actor { id kind } correlationId causationId idempotencyKey dataClass data } } }`;
    expect((await api.ask(query, { tenant: tenant.tenantId, variables })).data).toEqual({
      ledger: {
        head: { position, size: Number(await api.store.head()) },
        event: {
          type: 'TouchRecorded',
          schemaVersion: 1,
          stream: tenant.stream('a'),
          revision: 0,
          position,
          occurredAt: '2026-03-09T02:30:00.000Z',
          actor: { id: 'ann', kind: 'HUMAN' },
          correlationId: 'correlation of a 0',
          causationId: null,
          idempotencyKey: 'a 0',
          dataClass: 'PERSONAL',
          data: { note: 'a 0' },
        },
      },
    });
  });
});

describe('following the ledger', () => {
  const FOLLOW =
    'subscription ($after: Position, $types: [String!]) { ledgerEvents(after: $after, types: $types) { idempotencyKey } }';

  const byWebsocket = async (
    tenant: string,
    variables: Record<string, unknown>,
  ): Promise<AsyncIterableIterator<unknown>> =>
    createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await api.token({ tenant })}` },
    }).iterate({ query: FOLLOW, variables });
  const byEventStream = async (
    tenant: string,
    variables: Record<string, unknown>,
  ): Promise<AsyncIterableIterator<unknown>> =>
    createEventStreamClient({
      url: `${api.url}/graphql`,
      headers: { authorization: `Bearer ${await api.token({ tenant })}` },
    }).iterate({ query: FOLLOW, variables });

  const take = async (results: AsyncIterable<unknown>, count: number): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { data } of results as AsyncIterable<{ data: { ledgerEvents: { idempotencyKey: string } } }>) {
      if (keys.push(data.ledgerEvents.idempotencyKey) === count) break;
    }
    return keys;
  };
  const keys = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => `a ${String(from + index)}`);

  it.each([
    ['websocket', byWebsocket],
    ['event stream', byEventStream],
  ])('by %s replays the gap and then goes on: no loss, no duplicate', async (_, follow) => {
    const [tenant, other] = [newTenant(), newTenant()];
    const after = await record(tenant, 'a', 0, 1);
    await record(tenant, 'a', 2, 9);
    const following = take(await follow(tenant.tenantId, { after }), 58);
    await Promise.all([record(tenant, 'a', 10, 59), record(other, 'a', 0, 20)]);
    expect(await following).toEqual(keys(2, 59));
  });

  it('from several places at once gives everybody all that follows his place', async () => {
    const tenant = newTenant();
    const start = formatPosition(await api.store.head());
    const places = [start];
    const followers = [take(await byEventStream(tenant.tenantId, { after: start }), 40)];
    for (let revision = 0; revision < 40; revision += 10) {
      places.push(await record(tenant, 'a', revision, revision + 9));
      if (revision < 30)
        followers.push(take(await byEventStream(tenant.tenantId, { after: places.at(-1) }), 30 - revision));
    }
    expect(await Promise.all(followers)).toEqual([keys(0, 39), keys(10, 39), keys(20, 39), keys(30, 39)]);
  });

  it('can be about some types only', async () => {
    const tenant = newTenant();
    const after = formatPosition(await api.store.head());
    await record(tenant, 'a', 0, 1);
    const events = [tenant.event('b', { type: 'PartyRegistered' })];
    await api.store.append({ stream: tenant.stream('b'), expected: 'none', events });
    expect(await take(await byEventStream(tenant.tenantId, { after, types: ['PartyRegistered'] }), 1)).toEqual(['b']);
  });

  it('is for auditors', async () => {
    const results = createEventStreamClient({
      url: `${api.url}/graphql`,
      headers: { authorization: `Bearer ${await api.token({ roles: ['reader'] })}` },
    }).iterate({ query: FOLLOW });
    expect((await results.next()).value).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('ends with its token', async () => {
    const tenant = newTenant().tenantId;
    const token = await api.token({ tenant, exp: Math.ceil(Date.now() / 1000) + 1 });
    const client = createEventStreamClient({
      url: `${api.url}/graphql`,
      headers: { authorization: `Bearer ${token}` },
    });
    const results: unknown[] = [];
    for await (const result of client.iterate({ query: FOLLOW })) results.push(result);
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
  });

  it('needs no more than a browser or curl: a GET', async () => {
    const tenant = newTenant();
    const after = formatPosition(await api.store.head());
    await record(tenant, 'a', 0, 0);
    const url = new URL(`${api.url}/graphql`);
    url.searchParams.set('query', FOLLOW);
    url.searchParams.set('variables', JSON.stringify({ after }));
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${await api.token({ tenant: tenant.tenantId })}` };
    const { body } = await fetch(url, { headers, signal: leaving.signal });
    const { value } = await body!.getReader().read();
    expect(Buffer.from(value!).toString()).toBe(
      'event: next\ndata: {"data":{"ledgerEvents":{"idempotencyKey":"a 0"}}}\n\n',
    );
    leaving.abort();
  });

  it('from a position that is none is a typed error', async () => {
    const results = await byEventStream('demo', { after: 'nowhere' });
    expect((await results.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', path: ['after'] } }],
    });
  });
});

describe('beside GraphQL', () => {
  it('tells that it lives, and that it is ready, with every projection', async () => {
    expect(await (await fetch(`${api.url}/health/live`)).json()).toEqual({ status: 'live' });
    const ready = await fetch(`${api.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', database: 'up', log: 'up', projections: [] },
    ]);
  });

  it('gives Prometheus its figures', async () => {
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toContain(`rapport_log_position ${String(await api.store.head())}`);
    expect(metrics).toMatch(/rapport_http_request_seconds_count\{route="\/graphql",method="POST",status="200"\} \d+/);
  });

  it('says so when a read model is not there yet', async () => {
    const answer = await api.ask('{ relationships(first: 1) { nodes { id } } }');
    expect(codesOf(answer)).toEqual(['UNAVAILABLE']);
  });

  it('keeps its faults to itself', async () => {
    await api.database.owner.query('ALTER TABLE projecting.builds RENAME TO hidden');
    const answer = await api.ask('{ projections { name } }');
    await api.database.owner.query('ALTER TABLE projecting.hidden RENAME TO builds');
    expect(codesOf(answer)).toEqual(['INTERNAL']);
    expect(JSON.stringify(answer)).not.toMatch(/builds|does not exist|SELECT/);
    expect(api.logged).not.toEqual([]);
  });
});
