/**
 * `relationship-demo.rel_01…`: category, tenant, id. The category ends at the first hyphen, which is where
 * EventStoreDB's own category projection splits too.
 */
export type StreamName = `${string}-${string}.${string}`;

/** Lower case, digits and underscore, 1 to 40 characters: safe in a stream name, a schema and a label. */
export const TENANT = /^[a-z0-9_]{1,40}$/;

export const streamName = (category: string, tenantId: string, id: string): StreamName =>
  `${category}-${tenantId}.${id}`;

export function parseStream(stream: string): { category: string; tenantId: string; id: string } | undefined {
  const match = /^([A-Za-z]+)-([a-z0-9_]{1,40})\.(.+)$/.exec(stream);
  return match ? { category: match[1]!, tenantId: match[2]!, id: match[3]! } : undefined;
}
