import { EXIT, Failure } from '../failure.js';
import type { ImportFile, Row } from './import-file.js';
import type { RowProblem } from './mapping.js';
import type { Reading } from './reading.js';

const REQUIRED = ['id', 'type', 'stream', 'revision', 'occurredAt', 'actor', 'correlationId', 'idempotencyKey', 'data'];

/** What `rapport export` wrote: each row is an event, taken back as it was. */
export class ExportedEvents implements Reading {
  readonly endpoint = '/import/events';
  readonly columns = new Map<string, string>();
  readonly ignored: readonly string[] = [];
  readonly lacks: string | undefined;
  readonly pairs = 0;
  private last = '';

  constructor({ format, columns }: ImportFile) {
    if (format !== 'ndjson') throw new Failure('Events come as NDJSON, as rapport export writes them.', EXIT.usage);
    this.lacks = REQUIRED.find((field) => !columns.includes(field));
  }

  survey({ line, values: { recordedAt } }: Row): void {
    if (typeof recordedAt !== 'string') return;
    if (recordedAt < this.last) {
      const hint = 'Write the file with rapport export, or with rapport events list --json --oldest-first.';
      throw new Failure(`The event of line ${String(line)} is older than the one before it.`, EXIT.usage, hint);
    }
    this.last = recordedAt;
  }

  compose({ line, values, problem }: Row): object[] | RowProblem {
    if (problem) return problem;
    // What operators asked of read models is no fact of the ledger: taken back it would be asked again.
    if (String(values['stream']).startsWith('projection-')) return [];
    return [{ line, ...values }];
  }
}
