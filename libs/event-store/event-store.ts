import type { Claims } from '../event-sourcing/decider.js';
import type { Actor, DataClass, Recorded } from '../event-sourcing/event.js';
import type { EventId } from '../event-sourcing/id.js';
import type { Instant } from '../event-sourcing/instant.js';
import type { Position } from '../event-sourcing/position.js';
import type { StreamName } from '../event-sourcing/stream.js';

/**
 * The log: the only truth. Two adapters, one contract (`event-store.contract.ts`).
 *
 * What every adapter guarantees: an acknowledged append is durable and is read by every later read and by every
 * subscription, exactly once and in the order of positions; an append is all or nothing; the same first event id is
 * appended at most once, whatever happens to the connection.
 */
export interface EventStore {
  /**
   * Resolves with what became of it; rejects only with `StoreUnavailable`, `AppendOutcomeUnknown`, `AppendTooLarge` or
   * `StreamDeleted`.
   */
  append(append: Append): Promise<AppendOutcome>;
  /**
   * Events of one stream, `from` a revision (inclusive); backwards from the end when `from` is absent. Throws
   * `StreamDeleted` rather than leave out what somebody has deleted.
   */
  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<Recorded>;
  /** New events of many streams at once, in as few round trips as the store allows. Streams without any are absent. */
  readStreams(wanted: readonly StreamTail[]): Promise<ReadonlyMap<StreamName, readonly Recorded[]>>;
  /** Pages of the whole log in the order of positions; ends at the head (or the start, backwards). */
  readAll(options?: ReadAllOptions): AsyncIterable<Page>;
  /**
   * The log from a position (exclusive) and everything that follows, for ever: survives lost connections by itself.
   * Ends when the consumer breaks or the signal aborts. `caughtUp` is true on the page that reaches the head; such a
   * page may be empty.
   */
  subscribe(options?: SubscribeOptions): AsyncIterable<Page>;
  /** The append that a first event id belongs to; undefined when there was none. */
  findAppend(firstEventId: EventId): Promise<readonly Recorded[] | undefined>;
  findEvent(id: EventId): Promise<Recorded | undefined>;
  /** Position of the last event; `START` when the log is empty. */
  head(): Promise<Position>;
  /** How many events there are up to a position (inclusive). */
  countTo(position: Position): Promise<bigint>;
  /** Where a moment lies between the events, by the clock of the ledger, which never goes back. */
  seamAt(moment: Instant): Promise<Seam>;
  /** `eventHash` of the event at exactly this position; undefined when there is none. */
  hashAt(position: Position): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Revision of the last event that must be there; `none`: the stream must be new; `existing`: whatever it is at. */
export type Expected = number | 'none' | 'existing';

export interface Append {
  readonly stream: StreamName;
  readonly expected: Expected;
  /** One or more; all or nothing. The id of the first is the identity of the append. */
  readonly events: readonly NewEvent[];
  readonly claims?: Claims;
}

/** What the writer knows of an event; stream, revision, position and recordedAt come from the log. */
export interface NewEvent {
  readonly id: EventId;
  readonly type: string;
  readonly schemaVersion: number;
  readonly tenantId: string;
  readonly occurredAt: Instant;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly idempotencyKey: string;
  readonly inputHash: string;
  readonly dataClass: DataClass;
  readonly data: object;
}

export type AppendOutcome =
  | {
      readonly outcome: 'appended';
      readonly position: Position;
      readonly revision: number;
      readonly recordedAt: Instant;
    }
  /** The same first event id with the same input hash was there before: nothing was appended. */
  | { readonly outcome: 'repeated'; readonly events: readonly Recorded[] }
  /** The same first event id with another input hash was there before. */
  | { readonly outcome: 'keyConflict'; readonly firstEventId: EventId }
  /** `actual` is the revision found, 'none' for a stream without events. */
  | { readonly outcome: 'wrongRevision'; readonly actual: number | 'none' }
  | { readonly outcome: 'claimTaken'; readonly name: string; readonly owner: string };

export interface ReadStreamOptions {
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

export interface StreamTail {
  readonly stream: StreamName;
  /** First revision wanted. */
  readonly from: number;
}

export interface ReadAllOptions {
  /** Exclusive, in the direction of reading; absent: from the start (or the end, backwards). */
  readonly from?: Position;
  readonly direction?: 'forwards' | 'backwards';
  readonly types?: readonly string[];
  /** Only events of this tenant. */
  readonly tenantId?: string;
  /** Stop after this many events. */
  readonly limit?: number;
  /** Events per page at most; the adapter has a good default. */
  readonly pageSize?: number;
}

export interface Seam {
  /** Of the last event recorded before the moment; `START` when there is none. */
  readonly last: Position;
  /** Of the first event recorded at the moment or after it. */
  readonly next?: Position;
}

export interface SubscribeOptions {
  readonly from?: Position;
  readonly types?: readonly string[];
  readonly tenantId?: string;
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export interface Page {
  readonly events: readonly Recorded[];
  /** Everything up to here (inclusive) has been read, also what a type filter left out. */
  readonly position: Position;
  /** `eventHash` of the last event in `events`; undefined when there is none. */
  readonly hash?: string;
  readonly caughtUp: boolean;
}
