import type { Refusal } from '../../../libs/event-sourcing/decider.js';
import { formatPosition, START, type Position } from '../../../libs/event-sourcing/position.js';
import type { Progress, Rejected, Report, Summary, Tally } from './reports.js';

/** What became of a line. */
export type Outcome = 'recorded' | 'repeated' | Refusal;

export interface Settled {
  readonly line: number;
  readonly type: string | undefined;
  readonly outcome: Outcome;
}

const PROGRESS_MS = 250;

/** What became of the lines of one import so far. */
export class Account {
  private read = 0;
  private position: Position = START;
  private readonly total: Tally = { recorded: 0, repeated: 0, rejected: 0 };
  private readonly byType: Record<string, Tally> = {};
  private reportedAt = performance.now();

  reached(position: Position): void {
    if (position > this.position) this.position = position;
  }

  /** Reports of what was rejected, in the order of the lines, and now and then of how far it is. */
  settle(lines: readonly Settled[]): Report[] {
    const reports: Report[] = [];
    for (const { line, type, outcome } of lines) {
      this.count(type, outcome);
      if (typeof outcome !== 'string') reports.push(rejected(line, outcome));
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
