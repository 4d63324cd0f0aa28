import {
  MaxAppendSizeExceededError,
  NO_STREAM,
  StreamDeletedError,
  WrongExpectedVersionError,
  type EventData,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toUuid } from '../../event-sourcing/id.js';
import { AppendOutcomeUnknown, AppendTooLarge, StoreUnavailable, StreamDeleted } from '../errors.js';
import type { Append, AppendOutcome } from '../event-store.js';
import type { AppendIndex, Entry, HeldEntry } from './append-index.js';
import type { ClaimIndex, Reservation } from './claim-index.js';
import { FIRST_PAUSE_MS, isRefused, unavailable, wasNeverSent, within } from './connection.js';
import { claimsOf } from './index-follower.js';
import type { LogReader } from './read.js';
import type { Receipts } from './receipts.js';
import type { StoredEvent, StreamNames } from './stored-event.js';

export interface AppendSettings {
  readonly client: EventStoreDBClient;
  readonly names: StreamNames;
  readonly reader: LogReader;
  readonly receipts: Receipts;
  readonly appends: AppendIndex;
  readonly claims: ClaimIndex;
  /** For one call to the server. */
  readonly timeoutMs: number;
  /** For the whole append, however often it has to be sent. */
  readonly patienceMs: number;
}

/** A try that takes longer than this is no longer waited for where that does no harm. */
const QUIET_MS = 1_000;
/** Times the patience of one append: whatever a try has sent has come to its place by then, or never will. */
const GONE_AFTER = 4;
const LONGEST_WAIT_MS = 100;

type Sent =
  | { readonly result: 'stored'; readonly position: bigint | undefined }
  | { readonly result: 'wrongRevision'; readonly actual: number | 'none' }
  | { readonly result: 'unknown'; readonly cause: unknown };

/**
 * One append on its way: entered in the index, sent for exactly one place of the log, and, when nobody answers, looked
 * for there.
 */
export class Attempt {
  private readonly until: number;
  private readonly appended: Append['events'][number];
  private entry: Entry;
  /** The append wants an existing stream and there is none. */
  private isStreamAbsent = false;
  /** It can be stored at its place, or come to be, without our knowing. */
  private wasSent = false;

  constructor(
    private readonly settings: AppendSettings,
    private readonly append: Append,
    private readonly events: readonly EventData[],
  ) {
    const { stream, expected } = append;
    const [first, ...later] = append.events;
    this.appended = append.events.at(-1)!;
    this.until = Date.now() + settings.patienceMs;
    this.entry = {
      firstEventId: toUuid(first!.id),
      laterIds: later.map((event) => toUuid(event.id)),
      inputHash: first!.inputHash,
      stream,
      revision: typeof expected === 'number' ? expected + 1 : 0,
      attempt: randomUUID(),
    };
  }

  async carryOut(): Promise<AppendOutcome> {
    const { expected, stream } = this.append;
    if (expected === 'existing') {
      const last = await this.settings.reader.lastRevision(stream);
      this.isStreamAbsent = last === 'none';
      if (last !== 'none') this.entry = { ...this.entry, revision: last + 1 };
    }
    const before = await this.untilAnswered(() => this.claim());
    if (before !== 'claimed') return before;
    try {
      const outcome = await this.carryOutClaimed();
      if (outcome.outcome === 'wrongRevision' || outcome.outcome === 'claimTaken') await this.undo();
      return outcome;
    } catch (error) {
      // What it has entered and reserved must stay as long as it may come yet.
      if (error instanceof StreamDeleted && (this.wasSent || error.storedAt !== undefined)) throw error;
      if (this.wasSent) throw new AppendOutcomeUnknown(this.append.stream, { cause: error });
      await this.undo().catch(() => undefined); // else the next who asks has to wait a little
      throw error;
    }
  }

  private async carryOutClaimed(): Promise<AppendOutcome> {
    if (this.isStreamAbsent) return { outcome: 'wrongRevision', actual: 'none' };
    if (this.append.claims?.take?.length) {
      const reserved = await this.untilAnswered(() => this.reserve());
      if (reserved !== 'reserved') return reserved;
    }
    return this.send();
  }

  /** Undefined: it is under way elsewhere. */
  private async claim(): Promise<AppendOutcome | 'claimed' | undefined> {
    const { appends, reader } = this.settings;
    const held = await appends.claim(this.entry);
    if (held === 'claimed') return 'claimed';
    if (held === 'changed') return undefined;
    const there = await reader.eventAt(held.stream, held.revision);
    if (there?.uuid === held.firstEventId) return this.repeated(there);
    if (!this.isOver(held, there) || !(await appends.replace(held, this.entry))) return undefined;
    this.wasSent = !there; // by the try before: it may be stored at any moment
    return 'claimed';
  }

  /** The other try is not heard of any more, and what it has sent changes nothing if it comes yet. */
  private isOver(held: HeldEntry, there: StoredEvent | undefined): boolean {
    // Where another event stands, the other try may be about to move on. The same append for the same place can be
    // sent any number of times.
    const isHarmless = there !== undefined || this.isSameAs(held);
    return held.ageMs > (isHarmless ? QUIET_MS : GONE_AFTER * this.settings.patienceMs);
  }

  private isSameAs({ firstEventId, stream, revision, inputHash }: Entry): boolean {
    const { entry } = this;
    const isSameInput = firstEventId === entry.firstEventId && inputHash === entry.inputHash;
    return isSameInput && stream === entry.stream && revision === entry.revision;
  }

  private async repeated(first: StoredEvent): Promise<AppendOutcome> {
    const [wanted] = this.append.events;
    if (first.meta.inputHash !== wanted!.inputHash) return { outcome: 'keyConflict', firstEventId: wanted!.id };
    const count = 1 + (first.append?.later?.length ?? 0);
    return {
      outcome: 'repeated',
      events: await this.settings.reader.eventsFrom(first.stream, first.revision, count),
    };
  }

  /** Undefined: another append is about to take the name. */
  private async reserve(): Promise<AppendOutcome | 'reserved' | undefined> {
    const { claims, tenantId } = { claims: this.append.claims!, tenantId: this.append.events[0]!.tenantId };
    const wanted = { tenantId, firstEventId: this.entry.firstEventId, claims };
    const refused = await this.settings.claims.reserve(wanted, this.entry.attempt);
    if (!refused) return 'reserved';
    const { name, owner, reserved } = refused;
    if (owner !== undefined) return { outcome: 'claimTaken', name, owner };
    if (reserved) await this.settleOther(tenantId, name, reserved);
    return undefined;
  }

  /** A name stays reserved until it is certain what becomes of the append that wanted it. */
  private async settleOther(tenantId: string, name: string, { firstEventId, attempt }: Reservation): Promise<void> {
    const { appends, claims, reader } = this.settings;
    const other = await appends.find(firstEventId);
    const there = other && (await reader.eventAt(other.stream, other.revision));
    if (other && there?.uuid !== firstEventId) {
      if (!this.isOver(other, there) || !(await appends.remove(other))) return;
    }
    const stored = there?.uuid === firstEventId && claimsOf(there);
    if (stored) await claims.settle([stored]);
    await claims.unreserve(tenantId, attempt, [name]);
  }

  private async send(): Promise<AppendOutcome> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const sent = await this.sendOnce();
      if (sent.result === 'stored') return this.acknowledged(sent.position);
      if (sent.result === 'wrongRevision') {
        if (this.append.expected !== 'existing' || sent.actual === 'none')
          return { outcome: 'wrongRevision', actual: sent.actual };
        await this.moveTo(sent.actual + 1);
      } else {
        if (Date.now() + pauseMs > this.until) throw sent.cause;
        await delay(pauseMs);
      }
    }
  }

  private async sendOnce(): Promise<Sent> {
    const { client, names, timeoutMs } = this.settings;
    const { stream, revision } = this.entry;
    try {
      const call = client.appendToStream(names.toServer(stream), [...this.events], {
        expectedRevision: revision === 0 ? NO_STREAM : BigInt(revision - 1),
        deadline: timeoutMs,
        requiresLeader: true,
      });
      // The deadline begins only once the leader is found.
      const { position, nextExpectedRevision } = await within(timeoutMs, call);
      this.wasSent = true;
      if (nextExpectedRevision !== BigInt(this.lastRevision)) await this.storedElsewhere(Number(nextExpectedRevision));
      return { result: 'stored', position: position?.commit };
    } catch (error) {
      if (error instanceof StreamDeleted) throw error;
      if (error instanceof StreamDeletedError) throw new StreamDeleted(stream, undefined, { cause: error });
      if (error instanceof WrongExpectedVersionError)
        return { result: 'wrongRevision', actual: revisionOf(error.actualVersion) };
      if (error instanceof MaxAppendSizeExceededError)
        throw new AppendTooLarge(stream, error.maxAppendSize, { cause: error });
      if (isRefused(error)) throw error;
      if (wasNeverSent(error) && !this.wasSent) throw unavailable(error);
      this.wasSent = true;
      return this.lookFor(error);
    }
  }

  /** A stream that was deleted since it was read goes on where it ended, though it was to be new. */
  private async storedElsewhere(lastRevision: number): Promise<never> {
    const revision = lastRevision - this.entry.laterIds.length;
    await this.moveTo(revision).catch(() => undefined); // the index follows the log and will see it
    throw new StreamDeleted(this.entry.stream, revision);
  }

  private get lastRevision(): number {
    return this.entry.revision + this.entry.laterIds.length;
  }

  /** What became of an append that nobody answered. */
  private async lookFor(cause: unknown): Promise<Sent> {
    const { reader } = this.settings;
    const { stream, revision, firstEventId } = this.entry;
    const there = await reader.eventAt(stream, revision);
    if (!there) return { result: 'unknown', cause };
    if (there.uuid === firstEventId) return { result: 'stored', position: undefined };
    return { result: 'wrongRevision', actual: await reader.lastRevision(stream) };
  }

  private async moveTo(revision: number): Promise<void> {
    const next = { ...this.entry, revision };
    const isOurs = await this.settings.appends.replace(this.entry, next);
    if (!isOurs) throw new StoreUnavailable('Another try has taken over the append.');
    this.entry = next;
    this.wasSent = false; // for the place before, where it cannot be any more
  }

  private async acknowledged(position: bigint | undefined): Promise<AppendOutcome> {
    const { receipts } = this.settings;
    const { stream } = this.entry;
    const revision = this.lastRevision;
    const uuid = toUuid(this.appended.id);
    const last = await receipts.of({ stream, revision, uuid, position });
    // A try that was given up can have come after all, with another input: the server compares nothing but ids.
    if (last?.meta.inputHash !== this.appended.inputHash)
      return { outcome: 'keyConflict', firstEventId: this.append.events[0]!.id };
    await this.settle(last.position);
    return { outcome: 'appended', position: last.position, revision: last.revision, recordedAt: last.recordedAt };
  }

  private async settle(position: bigint): Promise<void> {
    const { claims, events } = this.append;
    if (!claims) return;
    const stored = { tenantId: events[0]!.tenantId, firstEventId: this.entry.firstEventId, claims, position };
    await this.settings.claims.settle([stored]).catch(() => undefined); // the index follows the log and will see it
  }

  private async undo(): Promise<void> {
    const { appends, claims } = this.settings;
    await appends.remove(this.entry);
    const names = this.append.claims?.take?.map(({ name }) => name) ?? [];
    if (names.length > 0) await claims.unreserve(this.append.events[0]!.tenantId, this.entry.attempt, names);
  }

  private async untilAnswered<T>(ask: () => Promise<T | undefined>): Promise<T> {
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, LONGEST_WAIT_MS)) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (Date.now() + pauseMs > this.until)
        throw new StoreUnavailable('Another process is at the same append or name, and does not come to an end.');
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }
}

const revisionOf = (version: bigint | string): number | 'none' =>
  typeof version === 'bigint' ? Number(version) : 'none';
