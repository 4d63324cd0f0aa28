import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Codec, EncodedEvent } from '../codec.js';
import { AppendOutcomeUnknown, StoreUnavailable } from '../errors.js';
import type { Append, AppendOutcome } from '../event-store.js';
import { encodeAppend, writeBatch, writeOne, type EncodedAppend, type Verdict } from './batch.js';
import { asStoreError, isConnectionLost, type HeldConnection } from './connection.js';
import type { LogReader } from './log-reader.js';
import { decodeRow, type EventRow } from './rows.js';

interface Waiting extends EncodedAppend {
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

interface Answer {
  readonly verdicts: readonly Verdict[];
  /** It was sent more than once: what reads as a repeat may be our own first attempt. */
  readonly resent: boolean;
}

const BATCH_EVENTS = 500;
const BATCH_BYTES = 4 << 20;
const SECOND_BATCH = 16; // appends that are worth one
const ATTEMPTS = 10; // over some six seconds

/**
 * Group commit: while one batch is being written, the appends that come in wait, and go together as the next. One
 * flush of the disk serves them all, and each still gets an answer of its own.
 */
export class AppendQueue {
  private waiting: Waiting[] = [];
  private draining: Promise<void> | undefined;
  /** Several appended at the same time of late: it pays to wait for the others. */
  private isShared = false;

  constructor(
    private readonly connection: HeldConnection,
    private readonly reader: LogReader,
    private readonly codec: Codec,
  ) {}

  async append(append: Append): Promise<AppendOutcome> {
    const encoded = encodeAppend(append, this.codec);
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...encoded, resolve, reject });
      this.draining ??= this.drain();
    });
  }

  /** Resolves once nothing waits. */
  async drained(): Promise<void> {
    await this.draining;
  }

  private async drain(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    do {
      // Whoever appends in this turn of the event loop goes with this batch. One who is alone waits for nobody.
      if (this.isShared) await nextTurn();
      while (underWay.size === 0 ? this.waiting.length > 0 : underWay.size < 2 && this.waiting.length >= SECOND_BATCH) {
        const batch = this.takeBatch(underWay.size === 0);
        const writer = underWay.size === 0 && batch.length === 1 ? writeOne : writeBatch;
        const writing: Promise<void> = this.write(batch, writer).then(() => void underWay.delete(writing));
        underWay.add(writing);
      }
      await Promise.race(underWay);
    } while (underWay.size > 0 || this.waiting.length > 0);
    this.draining = undefined;
  }

  /**
   * Half of what waits when nothing is under way, so that the other half can be sent behind it at once: the database
   * works on one batch while this process reads the answers to the other and prepares the next.
   */
  private takeBatch(isFirst: boolean): Waiting[] {
    const waiting = this.waiting.length;
    const appends = isFirst && waiting >= 2 * SECOND_BATCH ? Math.ceil(waiting / 2) : waiting;
    let events = 0;
    let bytes = 0;
    const full = this.waiting.findIndex((append, index) => {
      events += append.events.length;
      bytes += append.bytes;
      return index === appends || events > BATCH_EVENTS || bytes > BATCH_BYTES;
    });
    return this.waiting.splice(0, full === -1 ? Infinity : Math.max(full, 1));
  }

  private async write(batch: readonly Waiting[], writer: typeof writeBatch): Promise<void> {
    try {
      const answer = await this.send(batch, writer);
      this.isShared = batch.length > 1 || this.waiting.length > 0;
      void this.settle(batch, answer); // looking up repeats does not hold up the next batch
    } catch (error) {
      if (error instanceof AppendOutcomeUnknown) {
        for (const { append, reject } of batch) reject(new AppendOutcomeUnknown(append.stream, { cause: error.cause }));
      } else if (error instanceof StoreUnavailable || batch.length === 1) {
        for (const { reject } of batch) reject(error);
      } else {
        // Something in it cannot be stored; whose it is shows when each goes alone.
        for (const alone of batch) await this.write([alone], writeBatch);
      }
    }
  }

  /**
   * Sends until there is an answer. When the connection is lost meanwhile, nobody knows whether the batch was written
   * or even still will be. Sending it again settles that: what was appended before is found to be a repeat.
   */
  private async send(batch: readonly Waiting[], writer: typeof writeBatch): Promise<Answer> {
    let lost: { readonly cause: unknown } | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        const client = await this.connection.get();
        try {
          return { verdicts: await writer(client, batch), resent: lost !== undefined };
        } catch (cause) {
          if (!isConnectionLost(cause)) throw asStoreError(cause);
          this.connection.drop(client);
          lost = { cause };
        }
      } catch (error) {
        if (!lost || !(error instanceof StoreUnavailable)) throw error;
      }
      if (attempt === ATTEMPTS) throw new AppendOutcomeUnknown(batch[0]!.append.stream, lost);
      await delay(Math.min(10 * 2 ** attempt, 2_000));
    }
  }

  private async settle(batch: readonly Waiting[], { verdicts, resent }: Answer): Promise<void> {
    const repeats: Waiting[] = [];
    for (const [i, verdict] of verdicts.entries()) {
      if (verdict.outcome === 'repeated') repeats.push(batch[i]!);
      else batch[i]!.resolve(verdict);
    }
    if (repeats.length === 0) return;
    try {
      const earlier = await this.reader.appends(repeats.map(firstId));
      for (const repeat of repeats) repeat.resolve(this.answerRepeat(repeat, earlier.get(firstId(repeat))!, resent));
    } catch (error) {
      for (const { reject } of repeats) reject(error);
    }
  }

  private answerRepeat({ append, events }: Waiting, stored: readonly EventRow[], resent: boolean): AppendOutcome {
    const found = stored.map((row) => decodeRow(this.codec, row));
    const [first, last] = [found[0]!, found.at(-1)!];
    if (first.inputHash !== append.events[0]!.inputHash) return { outcome: 'keyConflict', firstEventId: first.id };
    if (!resent || !stored.every((row, i) => isSame(row, events[i]))) return { outcome: 'repeated', events: found };
    const { position, revision, recordedAt } = last;
    return { outcome: 'appended', position, revision, recordedAt };
  }
}

const firstId = ({ append }: Waiting) => append.events[0]!.id;

/** Byte for byte, the correlation id of the request included: nobody else's. */
const isSame = (row: EventRow, event: EncodedEvent | undefined) =>
  row.meta === event?.meta.toString() && row.data === event.data.toString();
