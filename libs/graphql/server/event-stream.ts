import type { FastifyReply } from 'fastify';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { EVENT_STREAM } from './accept.js';

/** Keeps the connection open through proxies that end silent ones. */
const PING_MS = 12_000;

/**
 * Results as server-sent events, in the distinct connections mode of the GraphQL over SSE protocol. A slow reader is
 * waited for; one that goes away ends the subscription. When the server ends, the connection does without a last event,
 * so that the reader comes back.
 */
export async function sendEventStream(
  reply: FastifyReply,
  results: AsyncGenerator<ExecutionResult, void> | ExecutionResult,
  present: (result: ExecutionResult) => FormattedExecutionResult,
  ending: AbortSignal,
): Promise<FastifyReply> {
  reply.hijack();
  const response = reply.raw;
  const iterable = Symbol.asyncIterator in results ? results : only(results);
  const ping = setInterval(() => response.write(':\n\n'), PING_MS);
  const left = (): void => {
    clearInterval(ping);
    ending.removeEventListener('abort', end);
    void iterable.return();
  };
  const end = (): void => {
    response.destroy();
  };
  response.on('close', left);
  ending.addEventListener('abort', end);
  if (response.destroyed) left(); // before anybody listened
  response.setHeaders(new Map(Object.entries(reply.getHeaders() as Record<string, string>)));
  response.writeHead(200, { 'content-type': `${EVENT_STREAM}; charset=utf-8`, 'cache-control': 'no-cache' });
  response.flushHeaders();
  for await (const result of iterable) {
    await write(response, `event: next\ndata: ${JSON.stringify(present(result))}\n\n`);
  }
  await write(response, 'event: complete\ndata:\n\n');
  response.end();
  return reply;
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* only<Result>(result: Result): AsyncGenerator<Result, void> {
  yield result;
}

async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  // Either there is room again or nobody reads any more.
  const ended = new AbortController();
  await Promise.race([once(response, 'drain', ended), once(response, 'close', ended)]).finally(() => {
    ended.abort();
  });
}
