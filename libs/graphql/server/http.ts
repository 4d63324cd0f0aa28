import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode, type FormattedExecutionResult } from 'graphql';
import { createHandler, type Request, type Response } from 'graphql-http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestContext } from '../request-context.js';
import { RequestError } from '../request-error.js';
import { EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON_RESPONSE, negotiate } from './accept.js';
import { eventStreams } from './event-stream.js';
import { isOperation, type Operations } from './operations.js';
import { requestContext } from './request.js';
import { underway, type Underway } from './underway.js';

export interface HttpOptions {
  readonly path: string;
  /** What a browser gets to see there. */
  readonly page: () => Promise<string>;
  /** Aborts when the server is about to end. */
  readonly ending: AbortSignal;
}

/** GraphQL over HTTP (the draft of the GraphQL foundation), and GraphQL over server-sent events at the same path. */
export function serveHttp(app: FastifyInstance, operations: Operations, { path, page, ending }: HttpOptions): void {
  const answer = answers(operations);
  const stream = eventStreams(operations);
  app.route({
    method: ['GET', 'POST'],
    url: path,
    handler: async (request, reply) => {
      const type = negotiate(request.headers.accept, request.method === 'GET' ? [...POSTED, HTML] : POSTED);
      if (type === HTML) return reply.headers(PAGE_HEADERS).send(await page());
      const context = requestContext(request.headers, request.socket, { loaders: operations.loaders() });
      void reply.header('x-correlation-id', context.correlationId);
      const response = type === EVENT_STREAM ? FOLLOWED : await answer(asked(request, type ?? 'none', context));
      if (response === FOLLOWED && negotiate(request.headers.accept, [EVENT_STREAM])) {
        const [body, init] = await stream(request, reply, context);
        if (body === null || typeof body === 'string') return refuse(reply, [body, init]);
        return sendEvents(reply.headers(init.headers ?? {}), body, ending);
      }
      const [body, init] = response;
      if (init.status > 400) return refuse(reply, response);
      return reply
        .code(init.status)
        .headers(init.headers ?? {})
        .send(body);
    },
    errorHandler: (error: FastifyError, request, reply) => {
      const status = error.statusCode ?? 500;
      if (status < 500) return void refuse(reply, [null, { status, statusText: error.message }]);
      const fault = new GraphQLError('A request failed.', { originalError: error });
      const context = requestContext(request.headers, request.socket);
      void reply.code(500).send(operations.present({ errors: [fault] }, context));
    },
  });
}

/** No page of another site may show it in a frame and guide the clicks. */
const PAGE_HEADERS = {
  'content-type': HTML,
  'content-security-policy': "frame-ancestors 'none'",
};

const POSTED = [JSON_RESPONSE, GRAPHQL_RESPONSE, EVENT_STREAM];

type Asked = Request<FastifyRequest, RequestContext>;

/** graphql-http knows no weights of media types and may leave some bodies to others: it is told what was chosen. */
const asked = (raw: FastifyRequest, accept: string, context: RequestContext): Asked => ({
  method: raw.method,
  url: raw.url,
  headers: { ...raw.headers, accept },
  body: raw.body as Record<string, unknown>,
  raw,
  context,
});

/** Queries and mutations over HTTP. */
const answers = (operations: Operations) =>
  createHandler<FastifyRequest, RequestContext, Underway>({
    onSubscribe(request, parameters) {
      const operation = operations.prepare(parameters);
      if (!isOperation(operation)) {
        return answered(request, operations.present({ errors: operation }, request.context));
      }
      if (operation.node.operation === OperationTypeNode.SUBSCRIPTION) return FOLLOWED;
      return underway(operations, operation, parameters.variables, request.context);
    },
    execute: ({ contextValue, variableValues }) => {
      const { operation, context } = contextValue as Underway;
      return operations.execute(operation, variableValues, context);
    },
    onOperation: (request, _, result) => answered(request, operations.present(result, request.context)),
    formatError: ({ message }) => new RequestError('INVALID_REQUEST', message),
  });

/**
 * A request without `data` failed as a whole; only the newer media type says so by its status. Left to graphql-http,
 * unreadable variables would get a 200, and its way of writing JSON takes three times as long.
 */
function answered({ headers }: Asked, result: FormattedExecutionResult): Response {
  const type = 'accept' in headers ? String(headers['accept']) : JSON_RESPONSE;
  const failed = type === GRAPHQL_RESPONSE && result.data === undefined;
  const init = failed ? { status: 400, statusText: 'Bad Request' } : { status: 200, statusText: 'OK' };
  return [JSON.stringify(result), { ...init, headers: { 'content-type': type } }];
}

/** A subscription is no answer but an event stream: this is what those get to hear who accept none. */
const FOLLOWED: Response = [
  null,
  { status: 406, statusText: 'A subscription is followed by websocket, or with Accept: text/event-stream.' },
];

/** Ends without a last event when the server does, so that the reader comes back. */
async function sendEvents(
  reply: FastifyReply,
  body: AsyncGenerator<string>,
  ending: AbortSignal,
): Promise<FastifyReply> {
  await body.next(); // an empty comment that makes the headers leave: they do so here
  reply.hijack();
  reply.raw.setHeaders(new Map(Object.entries(reply.getHeaders() as Record<string, string>)));
  reply.raw.flushHeaders();
  await pipeline(Readable.from(body), reply.raw, { signal: ending }).catch(() => undefined); // whoever left, it is over
  return reply;
}

/** What the libraries refuse, with the code that all our errors have. */
function refuse(reply: FastifyReply, [body, { status, statusText, headers }]: Response): FastifyReply {
  const said = body === null ? undefined : (JSON.parse(body) as FormattedExecutionResult).errors?.[0]?.message;
  const error = new RequestError('INVALID_REQUEST', said ?? statusText);
  return reply
    .code(status)
    .headers({ ...headers, 'content-type': JSON_RESPONSE })
    .send(JSON.stringify({ errors: [error] }));
}
