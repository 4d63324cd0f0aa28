import { setImmediate } from 'node:timers/promises';
import { isRefusal } from '../../../libs/event-sourcing/decider.js';
import type { Actor } from '../../../libs/event-sourcing/event.js';
import type { EventStore } from '../../../libs/event-store/event-store.js';
import type { Deciders } from '../../../libs/event-sourcing/stream-decider.js';
import { Execute } from '../../../libs/ledger/execute.js';
import { Account, type Outcome } from './account.js';
import { Aliases } from './aliases.js';
import type { CommandReader, ReadCommand, UnreadLine } from './command-reader.js';
import { DryRunStore } from './dry-run-store.js';
import type { Line } from './lines.js';
import { References } from './references.js';
import type { Report } from './reports.js';
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
    yield run.account.summary();
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

/** One import from its first line to its summary. */
class Run {
  readonly account = new Account();

  constructor(
    private readonly execute: Execute,
    private readonly aliases: Aliases,
    private readonly context: ImportContext,
  ) {}

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
    return this.account.settle(
      window.map((line) =>
        'command' in line
          ? { line: line.line, type: line.command.type, outcome: outcomes.get(line)! }
          : { line: line.line, type: line.type, outcome: line.refusal },
      ),
    );
  }

  private async outcomeOf(line: ReadCommand): Promise<Outcome> {
    const { tenantId, actor, correlationId } = this.context;
    const { command, idempotencyKey, settles } = line;
    const context = { tenantId, actor, correlationId, idempotencyKey };
    const result = await this.execute.run(this.aliases.resolve(command), context);
    if (isRefusal(result)) return settles ? ((await this.aliases.adopt(line, result)) ?? 'repeated') : result;
    this.account.reached(result.position);
    return result.replayed || (await result.events()).length === 0 ? 'repeated' : 'recorded';
  }
}
