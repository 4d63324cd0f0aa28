import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Loaders, type RequestContext } from '../request-context.js';

export function requestContext(
  headers: IncomingHttpHeaders,
  socket: Socket,
  { loaders = new Loaders(), ...given }: { readonly loaders?: Loaders; readonly authorization?: unknown } = {},
): RequestContext {
  const correlationId = headers['x-correlation-id'];
  const token = given.authorization ?? headers.authorization;
  return {
    correlationId:
      typeof correlationId === 'string' && /^[\w.-]{1,64}$/.test(correlationId) ? correlationId : randomUUID(),
    authorization: typeof token === 'string' ? token : undefined,
    local: isLocal(headers, socket),
    loaders,
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
