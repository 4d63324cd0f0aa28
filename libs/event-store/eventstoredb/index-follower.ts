import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { START, type Position } from '../../event-sourcing/position.js';
import type { AppendIndex, Entry } from './append-index.js';
import type { ClaimIndex, NamesWanted } from './claim-index.js';
import { patiently, unavailable, within } from './connection.js';
import type { LogHead } from './head.js';
import type { LogReader } from './read.js';
import type { StoredEvent } from './stored-event.js';
import type { WholeLog } from './whole-log.js';

const PAGE_SIZE = 512;
/** What this process appends is in the index already: there is no hurry once all of the log is. */
const PAUSE_MS = 500;

type Outline = Omit<StoredEvent, 'data' | 'bytes'>;

export interface IndexSettings {
  readonly reader: LogReader;
  readonly log: WholeLog;
  readonly head: LogHead;
  readonly appends: AppendIndex;
  readonly claims: ClaimIndex;
  readonly patienceMs: number;
}

/** Keeps the index what the log says: catches up from its checkpoint, then follows. */
export class IndexFollower {
  private readonly closing = new AbortController();
  private isCurrent = false;
  /** How many events there are up to where it has got. */
  private counted = 0n;
  private catchingUp: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly settings: IndexSettings) {}

  /**
   * Resolves once everything that was in the log when it was first asked for is in the index; rejects with
   * `StoreUnavailable` while that takes longer than callers should wait.
   */
  async ready(): Promise<void> {
    if (this.isCurrent) return;
    this.catchingUp ??= this.begin();
    await within(this.settings.patienceMs, this.catchingUp);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  /** Should following end, whoever asks next begins anew, from the checkpoint. */
  private begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = (error: unknown) => {
        this.isCurrent = false;
        this.catchingUp = undefined;
        reject(unavailable(error));
      };
      this.running = this.run(() => {
        this.isCurrent = true;
        resolve();
      }).then(() => ended(new Error('The event store is closed.')), ended);
    });
  }

  private async run(caughtUp: () => void): Promise<void> {
    const { log, head, patienceMs } = this.settings;
    const { signal } = this.closing;
    const from = await this.start();
    let last = from;
    const keep = ({ data: _, bytes: __, ...outline }: StoredEvent): Outline => outline;
    for await (const page of log.follow({ from, pageSize: PAGE_SIZE, signal, keep, weigh: () => 1 })) {
      await patiently(() => this.record(page.events), patienceMs);
      last = page.events.at(-1)?.position ?? last;
      if (!page.caughtUp) continue;
      caughtUp();
      if (page.position > last) await head.passed(page.position, last).catch(() => undefined); // the next look is a longer one
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** The last event that is in the index. */
  private async start(): Promise<Position> {
    const { appends, reader } = this.settings;
    this.counted = 0n;
    const checkpoint = await appends.checkpoint();
    if (!checkpoint) return START;
    const there = await reader.at(checkpoint.position);
    if (there?.uuid === checkpoint.uuid && there.recordedAt === checkpoint.recordedAt) {
      this.counted = await this.countTo(checkpoint.position);
      return checkpoint.position;
    }
    await appends.forget();
    return START;
  }

  /** From the last tally before it on, they are counted. */
  async countTo(position: Position): Promise<bigint> {
    const tally = await this.settings.appends.tallyBefore(position);
    return tally.events + BigInt(await this.settings.log.countBetween(tally.position, position));
  }

  private async record(events: readonly Outline[]): Promise<void> {
    const last = events.at(-1);
    if (!last) return;
    const { appends, claims } = this.settings;
    const firsts = events.filter(({ append }) => !append?.first);
    const entries = new Map(firsts.map((event) => [event.uuid, toEntry(event)]));
    if (entries.size > 0) await appends.record([...entries.values()]);
    const said = events.flatMap((event) => claimsOf(event) ?? []);
    if (said.length > 0) await claims.settle(said);
    const counted = this.counted + BigInt(events.length);
    await appends.advance({ ...last, events: counted });
    this.counted = counted;
  }
}

const toEntry = ({ uuid, stream, revision, meta, append }: Outline): Entry => ({
  firstEventId: uuid,
  attempt: randomUUID(),
  inputHash: meta.inputHash,
  stream,
  revision,
  laterIds: append?.later ?? [],
});

/** What the first event of an append says about names. */
export function claimsOf(first: Outline): (NamesWanted & { readonly position: bigint }) | undefined {
  const claims = first.append?.claims;
  return claims && { tenantId: first.meta.tenantId, firstEventId: first.uuid, claims, position: first.position };
}
