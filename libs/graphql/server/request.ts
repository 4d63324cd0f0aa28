import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Loaders, type RequestContext } from '../request-context.js';
import { RequestError } from '../request-error.js';
import type { OperationRequest } from './operations.js';

/** The parameters of a request as GraphQL over HTTP names them; throws INVALID_REQUEST. */
export function operationRequest(parameters: unknown): OperationRequest {
  if (!isObject(parameters)) throw invalid('The request is no JSON object. Batches are not accepted.');
  const { query, operationName, variables, extensions } = parameters;
  if (typeof query !== 'string') throw invalid('query is missing or no text.');
  if (!isAbsent(operationName) && typeof operationName !== 'string') throw invalid('operationName is no text.');
  if (!isAbsent(variables) && !isObject(variables)) throw invalid('variables is no JSON object.');
  if (!isAbsent(extensions) && !isObject(extensions)) throw invalid('extensions is no JSON object.');
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}

/** The same from the query of a URL, where variables and extensions are JSON. */
export function operationRequestFromUrl(query: Readonly<Record<string, unknown>>): OperationRequest {
  const { variables, extensions } = query;
  return operationRequest({ ...query, variables: parseJson(variables), extensions: parseJson(extensions) });
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('variables or extensions is no JSON.');
  }
}

export function requestContext(headers: IncomingHttpHeaders, socket: Socket, authorization?: unknown): RequestContext {
  const correlationId = headers['x-correlation-id'];
  const token = authorization ?? headers.authorization;
  return {
    correlationId:
      typeof correlationId === 'string' && /^[\w.-]{1,64}$/.test(correlationId) ? correlationId : randomUUID(),
    authorization: typeof token === 'string' ? token : undefined,
    local: isLocal(headers, socket),
    loaders: new Loaders(),
  };
}

/**
 * Sent from this machine to this machine by its own name. A page of another site that a local browser shows is not
 * local (`Origin`), nor is a name that somebody made to point here (`Host`), nor what a proxy passes on.
 */
function isLocal(headers: IncomingHttpHeaders, socket: Socket): boolean {
  const { host = '', origin } = headers;
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined || headers.via !== undefined)
    return false;
  if (!/^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(socket.remoteAddress ?? '')) return false;
  return LOOPBACK_HOST.test(host) && (origin === undefined || LOOPBACK_HOST.test(origin.replace(/^https?:\/\//, '')));
}

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

const invalid = (message: string): RequestError => new RequestError('INVALID_REQUEST', message);
const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
