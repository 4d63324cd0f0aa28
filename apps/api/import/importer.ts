import { setImmediate } from 'node:timers/promises';
import { isRefusal, type Refusal } from '../../../libs/event-sourcing/decider.js';
import type { Actor } from '../../../libs/event-sourcing/event.js';
import { formatPosition, START, type Position } from '../../../libs/event-sourcing/position.js';
import type { EventStore } from '../../../libs/event-store/event-store.js';
import type { Deciders } from '../../../libs/event-sourcing/stream-decider.js';
import { Execute } from '../../../libs/ledger/execute.js';
import { Aliases } from './aliases.js';
import type { CommandReader, ReadCommand, UnreadLine } from './command-reader.js';
import { DryRunStore } from './dry-run-store.js';
import type { Line } from './lines.js';
import { References } from './references.js';
import type { Progress, Rejected, Report, Summary, Tally } from './reports.js';
import { waves } from './waves.js';

export interface ImportContext {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly correlationId: string;
  /** Decide everything, record nothing. */
  readonly dryRun: boolean;
}

/** Lines that are carried out together. More: longer waves; fewer: earlier reports and less memory. */
const WINDOW = 4096;
/** Lines between two breaths in which the process serves others. */
const SLICE = 128;
const PROGRESS_MS = 250;

/** Carries out commands that come as lines: each as if those before it had been carried out first. */
export class Importer {
  constructor(
    private readonly store: EventStore,
    private readonly execute: Execute,
    private readonly deciders: Deciders,
    private readonly reader: CommandReader,
  ) {}

  /** Rejects with what the store fails with: some lines are done then, and all may be sent again. */
  async *run(lines: AsyncIterable<readonly Line[]>, context: ImportContext): AsyncGenerator<Report> {
    const store = context.dryRun ? new DryRunStore(this.store) : this.store;
    const execute = context.dryRun ? new Execute(store, this.deciders) : this.execute;
    const run = new Run(execute, new Aliases(store, this.deciders, context.tenantId), context);
    const references = new References(context.tenantId);
    let underWay: Promise<Report[]> = Promise.resolve([]);
    for await (const come of lines) {
      for (let start = 0; start < come.length; start += WINDOW) {
        // While one window waits for the store the next one is read.
        const window = await this.read(come.slice(start, start + WINDOW), references);
        yield* await underWay;
        underWay = run.carryOut(window);
        underWay.catch(() => undefined); // reported in the next turn
      }
    }
    yield* await underWay;
    yield run.summary();
  }

  private async read(lines: readonly Line[], references: References): Promise<(ReadCommand | UnreadLine)[]> {
    const window: (ReadCommand | UnreadLine)[] = [];
    for (const line of lines) {
      if (window.length % SLICE === 0) await setImmediate();
      window.push(this.reader.read(line, references));
    }
    return window;
  }
}

type Outcome = 'recorded' | 'repeated' | Refusal;

/** One import from its first line to its summary. */
class Run {
  private read = 0;
  private position: Position = START;
  private readonly total: Tally = { recorded: 0, repeated: 0, rejected: 0 };
  private readonly byType: Record<string, Tally> = {};
  private reportedAt = performance.now();

  constructor(
    private readonly execute: Execute,
    private readonly aliases: Aliases,
    private readonly context: ImportContext,
  ) {}

  /** Reports of what was rejected, in the order of the lines, and now and then of how far it is. */
  async carryOut(window: readonly (ReadCommand | UnreadLine)[]): Promise<Report[]> {
    const outcomes = new Map<ReadCommand | UnreadLine, Outcome>();
    const commands = window.filter((line) => 'command' in line);
    for (const wave of waves(commands)) {
      const underWay: Promise<void>[] = [];
      const failures: unknown[] = [];
      for (const command of wave) {
        if (underWay.length % SLICE === 0) await setImmediate();
        const outcome = this.outcomeOf(command);
        underWay.push(
          outcome.then(
            (it) => void outcomes.set(command, it),
            (error: unknown) => void failures.push(error),
          ),
        );
      }
      await Promise.all(underWay);
      if (failures.length > 0) throw failures[0];
    }

    const reports: Report[] = [];
    for (const line of window) {
      const [type, outcome] = 'command' in line ? [line.command.type, outcomes.get(line)!] : [line.type, line.refusal];
      this.count(type, outcome);
      if (typeof outcome !== 'string') reports.push(rejected(line.line, outcome));
    }
    if (performance.now() - this.reportedAt > PROGRESS_MS) {
      this.reportedAt = performance.now();
      reports.push(this.progress());
    }
    return reports;
  }

  summary(): Summary {
    return { ...this.progress(), done: true, byType: this.byType };
  }

  private async outcomeOf(line: ReadCommand): Promise<Outcome> {
    const { tenantId, actor, correlationId } = this.context;
    const { command, idempotencyKey, settles } = line;
    const context = { tenantId, actor, correlationId, idempotencyKey };
    const result = await this.execute.run(this.aliases.resolve(command), context);
    if (isRefusal(result)) return settles ? ((await this.aliases.adopt(line, result)) ?? 'repeated') : result;
    if (result.position > this.position) this.position = result.position;
    return result.replayed || (await result.events()).length === 0 ? 'repeated' : 'recorded';
  }

  private count(type: string | undefined, outcome: Outcome): void {
    const as = typeof outcome === 'string' ? outcome : 'rejected';
    this.read++;
    this.total[as]++;
    if (type !== undefined) (this.byType[type] ??= { recorded: 0, repeated: 0, rejected: 0 })[as]++;
  }

  private progress(): Progress {
    const position = this.position > START ? formatPosition(this.position) : null;
    return { read: this.read, ...this.total, position };
  }
}

function rejected(line: number, { refused, message, path, detail }: Refusal): Rejected {
  const hint = hintOf(detail);
  return { line, code: refused, message, ...(path && { path }), ...(hint === undefined ? {} : { hint }) };
}

function hintOf(detail: Refusal['detail'] = {}): string | undefined {
  const { nearest, allowed, current, firstEventId } = detail;
  if (typeof nearest === 'string') return `Did you mean ${nearest}?`;
  if (Array.isArray(allowed)) return `One of ${allowed.join(', ')}.`;
  if (typeof current === 'string') return `It is ${current}.`;
  return typeof firstEventId === 'string' ? `It recorded ${firstEventId} first.` : undefined;
}
