import { describe, expect, it } from '@jest/globals';
import { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { requestContext } from '../graphql/server/request.js';

const DEV: Caller = { tenantId: 'demo', actor: { id: 'dev', kind: 'HUMAN' }, roles: ['reader'] };
const authenticator = new Authenticator({ devCaller: DEV });

const from = (remoteAddress: string, headers: IncomingHttpHeaders): Promise<Caller> =>
  authenticator.authenticate(requestContext(headers, { remoteAddress } as Socket));

describe('a request without a token in dev mode', () => {
  it.each([
    ['127.0.0.1', { host: 'localhost:4000' }],
    ['::1', { host: '[::1]:4000' }],
    ['::ffff:127.0.0.1', { host: '127.0.0.1' }],
    ['127.0.0.1', { host: 'localhost:4000', origin: 'http://localhost:4000' }],
  ])('acts as dev when it comes from this machine to its own name: %s %j', async (address, headers) => {
    expect(await from(address, headers)).toBe(DEV);
  });

  it.each([
    ['another machine', '10.0.0.7', { host: 'localhost:4000' }],
    ['a name that somebody made to point here', '127.0.0.1', { host: 'evil.example:4000' }],
    ['a page of another site', '127.0.0.1', { host: 'localhost:4000', origin: 'https://evil.example' }],
    [
      'a page whose name only begins like ours',
      '127.0.0.1',
      { host: 'localhost:4000', origin: 'http://localhost.evil.example' },
    ],
    ['a page without an origin', '127.0.0.1', { host: 'localhost:4000', origin: 'null' }],
    ['a proxy', '127.0.0.1', { host: 'localhost:4000', 'x-forwarded-for': '10.0.0.7' }],
  ])('is unknown when it comes from %s', async (_, address, headers) => {
    await expect(from(address, headers)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  it('is unknown once it carries a token that is not accepted', async () => {
    await expect(from('127.0.0.1', { host: 'localhost', authorization: 'Bearer x' })).rejects.toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });
});
