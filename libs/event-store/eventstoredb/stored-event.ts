import type { AllStreamResolvedEvent, EventData, ResolvedEvent } from '@eventstore/db-client';
import canonicalize from 'canonicalize';
import type { Claims } from '../../event-sourcing/decider.js';
import type { Recorded } from '../../event-sourcing/event.js';
import { toUuid } from '../../event-sourcing/id.js';
import { fromMillis } from '../../event-sourcing/instant.js';
import { parseStream, type StreamName } from '../../event-sourcing/stream.js';
import { eventHash, type Codec, type EncodedEvent, type Place } from '../codec.js';
import type { NewEvent } from '../event-store.js';

/** An event of ours as the client hands it out: bytes parsed, place read. */
export interface StoredEvent extends Place {
  readonly uuid: string;
  readonly type: string;
  readonly meta: Meta;
  /** Absent: the bytes of an event that JSON.stringify would not have written as they are. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly append: AppendNote | undefined;
}

export type Meta = Omit<NewEvent, 'data'>;

/** What the index is rebuilt from. An append of one event without claims needs none. */
export interface AppendNote {
  /** On the first event: UUIDs of the others of its append. */
  readonly later?: readonly string[];
  readonly claims?: Claims;
  /** On the others: the UUID of the first. */
  readonly first?: string;
}

/**
 * Names of our streams on a server that others use too: `rapport.relationship-demo.rel_01…`. The server's own category
 * projection splits at the first hyphen, so it lists `rapport.relationship`.
 */
export class StreamNames {
  /** What every stream of ours begins with, and no other. */
  readonly prefix: string;

  constructor(prefix: string) {
    if (!/^[A-Za-z0-9_]+$/.test(prefix)) throw new Error(`Not a stream prefix: ${prefix}`);
    this.prefix = `${prefix}.`;
  }

  toServer(stream: StreamName): string {
    return this.prefix + stream;
  }

  fromServer(stream: string): StreamName | undefined {
    return stream.startsWith(this.prefix) ? (stream.slice(this.prefix.length) as StreamName) : undefined;
  }
}

/** The events of one append as they are sent. */
export function toServer(
  events: readonly NewEvent[],
  encoded: readonly EncodedEvent[],
  claims: Claims | undefined,
): EventData[] {
  const [first, ...later] = events.map((event) => toUuid(event.id));
  const noteOfFirst: AppendNote = { ...(later.length > 0 && { later }), ...(claims && { claims }) };
  return events.map(({ type }, index) => {
    const { meta, data } = encoded[index]!;
    const note: AppendNote = index === 0 ? noteOfFirst : { first: first! };
    const parsedMeta = JSON.parse(meta.toString('utf8')) as Meta;
    const metadata = Object.keys(note).length > 0 ? { ...parsedMeta, append: note } : parsedMeta;
    return withData({ id: index === 0 ? first! : later[index - 1]!, type, metadata }, data);
  });
}

/** The client turns JSON into base64 and back in JavaScript: a tenth of a second per megabyte. */
const LARGE_BYTES = 1 << 16;

/** As JSON, which the server's projections and its user interface can read, where the bytes come through unchanged. */
function withData(event: Pick<EventData, 'id' | 'type' | 'metadata'>, data: Buffer): EventData {
  if (data.length < LARGE_BYTES) {
    const parsed = JSON.parse(data.toString('utf8')) as Record<string, unknown>;
    // JSON.stringify moves keys that look like array indexes to the front, which canonical JSON does not
    const isUnchanged = Buffer.from(JSON.stringify(parsed)).equals(data);
    if (isUnchanged) return { ...event, contentType: 'application/json', data: parsed };
  }
  return { ...event, contentType: 'application/octet-stream', data: new Uint8Array(data) };
}

/** What servers before 22.6 say in streams: the largest number of 64 bits. */
const NO_POSITION = 2n ** 64n - 1n;

/** Undefined for what other applications and the server itself have written: they stay unread. */
export function fromServer(
  { event }: ResolvedEvent | AllStreamResolvedEvent,
  names: StreamNames,
): StoredEvent | undefined {
  const stream = event && names.fromServer(event.streamId);
  if (!stream || !isMeta(event.metadata)) return undefined;
  if (!event.position || event.position.commit === NO_POSITION)
    throw new Error('The event store gives no positions in streams: it is older than 22.6.');
  const { append, ...meta } = event.metadata;
  return {
    uuid: event.id,
    stream,
    revision: Number(event.revision),
    position: event.position.commit,
    recordedAt: fromMillis(event.created.getTime()),
    type: event.type,
    meta,
    data: event.isJson ? (event.data as Record<string, unknown>) : undefined,
    bytes: event.isJson ? undefined : event.data,
    append,
  };
}

/** Nobody else should write to streams with our prefix; if somebody does, it is not ours. */
const isMeta = (metadata: unknown): metadata is Meta & { readonly append?: AppendNote } =>
  typeof metadata === 'object' && metadata !== null && 'inputHash' in metadata;

export function decode(codec: Codec, event: StoredEvent): Recorded {
  const { stream, revision, position, recordedAt, meta, bytes } = event;
  const data = event.data ?? (JSON.parse(Buffer.from(bytes!).toString('utf8')) as Record<string, unknown>);
  return codec.restore(meta, data, { stream, revision, position, recordedAt });
}

/** `eventHash` of the bytes as the codec wrote them: canonical JSON has one form, so they follow from what was parsed. */
export const hashOf = ({ meta, data, bytes }: StoredEvent): string =>
  eventHash({ meta: canonical(meta), data: data ? canonical(data) : Buffer.from(bytes!) });

const canonical = (value: object): Buffer => Buffer.from(canonicalize(value)!, 'utf8');

/** About the bytes that an event with this data takes in memory: the client does not say how long it was. */
export const weightOf = (data: unknown): number => 500 + weightOfValue(data);

function weightOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let weight = 16;
  for (const key in value) weight += key.length + weightOfValue((value as Record<string, unknown>)[key]);
  return weight;
}

export interface Wanted {
  readonly types?: readonly string[];
  readonly tenantId?: string;
}

export function isWanted({ types, tenantId }: Wanted): (event: StoredEvent) => boolean {
  const wantedTypes = types && new Set(types);
  return ({ type, stream }) =>
    (wantedTypes?.has(type) ?? true) && (tenantId === undefined || parseStream(stream)?.tenantId === tenantId);
}
