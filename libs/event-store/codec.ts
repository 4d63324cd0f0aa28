import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { EventTypeSpec, Recorded } from '../event-sourcing/event.js';
import type { Instant } from '../event-sourcing/instant.js';
import type { Position } from '../event-sourcing/position.js';
import type { StreamName } from '../event-sourcing/stream.js';
import { upcast, type Upcasters } from '../event-sourcing/upcaster.js';
import { UnstorableText } from './errors.js';
import type { NewEvent } from './event-store.js';

/** An event as bytes: canonical JSON (RFC 8785) of its metadata and of its data. These bytes are what is hashed. */
export interface EncodedEvent {
  readonly meta: Buffer;
  readonly data: Buffer;
}

/** The same as text, for stores that hand out text: its UTF-8 are the bytes. */
export interface EventText {
  readonly meta: string;
  readonly data: string;
}

/** Where the log put an event: what its bytes do not say. */
export interface Place {
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: Instant;
}

/** SHA-256 (hex) over the stored bytes of one event. */
export const eventHash = (bytes: EncodedEvent): string =>
  createHash('sha256').update(bytes.meta).update(bytes.data).digest('hex');

/**
 * Between events and bytes: canonical form out, upcasters in. Field encryption belongs here once it comes: the types'
 * `personal` fields name what it covers.
 */
export class Codec {
  constructor(
    private readonly types: ReadonlyMap<string, EventTypeSpec>,
    private readonly upcasters: Upcasters = {},
  ) {}

  /** Throws `UnstorableText` for text that would not come back as it was. */
  encode(event: NewEvent): EncodedEvent {
    const { data, ...meta } = event;
    return { meta: canonicalBytes(meta, 'metadata'), data: canonicalBytes(data, event.type) };
  }

  decode(stored: EncodedEvent | EventText, place: Place): Recorded {
    const meta = JSON.parse(stored.meta.toString()) as Omit<NewEvent, 'data'>;
    const data = JSON.parse(stored.data.toString()) as Record<string, unknown>;
    return this.restore(meta, data, place);
  }

  /** `decode` where the store's client has parsed the text already. */
  restore(meta: Omit<NewEvent, 'data'>, data: Readonly<Record<string, unknown>>, place: Place): Recorded {
    const known = this.types.get(meta.type);
    // An event type this program does not know is passed on as it is: history must stay readable for ever.
    const current = known ? upcast(meta.type, meta.schemaVersion, known.version, data, this.upcasters) : data;
    return { ...meta, ...place, data: current };
  }
}

// Walking through every event costs more than to canonicalise it: only where something is suspicious is it looked at.
function canonicalBytes(value: object, field: string): Buffer {
  let text: string | undefined;
  try {
    text = canonicalize(value); // throws at half of a surrogate pair
  } catch (error) {
    throw isStorable(value) ? error : new UnstorableText(field);
  }
  if (text === undefined) throw new Error(`${field} is no JSON object.`);
  if (text.includes('\\u0000') && !isStorable(value)) throw new UnstorableText(field);
  return Buffer.from(text, 'utf8');
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  for (const key in value) {
    if (!isStorable(key) || !isStorable((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}
