import { randomUUID } from 'node:crypto';

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Stored extends Proposed {
  readonly stream: string;
  readonly revision: number;
  /** Where its record begins: commit and prepare position are the same for all that is written through gRPC. */
  readonly position: bigint;
  /** Where the next record begins. */
  readonly end: bigint;
  /** 100 ns since 1970. */
  readonly created: bigint;
}

export type ExpectedRevision = 'any' | 'noStream' | 'streamExists' | bigint;

export type AppendResult =
  | { readonly result: 'stored'; readonly last: Stored }
  | { readonly result: 'wrongExpectedVersion'; readonly current: number }
  | { readonly result: 'deleted' }
  | { readonly result: 'tooLarge'; readonly limit: number };

/** A read from a place where no record begins. */
export class InvalidPosition extends Error {}

const RECORD_OVERHEAD = 64;
const TICKS_PER_MS = 10_000n;

/**
 * What the server keeps, and the rules by which it answers appends. They are those of a single node of version 23 and
 * later:
 * - the global position is a place in the log file: it rises by the size of each record, so it has gaps;
 * - an append whose events stand at exactly the expected revision is answered as if it were stored now, however long
 *   ago that was; if only its first events stand there, or others do, the version is wrong;
 * - a stream that was deleted, but not for good, reads as if it had never been; an append as to a new one, or at its
 *   last revision, makes it go on where it ended, without what it held before;
 * - an append at any revision is compared with recent event ids only, which a restart forgets.
 */
export class DoubleLog {
  readonly events: Stored[] = [];
  private readonly streams = new Map<string, Stored[]>();
  private readonly tombstones = new Set<string>();
  /** The first revision that can be read still; `Infinity`: none, the stream is deleted until it is written again. */
  private readonly readableFrom = new Map<string, number>();
  private readonly recent = new Map<string, Stored>();
  private readonly waiting = new Set<() => void>();
  private end = 0n;
  private clock = 0n;

  constructor(private readonly limits: { maxAppendSize: number; recentEvents: number }) {
    this.boot();
  }

  /** What a start writes and forgets. */
  boot(): void {
    this.recent.clear();
    this.append('$$$stats-127.0.0.1:2113', 'any', [json('$metadata', { $maxAge: 86_400 })]);
    this.append('$stats-127.0.0.1:2113', 'any', [json('$statsCollected', { 'proc-id': 1 })]);
  }

  append(stream: string, expected: ExpectedRevision, proposed: readonly Proposed[]): AppendResult {
    const size = proposed.reduce((sum, event) => sum + sizeOf(event), 0);
    if (size > this.limits.maxAppendSize) return { result: 'tooLarge', limit: this.limits.maxAppendSize };
    if (this.tombstones.has(stream)) return { result: 'deleted' };
    const events = this.streams.get(stream) ?? [];
    const current = events.length - 1;
    const isSoftDeleted = this.readableFrom.get(stream) === Infinity;
    if (isSoftDeleted && expected === 'streamExists') return { result: 'deleted' };
    const verdict =
      expected === 'any' || expected === 'streamExists'
        ? this.compareWithRecent(stream, expected, current, proposed)
        : compareAt(expected === 'noStream' ? -1 : Number(expected), events, proposed);
    const isRevived = isSoftDeleted && (verdict === 'new' || this.beginsAnew(expected, events, proposed));
    if (verdict === 'wrong' && !isRevived) return { result: 'wrongExpectedVersion', current };
    const last = isRevived || verdict === 'new' ? this.store(stream, proposed) : (verdict as Stored);
    if (isRevived) this.truncate(stream, current + 1);
    return { result: 'stored', last };
  }

  /** A deletion that leaves the stream to be written again: it goes on where it ended. */
  softDelete(stream: string): void {
    this.truncate(stream, Infinity);
  }

  private truncate(stream: string, before: number): void {
    this.readableFrom.set(stream, before);
    const $tb = before === Infinity ? '9223372036854775807' : String(before);
    this.append(`$$${stream}`, 'any', [{ ...json('$metadata', {}), data: Buffer.from(`{"$tb":${$tb}}`) }]);
  }

  private beginsAnew(expected: ExpectedRevision, [first]: readonly Stored[], [proposed]: readonly Proposed[]): boolean {
    return expected === 'noStream' && first?.id !== proposed?.id;
  }

  tombstone(stream: string): void {
    this.append(stream, 'any', [json('$streamDeleted', {})]);
    this.tombstones.add(stream);
  }

  isDeleted(stream: string): boolean {
    return this.tombstones.has(stream);
  }

  /** Of one stream: from a revision, inclusive in both directions. Undefined when there is no such stream. */
  readStream(stream: string, from: number, backwards: boolean, count: number): readonly Stored[] | undefined {
    const events = this.streams.get(stream);
    const first = this.readableFrom.get(stream) ?? 0;
    if (!events || first === Infinity) return undefined;
    if (!backwards) return events.slice(Math.max(first, from), Math.max(first, from) + count);
    const end = Math.min(from, events.length - 1) + 1;
    return events.slice(Math.max(first, end - count), end).reverse();
  }

  /** Of all: forwards from a position, inclusive; backwards what ends at it or before, so without the event there. */
  readAll(from: bigint, backwards: boolean, count: number): readonly Stored[] {
    const index = this.indexAt(from);
    return backwards
      ? this.events.slice(Math.max(0, index - count), index).reverse()
      : this.events.slice(index, index + count);
  }

  /** Index of the first event at or after a position. */
  indexAt(position: bigint): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    const found = this.events[low];
    if (found ? found.position !== position && position !== 0n : position < this.end) throw new InvalidPosition();
    return low;
  }

  get writePosition(): bigint {
    return this.end;
  }

  /** Calls once when the log has grown. */
  onGrowth(look: () => void): () => void {
    this.waiting.add(look);
    return () => this.waiting.delete(look);
  }

  private compareWithRecent(
    stream: string,
    expected: 'any' | 'streamExists',
    current: number,
    proposed: readonly Proposed[],
  ): Stored | 'new' | 'wrong' {
    if (expected === 'streamExists' && current < 0) return 'wrong';
    const found = proposed.map(({ id }) => this.recent.get(id)).map((event) => event?.stream === stream && event);
    if (!found[0]) return 'new';
    return found.at(-1) && found.every(Boolean) ? (found.at(-1) as Stored) : 'wrong';
  }

  private store(stream: string, proposed: readonly Proposed[]): Stored {
    const events = this.streams.get(stream) ?? [];
    this.streams.set(stream, events);
    for (const event of proposed) {
      const position = this.end;
      this.end += BigInt(sizeOf(event) + stream.length + RECORD_OVERHEAD);
      this.clock = max(this.clock, BigInt(Date.now()) * TICKS_PER_MS);
      const stored = { ...event, stream, revision: events.length, position, end: this.end, created: this.clock };
      events.push(stored);
      this.events.push(stored);
      this.remember(stored);
    }
    for (const look of this.waiting) look();
    this.waiting.clear();
    return events.at(-1)!;
  }

  private remember(event: Stored): void {
    this.recent.set(event.id, event);
    if (this.recent.size <= this.limits.recentEvents) return;
    const [oldest] = this.recent.keys();
    this.recent.delete(oldest!);
  }
}

function compareAt(
  expected: number,
  events: readonly Stored[],
  proposed: readonly Proposed[],
): Stored | 'new' | 'wrong' {
  const current = events.length - 1;
  if (expected === current) return 'new';
  if (expected > current) return 'wrong';
  const standing = events.slice(expected + 1, expected + 1 + proposed.length);
  return proposed.every((event, index) => standing[index]?.id === event.id) ? standing.at(-1)! : 'wrong';
}

/** An event as another application on the same server would write it. */
export const json = (type: string, data: object): Proposed => ({
  id: randomUUID(),
  type,
  isJson: true,
  data: Buffer.from(JSON.stringify(data)),
  metadata: new Uint8Array(),
});

const sizeOf = (event: Proposed): number => event.type.length + event.data.length + event.metadata.length;
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
