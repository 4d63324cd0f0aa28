import { setImmediate } from 'node:timers/promises';
import { isRefusal } from '../../../libs/event-sourcing/decider.js';
import type { EventStore } from '../../../libs/event-store/event-store.js';
import { Restore, type Restored, type ToldAppend, type ToldEvent } from '../../../libs/ledger/restore.js';
import { Account, type Outcome, type Settled } from './account.js';
import { DryRunStore } from './dry-run-store.js';
import type { EventReader, ReadEvent, UnreadEvent } from './event-reader.js';
import type { Line } from './lines.js';
import type { Report } from './reports.js';

/** Lines that are under way together. */
const WINDOW = 4096;
/** Lines between two breaths in which the process serves others. */
const SLICE = 128;

/** The lines of one append: what one command recorded, or what cannot be read. */
type Group = [ReadEvent, ...ReadEvent[]];

/** Takes back events that come as lines, the oldest first, as `rapport export` writes them. */
export class EventImporter {
  constructor(
    private readonly store: EventStore,
    private readonly reader: EventReader,
  ) {}

  /** Rejects with what the store fails with: some lines are done then, and all may be sent again. */
  async *run(
    lines: AsyncIterable<readonly Line[]>,
    { tenantId, dryRun }: { readonly tenantId: string; readonly dryRun: boolean },
  ): AsyncGenerator<Report> {
    const restore = new Restore(dryRun ? new DryRunStore(this.store) : this.store, tenantId);
    const account = new Account();
    let window: (ReadEvent | UnreadEvent)[] = [];
    for await (const come of lines) {
      for (const line of come) {
        if (window.length % SLICE === 0) await setImmediate();
        const read = this.reader.read(line);
        // What one command recorded is restored together: it never lies in two windows.
        if (window.length >= WINDOW && !continues(window.at(-1)!, read)) {
          yield* await carryOut(restore, account, window);
          window = [];
        }
        window.push(read);
      }
    }
    yield* await carryOut(restore, account, window);
    yield account.summary();
  }
}

async function carryOut(
  restore: Restore,
  account: Account,
  window: readonly (ReadEvent | UnreadEvent)[],
): Promise<Report[]> {
  const groups: Group[] = [];
  for (const [index, line] of window.entries()) {
    if (!('event' in line)) continue;
    const group = groups.at(-1);
    if (group && index > 0 && continues(window[index - 1]!, line)) group.push(line);
    else groups.push([line]);
  }
  const restored = await restore.run(groups.map(appendOf));
  const outcomes = new Map(groups.flatMap((group, i) => group.map((line) => [line, outcomeOf(restored[i]!)] as const)));
  for (const one of restored) if (typeof one === 'object' && 'position' in one) account.reached(one.position);
  return account.settle(
    window.map((line): Settled =>
      'event' in line
        ? { line: line.line, type: line.event.type, outcome: outcomes.get(line)! }
        : { line: line.line, type: line.type, outcome: line.refusal },
    ),
  );
}

/** Whether the same command recorded both, one right after the other. */
const continues = (line: ReadEvent | UnreadEvent, next: ReadEvent | UnreadEvent): boolean =>
  'event' in line &&
  'event' in next &&
  next.subject === line.subject &&
  next.idempotencyKey === line.idempotencyKey &&
  next.revision === line.revision + 1;

function appendOf([first, ...rest]: Group): ToldAppend {
  const { decider, subject, revision, idempotencyKey, inputHash } = first;
  const events: [ToldEvent, ...ToldEvent[]] = [first.event, ...rest.map(({ event }) => event)];
  return { decider, subject, revision, idempotencyKey, ...(inputHash !== undefined && { inputHash }), events };
}

const outcomeOf = (restored: Restored): Outcome =>
  restored === 'repeated' || isRefusal(restored) ? restored : 'recorded';
