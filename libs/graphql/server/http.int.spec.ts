import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditServer } from 'graphql-http';
import { toyApi, type ToyApi } from './testing/toy-api.js';

let api: ToyApi;
beforeAll(async () => {
  api = await toyApi();
});
afterAll(() => api.stop());

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; path?: unknown; extensions: Record<string, unknown> }[];
}

async function send(init: RequestInit, url = api.url): Promise<Answer> {
  const response = await fetch(url, init);
  const body = (await response.json()) as Omit<Answer, 'status' | 'type'>;
  return { status: response.status, type: response.headers.get('content-type'), ...body };
}

const post = (query: string, variables?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  send({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });

const codes = ({ errors = [] }: Answer): unknown[] => errors.map(({ extensions }) => extensions['code']);

describe('GraphQL over HTTP', () => {
  it('passes the official audit without an error or a warning', async () => {
    const results = await auditServer({ url: api.url });
    const short = results.flatMap((result) =>
      result.status === 'ok' ? [] : `${result.status} ${result.name}: ${result.reason}`,
    );
    expect(short).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
  });

  it('prefers the media type that the client names first', async () => {
    const accept = 'application/graphql-response+json, application/json';
    expect((await post('{ hello }', {}, { accept })).type).toBe('application/graphql-response+json; charset=utf-8');
    expect((await post('{ hello }')).type).toBe('application/json; charset=utf-8');
  });

  it('refuses what a page of another site could send without asking', async () => {
    const query = JSON.stringify({ query: '{ hello }' });
    const form = ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];
    for (const type of ['text/plain', 'text/plain; a=application/json', ...form]) {
      for (const accept of ['*/*', 'text/event-stream']) {
        const answer = await send({ method: 'POST', headers: { 'content-type': type, accept }, body: query });
        expect([answer.status, codes(answer)]).toEqual([415, ['INVALID_REQUEST']]);
      }
    }
  });

  it('refuses batches, broken JSON and bodies that are too large', async () => {
    const json = { 'content-type': 'application/json' };
    const batch = await send({ method: 'POST', headers: json, body: '[{"query":"{ hello }"}]' });
    expect([batch.status, codes(batch)]).toEqual([400, ['INVALID_REQUEST']]);
    const broken = await send({ method: 'POST', headers: json, body: '{"query":' });
    expect([broken.status, codes(broken)]).toEqual([400, ['INVALID_REQUEST']]);
    const large = await post('{ hello }', { text: 'x'.repeat(200_000) });
    expect([large.status, codes(large)]).toEqual([413, ['INVALID_REQUEST']]);
  });

  it('carries out no mutation by GET', async () => {
    const mutation = 'mutation { paint(input: { colour: RED, at: "2026-01-01T00:00:00Z" }) { painted } }';
    for (const accept of ['*/*', 'text/event-stream']) {
      const refused = await fetch(`${api.url}?query=${encodeURIComponent(mutation)}`, { headers: { accept } });
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('shows a browser a page that needs no network', async () => {
    const response = await fetch(api.url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    const page = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(page).toContain('{ hello }');
    expect(page).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="?(https?:)?\/\//);
  });

  it('runs the operation that is named, also when another of the same document was compiled', async () => {
    const query = 'query A { hello } query B { stone { weight } }';
    const run = (operationName: string): Promise<Answer> =>
      send({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, operationName }),
      });
    for (let times = 0; times < 4; times++) {
      expect((await run('A')).data).toEqual({ hello: 'Hello, world!' });
      expect((await run('B')).data).toEqual({ stone: { weight: 1 } });
    }
    expect(codes(await run('C'))).toEqual(['INVALID_DOCUMENT']);
  });

  it('runs no code that a client writes into a literal', async () => {
    // graphql-jit 0.8.9 replaces this text in literal arguments by code.
    const marker = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
    const query = `{ hello(name: "${marker}globalThis.taken=1") }`;
    for (let times = 0; times < 4; times++) {
      expect((await post(query)).data).toEqual({ hello: `Hello, ${marker}globalThis.taken=1!` });
    }
    expect('taken' in globalThis).toBe(false);
  });
});

describe('an input that cannot be read', () => {
  const PAINT = `mutation ($input: PaintInput!) { paint(input: $input) { painted position errors {
    __typename code message path ... on InvalidInput { allowed nearest } ... on StateConflict { current } } } }`;
  const paint = async (input: object): Promise<unknown> => (await post(PAINT, { input })).data?.['paint'];

  it('is refused in the payload of a mutation, with what was meant', async () => {
    for (let times = 0; times < 3; times++) {
      expect(await paint({ colour: 'GREN', at: '2026-03-09T02:30', minutes: -5 })).toEqual({
        painted: null,
        position: null,
        errors: [
          {
            __typename: 'InvalidInput',
            code: 'INVALID_INPUT',
            message: 'This value does not exist.',
            path: ['colour'],
            allowed: ['RED', 'GREEN'],
            nearest: 'GREEN',
          },
          {
            __typename: 'Refused',
            code: 'NAIVE_TIMESTAMP',
            message: 'The time has no offset: add Z or the offset of the place, as in +01:00.',
            path: ['at'],
          },
          {
            __typename: 'InvalidInput',
            code: 'INVALID_INPUT',
            message: 'This is no whole number from 0 to 2147483647.',
            path: ['minutes'],
            allowed: null,
            nearest: null,
          },
        ],
      });
    }
  });

  it('is refused in the same way when it is written into the document', async () => {
    const query = `mutation { paint(input: { colour: PINK, at: "2026-02-30T00:00:00Z" }) { errors { code path } } }`;
    for (let times = 0; times < 3; times++) {
      expect((await post(query)).data).toEqual({
        paint: {
          errors: [
            { code: 'INVALID_INPUT', path: ['colour'] },
            { code: 'INVALID_INPUT', path: ['at'] },
          ],
        },
      });
    }
  });

  it('lets what can be read through in UTC', async () => {
    expect(await paint({ colour: 'RED', at: '2026-03-09T02:30:00+01:00' })).toEqual({
      painted: 'RED 2026-03-09T01:30:00.000Z undefined',
      position: 'p7',
      errors: [],
    });
  });

  it('is a typed error of the field that asked when it is no mutation', async () => {
    const query = 'query ($at: DateTime!) { at(moment: $at) hello: stone { weight } }';
    const answer = await post(query, { at: '2026-03-09' });
    expect(answer.errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'NAIVE_TIMESTAMP', path: ['moment'] }) }),
    ]);
  });

  it('fails the request with the path when its shape is wrong', async () => {
    for (let times = 0; times < 3; times++) {
      const answer = await post(PAINT, { input: { colour: 7, paint: 'x' } });
      expect(answer.data).toBeUndefined();
      expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'INVALID_INPUT', path: ['input', 'colour'] },
        { code: 'INVALID_INPUT', path: ['input', 'at'] },
        { code: 'INVALID_INPUT', path: ['input', 'paint'] },
      ]);
    }
  });

  it('leaves a refusal of the domain in the payload', async () => {
    expect(await paint({ colour: 'RED', at: '2026-01-01T00:00:00Z', minutes: 13 })).toMatchObject({
      painted: null,
      errors: [{ __typename: 'StateConflict', code: 'STATE_CONFLICT', current: 'WET' }],
    });
  });
});

describe('a fault', () => {
  it('tells nothing but a correlation id, under which the log has it', async () => {
    for (let times = 0; times < 3; times++) {
      const answer = await post('{ fault }', {}, { 'x-correlation-id': 'abc-1' });
      expect(JSON.stringify(answer)).not.toMatch(/secret|\.ts|stack/);
      expect(answer.errors?.[0]?.extensions).toEqual({ code: 'INTERNAL', correlationId: 'abc-1' });
    }
    expect(api.logged).toContainEqual(expect.objectContaining({ correlationId: 'abc-1', field: ['fault'] }));
  });

  it('that callers can act on keeps its code', async () => {
    expect(codes(await post('{ unavailable }'))).toEqual(['UNAVAILABLE']);
    const { data, errors } = await post('{ hello forbidden }');
    expect(data).toEqual({ hello: 'Hello, world!', forbidden: null });
    expect(errors?.[0]).toMatchObject({ path: ['forbidden'], extensions: { code: 'FORBIDDEN' } });
  });
});

describe('an operation that asks for too much', () => {
  it.each([
    ['depth', `{ stone { ${'under { '.repeat(20)} weight ${'}'.repeat(20)} } }`],
    ['aliases', `{ ${Array.from({ length: 40 }, (_, index) => `a${String(index)}: hello`).join(' ')} }`],
    ['directives', `{ hello ${'@include(if: true) '.repeat(40)} }`],
    ['tokens', `{ ${'hello '.repeat(5000)} }`],
    ['cost', '{ stones(first: 200) { nodes { stones(first: 200) { nodes { weight } } } } }'],
    [
      'fragments',
      `${Array.from({ length: 30 }, (_, i) => `fragment F${String(i)} on Query { ...F${String(i + 1)} ...F${String(i + 1)} }`).join('\n')} fragment F30 on Query { a: hello } { ...F0 }`,
    ],
    ['introspection', `{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }`],
  ])('is refused for its %s', async (_, query) => {
    const started = performance.now();
    const answer = await post(query);
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('is refused by the page sizes in its variables', async () => {
    const query =
      'query ($first: Int) { stones(first: $first) { nodes { stones(first: $first) { nodes { weight } } } } }';
    expect((await post(query, { first: 10 })).errors).toBeUndefined();
    expect(codes(await post(query, { first: 200 }))).toEqual(['LIMIT_EXCEEDED']);
    expect((await post(query)).errors).toBeUndefined();
  });

  it('may ask for the whole schema', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    expect((await post(getIntrospectionQuery())).data).toHaveProperty('__schema');
  });
});

describe('a page', () => {
  const PAGE =
    'query ($first: Int, $after: String) { stones(first: $first, after: $after) { nodes { weight } pageInfo { hasNextPage endCursor } } }';

  it('goes on after its cursor', async () => {
    const first = (await post(PAGE, { first: 2 })).data?.['stones'] as { pageInfo: { endCursor: string } };
    expect((await post(PAGE, { first: 1, after: first.pageInfo.endCursor })).data?.['stones']).toMatchObject({
      nodes: [{ weight: 3 }],
      pageInfo: { hasNextPage: true },
    });
  });

  it('counts the whole list only when asked', async () => {
    expect((await post('{ stones(first: 1) { totalCount } }')).data).toEqual({ stones: { totalCount: 1000 } });
  });

  it.each([
    [{ first: 201 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ after: 'nonsense' }, 'after'],
  ])('%j is a typed error', async (variables, path) => {
    const [error] = (await post(PAGE, variables)).errors ?? [];
    expect(error?.extensions).toEqual({ code: 'INVALID_INPUT', path: [path] });
  });
});

describe('atLeastPosition', () => {
  it('answers once the read models are there, else says how far they are', async () => {
    api.shown = 5n;
    expect((await post('{ shown(atLeastPosition: "p5") }')).data).toEqual({ shown: 'up to date' });
    const [error] = (await post('{ shown(atLeastPosition: "p6") }')).errors ?? [];
    expect(error?.extensions).toEqual({ code: 'STILL_AT', position: 'p5', readModels: ['stones'] });
  });

  it('that is none is a typed error', async () => {
    expect(codes(await post('{ shown(atLeastPosition: "six") }'))).toEqual(['INVALID_INPUT']);
  });
});
