import type { FastifyInstance } from 'fastify';
import type { ExecutionArgs } from 'graphql';
import { handleProtocols, makeServer, type Context, type ServerOptions } from 'graphql-ws';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RequestContext } from '../request-context.js';
import { RequestError } from '../request-error.js';
import { isOperation, type Operation, type Operations } from './operations.js';
import { requestContext } from './request.js';

export interface WebsocketOptions {
  readonly path: string;
  readonly largestMessageBytes: number;
  /** Aborts when the server is about to end. */
  readonly ending: AbortSignal;
  /** Subscriptions and other operations under way on one connection. */
  readonly operationsPerConnection?: number;
  readonly pingMs?: number;
}

/** The graphql-transport-ws protocol, on upgrades of the path. */
export function serveWebsocket(app: FastifyInstance, operations: Operations, options: WebsocketOptions): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.largestMessageBytes, handleProtocols });
  const server = makeServer(protocol(operations, options.operationsPerConnection ?? 100));

  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const closed = server.opened(
      {
        protocol: socket.protocol,
        // Settles when the text has left the process: a slow reader slows its subscription and fills no memory.
        send: (text) => promisify<string, void>(socket.send.bind(socket))(text).catch(() => undefined),
        close: (code, reason) => {
          socket.close(code, reason);
        },
        onMessage: (receive) => {
          socket.on('message', (data: Buffer) => {
            receive(String(data)).catch(() => {
              socket.terminate();
            });
          });
        },
      },
      { request },
    );
    const stopPinging = keepAlive(socket, options.pingMs ?? 12_000);
    // A broken frame or a lost connection closes the socket by itself; without a listener it would end the process.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      stopPinging();
      void closed(code, String(reason));
    });
  });

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    if (options.ending.aborted || request.url?.split('?', 1)[0] !== options.path) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  });
  options.ending.addEventListener('abort', () => {
    for (const client of sockets.clients) {
      client.close(GOING_AWAY, 'The server ends.');
      setTimeout(() => {
        client.terminate();
      }, CLOSING_MS).unref();
    }
  });
}

/** Close code: clients of the protocol come back. */
const GOING_AWAY = 1001;
/** How long the other side may take to say goodbye. */
const CLOSING_MS = 1000;

interface Connection {
  readonly request: IncomingMessage;
}

/** One operation of a connection on its way through graphql-ws. */
interface Underway {
  readonly operation: Operation;
  readonly context: RequestContext;
}

function protocol(operations: Operations, mostUnderway: number): ServerOptions<Record<string, unknown>, Connection> {
  const start = ({ contextValue, variableValues }: ExecutionArgs): ReturnType<Operations['start']> => {
    const { operation, context } = contextValue as Underway;
    return operations.start(operation, variableValues, context);
  };
  const contextOf = ({ connectionParams, extra: { request } }: Context<Record<string, unknown>, Connection>) =>
    requestContext(
      request.headers,
      request.socket,
      connectionParams?.['authorization'] ?? connectionParams?.['Authorization'],
    );
  return {
    onSubscribe(connection, _id, payload) {
      if (Object.keys(connection.subscriptions).length > mostUnderway) {
        return [new RequestError('LIMIT_EXCEEDED', `One connection carries ${String(mostUnderway)} operations.`)];
      }
      const operation = operations.prepare(payload);
      if (!isOperation(operation)) return operation;
      const { document, node } = operation;
      const contextValue: Underway = { operation, context: contextOf(connection) };
      return {
        schema: operations.schema,
        document,
        operationName: node.name?.value,
        variableValues: payload.variables,
        contextValue,
      };
    },
    execute: start,
    subscribe: start,
    onNext: (_connection, _id, _payload, { contextValue }, result) =>
      operations.present(result, (contextValue as Underway).context),
    onError: (connection, _id, _payload, errors) => operations.present({ errors }, contextOf(connection)).errors,
  };
}

/** Ends a connection whose other side no longer answers. */
function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, everyMs);
  return () => {
    clearInterval(timer);
  };
}
