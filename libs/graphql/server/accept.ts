import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

export const JSON_RESPONSE = 'application/json; charset=utf-8';
export const GRAPHQL_RESPONSE = 'application/graphql-response+json; charset=utf-8';
export const EVENT_STREAM = 'text/event-stream; charset=utf-8';
export const HTML = 'text/html; charset=utf-8';

/**
 * The offered media type that the Accept header prefers: by weight, then by how closely it is named, then by the order of
 * the header and of the offer. undefined when none is acceptable.
 */
export function negotiate(accept: string | undefined, offered: readonly string[]): string | undefined {
  const key = `${accept ?? ''}\n${offered.join()}`;
  const known = negotiated.get(key);
  if (known) return known.type;
  const type = new Negotiator({ headers: { accept: accept || '*/*' } }).mediaType([...offered]);
  negotiated.set(key, { type });
  return type;
}

/** A client sends the same header every time. */
const negotiated = new LRUCache<string, { readonly type: string | undefined }>({ max: 100 });
