import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient as createEventStreamClient } from 'graphql-sse';
import { createClient, type Client } from 'graphql-ws';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { toyApi, type ToyApi } from './testing/toy-api.js';

let api: ToyApi;
beforeAll(async () => {
  api = await toyApi();
});
afterAll(() => api.stop());

const websocket = (): Client =>
  createClient({ url: api.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });

/** Waits for a condition that nothing announces. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function take(results: AsyncIterable<unknown>, count: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  for await (const result of results) if (taken.push(result) === count) break;
  return taken;
}

const COUNTED = [{ data: { count: 1 } }, { data: { count: 2 } }, { data: { count: 3 } }];
const errorCode = (code: string): unknown => [
  expect.objectContaining({ extensions: expect.objectContaining({ code }) }),
];

describe('a websocket', () => {
  it('carries subscriptions, queries and mutations', async () => {
    const client = websocket();
    expect(await take(client.iterate({ query: 'subscription { count }' }), 3)).toEqual(COUNTED);
    expect(await take(client.iterate({ query: '{ hello }' }), 2)).toEqual([{ data: { hello: 'Hello, world!' } }]);
    const paint = 'mutation { paint(input: { colour: PINK, at: "2026-01-01T00:00:00Z" }) { errors { path } } }';
    expect(await take(client.iterate({ query: paint }), 2)).toEqual([
      { data: { paint: { errors: [{ path: ['colour'] }] } } },
    ]);
    await client.dispose();
  });

  it('ends what nobody follows any more', async () => {
    const client = websocket();
    const counting = client.iterate({ query: 'subscription { count(to: 31) }' });
    await counting.next();
    expect(api.following).toContain('count to 31');
    await counting.return?.();
    await until(() => !api.following.has('count to 31'));

    const other = websocket();
    const lost = other.iterate({ query: 'subscription { count(to: 32) }' });
    await lost.next();
    other.terminate();
    await until(() => !api.following.has('count to 32'));
    await client.dispose();
  });

  it('has the limits and hides the faults of every transport', async () => {
    const client = websocket();
    const deep = `{ stone { ${'under { '.repeat(20)} weight ${'}'.repeat(20)} } }`;
    await expect(take(client.iterate({ query: deep }), 1)).rejects.toEqual(errorCode('LIMIT_EXCEEDED'));
    await expect(take(client.iterate({ query: '{ nothing }' }), 1)).rejects.toEqual(errorCode('INVALID_DOCUMENT'));
    expect(await take(client.iterate({ query: '{ fault }' }), 1)).toEqual([
      { data: null, errors: errorCode('INTERNAL') },
    ]);
    await client.dispose();
  });

  it('closes on a message that is too large, or none of the protocol', async () => {
    for (const message of ['x'.repeat(200_000), 'nonsense']) {
      const socket = new WebSocket(api.url.replace('http', 'ws'), 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(message);
      await once(socket, 'close');
    }
    expect(await take(websocket().iterate({ query: '{ hello }' }), 1)).toHaveLength(1);
  });

  it('at another path is refused, and its reset ends nothing', async () => {
    const { hostname, port } = new URL(api.url);
    for (const path of ['/', '/graphql']) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
      );
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
    expect(await take(websocket().iterate({ query: '{ hello }' }), 1)).toHaveLength(1);
  });
});

describe('an event stream', () => {
  it('carries subscriptions and queries', async () => {
    const client = createEventStreamClient({ url: api.url, retryAttempts: 0 });
    expect(await take(client.iterate({ query: 'subscription { count }' }), 3)).toEqual(COUNTED);
    expect(await take(client.iterate({ query: '{ hello }' }), 2)).toEqual([{ data: { hello: 'Hello, world!' } }]);
    client.dispose();
  });

  it('ends what nobody follows any more', async () => {
    const client = createEventStreamClient({ url: api.url, retryAttempts: 0 });
    const counting = client.iterate({ query: 'subscription { count(to: 41) }' });
    await counting.next();
    expect(api.following).toContain('count to 41');
    await counting.return?.();
    await until(() => !api.following.has('count to 41'));
    client.dispose();
  });

  it('waits for a slow reader instead of filling the memory', async () => {
    const { hostname, port } = new URL(api.url);
    const body = JSON.stringify({ query: 'subscription { count(to: 1000000) }' });
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
    );
    await once(socket, 'readable');
    await until(() => api.following.has('count to 1000000'));
    const before = process.memoryUsage().heapUsed;
    for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
    expect(api.following).toContain('count to 1000000');
    socket.destroy();
    await until(() => !api.following.has('count to 1000000'));
  });
});
