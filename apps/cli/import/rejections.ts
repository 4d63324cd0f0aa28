import { stringify } from 'csv-stringify/sync';
import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPORT_COLUMNS, type ImportFile, type Row } from './import-file.js';

export interface Rejection {
  readonly code: string;
  readonly reason: string;
  readonly hint?: string | undefined;
}

/** A rejected row as the ledger keeps it. */
export interface RejectedRow {
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

const KEPT = 1000;
const LONGEST_REASON = 1000;

/**
 * Rejected rows as they were, with why: to be corrected and imported in their turn. The file stands beside the
 * imported one, is made with the first rejected row, and never takes the place of another.
 */
export class Rejections {
  path: string | undefined;
  count = 0;
  /** As many as the ledger keeps. */
  readonly first: RejectedRow[] = [];
  private file: number | undefined;

  constructor(private readonly from: ImportFile) {}

  add({ line, values }: Row, { code, reason, hint }: Rejection): void {
    this.file ??= this.open();
    this.count++;
    if (this.first.length < KEPT) this.first.push({ line, code, reason: reason.slice(0, LONGEST_REASON) });
    const report = [line, code, reason, hint ?? ''];
    const { columns, format } = this.from;
    const text =
      format === 'csv'
        ? csvLine([...columns.map((column) => values[column]), ...report])
        : `${JSON.stringify({ ...values, rejected: { line, code, reason, ...(hint && { hint }) } })}\n`;
    writeSync(this.file, text);
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private open(): number {
    const { path, format, columns } = this.from;
    for (let n = 1; ; n++) {
      const name = `rejected${n > 1 ? `-${String(n)}` : ''}.${format}`;
      this.path = join(dirname(path), name);
      try {
        const file = openSync(this.path, 'wx');
        if (format === 'csv') writeSync(file, csvLine([...columns, ...REPORT_COLUMNS]));
        return file;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
    }
  }
}

const csvLine = (cells: readonly unknown[]): string => stringify([cells.map((cell) => cell ?? '')]);
