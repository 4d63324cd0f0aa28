import type { EventId } from './id.js';
import type { Instant } from './instant.js';
import type { Position } from './position.js';
import type { StreamName } from './stream.js';

/** A fact: its name in the past tense and what it says. Stored names and shapes never change. */
export interface Event<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
  /** When it was so; absent: at the moment the command names. */
  readonly occurredAt?: Instant;
}

export type DataClass = 'PUBLIC' | 'PERSONAL' | 'HEALTH';

export interface Actor {
  readonly id: string;
  readonly kind: 'HUMAN' | 'SYSTEM' | 'IMPORT';
}

/** What surrounds every fact. Maps one to one to CloudEvents 1.0. */
export interface Envelope {
  readonly id: EventId;
  readonly type: string;
  readonly schemaVersion: number;
  readonly tenantId: string;
  readonly stream: StreamName;
  /** 0 for the first event of the stream. */
  readonly revision: number;
  readonly position: Position;
  /** Business time: when it was so. */
  readonly occurredAt: Instant;
  /** Ledger time: when it was written. Never falls while the position rises. */
  readonly recordedAt: Instant;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId?: string;
  /** `source:externalId`, or what the caller sent. One key is one command, for ever. */
  readonly idempotencyKey: string;
  /** SHA-256 (hex) of the command's canonical input: tells a repeat from another payload under the same key. */
  readonly inputHash: string;
  readonly dataClass: DataClass;
}

/** An event as the log gives it back. Data of an older schema version has passed its upcasters. */
export type Recorded<E extends Event = Event> =
  E extends Event<infer Type, infer Data> ? Envelope & { readonly type: Type; readonly data: Data } : never;

/**
 * What the log must know of an event type beyond its shape.
 * `personal` names the fields that hold personal text: only these may, and the codec encrypts exactly these.
 */
export interface EventTypeSpec {
  readonly version: number;
  readonly dataClass: DataClass;
  readonly personal: readonly string[];
}

/** One entry per type of the union: the compiler asks for the one that is missing. */
export type EventTypes<E extends Event> = { readonly [Type in E['type']]: EventTypeSpec };

export const event = <Type extends string, Data extends object>(
  type: Type,
  data: Data,
  occurredAt?: Instant,
): { type: Type; data: Data; occurredAt?: Instant } => (occurredAt ? { type, data, occurredAt } : { type, data });
