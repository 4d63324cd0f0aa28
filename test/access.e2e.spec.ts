import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { codesOf, testApi, type TestApi } from '../apps/api/testing/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

const HEAD = '{ ledger { head { position } } }';
const bearer = async (claims: Parameters<TestApi['token']>[0]): Promise<string> => `Bearer ${await api.token(claims)}`;

/** A token whose parts are what the test says, signed by nobody. */
const forged = (header: object, claims: object): string =>
  `Bearer ${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

const signed = async (secret: string): Promise<string> => {
  const token = new SignJWT(ALL).setProtectedHeader({ alg: 'HS256' });
  return `Bearer ${await token.sign(new TextEncoder().encode(secret))}`;
};

/** The signature of one token under the claims of another. */
const withClaims = (token: string, claims: object): string => {
  const [header, , signature] = token.split('.');
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
};

const ALL = { sub: 'eve', tenant: 'demo', roles: ['auditor'], exp: 4e9 };

describe('a caller', () => {
  it('with a token of the role is answered', async () => {
    expect((await api.ask(HEAD, { roles: ['auditor'] })).data).toEqual({ ledger: { head: { position: 'p0' } } });
  });

  it('without the role is refused, and told which it takes', async () => {
    const answer = await api.ask(HEAD, { roles: ['reader', 'recorder'] });
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', roles: ['auditor'] });
  });

  it.each([
    ['no token', () => ''],
    ['no bearer', () => 'Basic YTpi'],
    ['a token that nobody signed', () => forged({ alg: 'none' }, ALL)],
    ['a token of an algorithm that is not taken', () => forged({ alg: 'RS256' }, ALL)],
    ['a token that another secret signed', () => signed('another secret, of thirty-two bytes as well')],
    ['a token whose claims were changed', async () => withClaims(await bearer({ roles: [] }), ALL)],
    ['an expired token', () => bearer({ exp: 1 })],
    ['a token for ever', () => bearer({ exp: undefined })],
    ['a token without a tenant', () => bearer({ tenant: '' })],
    ['a token of a tenant that cannot be one', () => bearer({ tenant: 'a-b.c' })],
    ['a token of an unknown kind of actor', () => bearer({ actor_kind: 'GOD' })],
  ])('with %s is unknown', async (_, authorization) => {
    expect(codesOf(await api.ask(HEAD, { authorization: await authorization() }))).toEqual(['UNAUTHENTICATED']);
  });

  it('with roles that do not exist has none', async () => {
    expect(codesOf(await api.ask(HEAD, { authorization: await bearer({ roles: ['root'] as never }) }))).toEqual([
      'FORBIDDEN',
    ]);
  });

  it('may read the schema without a token', async () => {
    expect((await api.ask('{ __schema { queryType { name } } }', { authorization: '' })).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
  });

  it('is asked for a token by websocket too', async () => {
    const follow = async (authorization: string): Promise<unknown> => {
      const client = createClient({
        url: `${api.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: { authorization },
      });
      for await (const result of client.iterate({ query: HEAD })) return result;
    };
    expect(await follow(await bearer({}))).toEqual({ data: { ledger: { head: { position: 'p0' } } } });
    expect(await follow('Bearer x')).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});
