import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode, type FormattedExecutionResult } from 'graphql';
import { RequestError } from '../request-error.js';
import { EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON_RESPONSE, negotiate } from './accept.js';
import { sendEventStream } from './event-stream.js';
import { isOperation, type Operations } from './operations.js';
import { operationRequest, operationRequestFromUrl, requestContext } from './request.js';

export interface HttpOptions {
  readonly path: string;
  /** What a browser gets to see there. */
  readonly page: () => Promise<string>;
  /** Aborts when the server is about to end. */
  readonly ending: AbortSignal;
}

/** GraphQL over HTTP (the draft of the GraphQL foundation), and GraphQL over server-sent events at the same path. */
export function serveHttp(app: FastifyInstance, operations: Operations, { path, page, ending }: HttpOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    handler: async (request, reply) => {
      const isGet = request.method === 'GET';
      const offered = isGet ? [...POSTED, HTML] : POSTED;
      const type = negotiate(request.headers.accept, offered);
      if (type === HTML) return reply.headers(PAGE_HEADERS).send(await page());
      if (type === undefined) return refuse(reply, 406, `Accept one of ${offered.join(', ')}.`);
      // A form or plain text could be sent by a page of any site without asking first.
      if (!isGet && !isJson(request)) return refuse(reply, 415, `Send ${JSON_RESPONSE}.`);
      return answer(request, reply, { type, operations, ending });
    },
    errorHandler: (error: FastifyError, request, reply) => {
      const status = error instanceof RequestError ? 400 : (error.statusCode ?? 500);
      if (status < 500) return void refuse(reply, status, error.message);
      const fault = new GraphQLError('A request failed.', { originalError: error });
      const context = requestContext(request.headers, request.socket);
      void send(reply.code(500), JSON_RESPONSE, operations.present({ errors: [fault] }, context));
    },
  });
}

/** No page of another site may show it in a frame and guide the clicks. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "frame-ancestors 'none'",
};

const POSTED = [JSON_RESPONSE, GRAPHQL_RESPONSE, EVENT_STREAM];

interface Asked {
  readonly type: string;
  readonly operations: Operations;
  readonly ending: AbortSignal;
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, operations, ending }: Asked,
): Promise<FastifyReply> {
  const parameters =
    request.method === 'GET'
      ? operationRequestFromUrl(request.query as Record<string, unknown>)
      : operationRequest(request.body);
  const context = requestContext(request.headers, request.socket);
  void reply.header('x-correlation-id', context.correlationId);
  const operation = operations.prepare(parameters);
  if (!isOperation(operation)) return send(reply, type, operations.present({ errors: operation }, context));

  const kind = operation.node.operation;
  if (request.method === 'GET' && kind === OperationTypeNode.MUTATION) {
    return refuse(reply.header('allow', 'POST'), 405, 'A mutation is sent by POST.');
  }
  if (type === EVENT_STREAM || kind === OperationTypeNode.SUBSCRIPTION) {
    if (!negotiate(request.headers.accept, [EVENT_STREAM])) {
      return refuse(reply, 406, `A subscription is followed by websocket, or with Accept: ${EVENT_STREAM}.`);
    }
    const results = await operations.start(operation, parameters.variables, context);
    return sendEventStream(reply, results, (result) => operations.present(result, context), ending);
  }
  const result = await operations.execute(operation, parameters.variables, context);
  return send(reply, type, operations.present(result, context));
}

const isJson = ({ headers }: FastifyRequest): boolean =>
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');

/** A request without `data` failed as a whole; only the newer media type says so by its status. */
function send(reply: FastifyReply, type: string, result: FormattedExecutionResult): FastifyReply {
  if (type === GRAPHQL_RESPONSE && result.data === undefined) void reply.code(400);
  const contentType = type === EVENT_STREAM ? JSON_RESPONSE : type;
  return reply.header('content-type', `${contentType}; charset=utf-8`).send(JSON.stringify(result));
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  const body = { errors: [{ message, extensions: { code: 'INVALID_REQUEST' } }] };
  return reply.code(status).header('content-type', `${JSON_RESPONSE}; charset=utf-8`).send(JSON.stringify(body));
}
