import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { createHandler, type Response } from 'graphql-sse';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { RequestContext } from '../request-context.js';
import { isOperation, type Operations } from './operations.js';
import { carryOut, underway, type Underway } from './underway.js';

/** One operation as server-sent events, in the distinct connections mode of the GraphQL over SSE protocol. */
export type EventStreams = (request: FastifyRequest, reply: FastifyReply, context: RequestContext) => Promise<Response>;

export function eventStreams(operations: Operations): EventStreams {
  const handle = createHandler<ServerResponse, RequestContext, Underway>({
    authenticate: () => '', // no token: every operation has a connection of its own
    onSubscribe({ context }, parameters) {
      const operation = operations.prepare(parameters);
      if (!isOperation(operation)) return Readable.from([{ errors: operation }]);
      return underway(operations, operation, parameters.variables, context);
    },
    validate: () => [], // `prepare` did
    execute: carryOut(operations),
    subscribe: carryOut(operations),
    async onNext(_, { raw, context }, result) {
      await room(raw);
      return operations.present(result as ExecutionResult, context) as ExecutionResult; // in the form of its JSON
    },
  });
  return ({ method, url, headers, body }, { raw }, context) => {
    const seen: Record<string, string | undefined> = {
      accept: 'text/event-stream', // it understands no list
      // It looks for JSON anywhere in it, so a page of another site could hide that in a parameter of plain text.
      'content-type': headers['content-type']?.split(';', 1)[0],
    };
    const get = (name: string): string | undefined => seen[name];
    return handle({ method, url, headers: { get }, body: body as Record<string, unknown>, raw, context });
  };
}

/** graphql-sse queues without bound what a slow reader leaves. So an event waits until those before it have left. */
async function room(response: ServerResponse): Promise<void> {
  await setImmediate();
  if (!response.writableNeedDrain) return;
  const ended = new AbortController();
  await Promise.race([once(response, 'drain', ended), once(response, 'close', ended)]).finally(() => {
    ended.abort();
  });
}
