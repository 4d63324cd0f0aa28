import type { FastifyInstance } from 'fastify';
import { handleProtocols, type Context, type ServerOptions } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { RequestContext } from '../request-context.js';
import { RequestError } from '../request-error.js';
import { isOperation, type Operations } from './operations.js';
import { requestContext } from './request.js';
import { carryOut, underway, type Underway } from './underway.js';

export interface WebsocketOptions {
  readonly path: string;
  readonly largestMessageBytes: number;
  /** Aborts when the server is about to end. */
  readonly ending: AbortSignal;
  /** Subscriptions and other operations under way on one connection. */
  readonly operationsPerConnection?: number;
}

/** How long the other side may take to say goodbye. */
const CLOSING_MS = 1000;

/** The graphql-transport-ws protocol, on upgrades of the path. */
export function serveWebsocket(app: FastifyInstance, operations: Operations, options: WebsocketOptions): void {
  const { path, largestMessageBytes: maxPayload, ending, operationsPerConnection = 100 } = options;
  const sockets = new WebSocketServer({ noServer: true, path, maxPayload, handleProtocols });
  const server = useServer(protocol(operations, operationsPerConnection), sockets);
  sockets.on('connection', (socket) => {
    // A broken frame closes its socket by itself. graphql-ws would write the stack of each one to stderr.
    socket.removeAllListeners('error').on('error', () => undefined);
  });
  app.server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  });
  ending.addEventListener('abort', () => {
    void server.dispose();
    setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, CLOSING_MS).unref();
  });
}

type Connection = Context<Record<string, unknown>, Extra>;

function protocol(operations: Operations, mostUnderway: number): ServerOptions<Record<string, unknown>, Extra> {
  const contextOf = ({ connectionParams, extra: { request } }: Connection): RequestContext =>
    requestContext(request.headers, request.socket, {
      loaders: operations.loaders(),
      authorization: connectionParams?.['authorization'] ?? connectionParams?.['Authorization'],
    });
  return {
    onSubscribe(connection, _id, payload) {
      if (Object.keys(connection.subscriptions).length > mostUnderway) {
        return [new RequestError('LIMIT_EXCEEDED', `One connection carries ${String(mostUnderway)} operations.`)];
      }
      const operation = operations.prepare(payload);
      if (!isOperation(operation)) return operation;
      return underway(operations, operation, payload.variables, contextOf(connection));
    },
    execute: carryOut(operations),
    subscribe: carryOut(operations),
    onNext: (_connection, _id, _payload, { contextValue }, result) =>
      operations.present(result, (contextValue as Underway).context),
    onError: (connection, _id, _payload, errors) => operations.present({ errors }, contextOf(connection)).errors,
  };
}
