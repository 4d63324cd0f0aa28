import type { Rejected, Summary, Tally } from '../../api/import/reports.js';
import { EXIT, Failure } from '../failure.js';
import { count, ProgressBar } from '../terminal.js';
import { ExportedEvents } from './exported-events.js';
import { ImportFile, type FileOptions, type Row } from './import-file.js';
import { MappedRows } from './mapped-rows.js';
import { isProblem, type MappingOptions } from './mapping.js';
import type { Reading } from './reading.js';
import { Rejections } from './rejections.js';
import { rowKinds, type RowType } from './rows/kinds.js';
import type { RowKind } from './rows/row-kind.js';
import type { Meaning } from './rows/source.js';
import { upload } from './upload.js';

export interface ImportResult extends Tally {
  readonly rows: number;
  readonly rejectedRows: number;
  readonly rejectedFile: string | null;
  /** Reading at least this position shows all of it; null when nothing was recorded. */
  readonly position: string | null;
  /** What became of the commands that the rows made. */
  readonly byType: Readonly<Record<string, Tally>>;
  readonly dryRun: boolean;
  /** Stopped by its user; what was sent until then is done. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** Sent to the server in one piece. */
const CHUNK_CHARS = 64 * 1024;

export interface ImportOptions extends FileOptions, MappingOptions, Meaning {
  readonly type: RowType | 'events';
}

/** One file on its way through the import endpoint. */
export class ImportRun {
  readonly rejections: Rejections;
  /** Rows that are sent and not reported yet, by their lines, with the number of commands up to and with each. */
  private readonly sent = new Map<number, { row: Row; upTo: number; rejected: boolean }>();
  private rows = 0;
  private commands = 0;
  private rowsDone = 0;
  private interrupted = false;

  private constructor(
    private readonly file: ImportFile,
    readonly reading: Reading,
  ) {
    this.rejections = new Rejections(file);
  }

  /** Throws a `Failure` when no row of the file could be imported. */
  static async open(path: string, { type, ...options }: ImportOptions): Promise<ImportRun> {
    const kind: RowKind | undefined = type === 'events' ? undefined : rowKinds[type];
    const file = await ImportFile.open(path, { ...options, usualColumns: kind?.usualColumns });
    const reading = kind ? new MappedRows(kind, file, options) : new ExportedEvents(file);
    if (reading.lacks === undefined) return new ImportRun(file, reading);
    const hint = `Say which columns they are: --map column=field. The columns are ${file.columns.join(', ')}.`;
    throw new Failure(`${type} need ${reading.lacks}.`, EXIT.usage, hint);
  }

  /** Looks through the whole file: finds what makes it unreadable before the first row is sent. */
  async survey(): Promise<{ rows: number; pairs: number }> {
    for await (const row of this.file.rows()) {
      if (this.interrupted) break;
      this.rows++;
      this.reading.survey(row);
    }
    if (this.rows === 0 && !this.interrupted) throw new Failure(`${this.file.path} has no rows.`);
    return { rows: this.rows, pairs: this.reading.pairs };
  }

  /** Sends no more rows; those on their way are waited for. */
  interrupt(): void {
    this.interrupted = true;
  }

  async run(dryRun: boolean): Promise<ImportResult> {
    const begun = performance.now();
    const bar = new ProgressBar('rows', this.rows);
    let summary: Summary | undefined;
    try {
      for await (const report of upload(this.reading.endpoint, this.lines(), dryRun)) {
        if ('line' in report) this.reject(report);
        else if ('read' in report) this.retire(report.read);
        if ('done' in report) summary = report;
        bar.at(this.rowsDone, this.rejections.count > 0 ? `, ${count(this.rejections.count)} rejected` : '');
      }
    } finally {
      bar.end();
      this.rejections.close();
    }
    const { read: _, done: __, ...tally } = summary!;
    return {
      rows: this.rows,
      ...tally,
      rejectedRows: this.rejections.count,
      rejectedFile: this.rejections.path ?? null,
      dryRun,
      interrupted: this.interrupted,
      seconds: Math.round(performance.now() - begun) / 1000,
    };
  }

  private async *lines(): AsyncGenerator<string> {
    let chunk = '';
    for await (const row of this.file.rows()) {
      if (this.interrupted) break;
      const lines = this.reading.compose(row);
      if (isProblem(lines)) {
        this.rejections.add(row, lines);
        this.rowsDone++;
        continue;
      }
      this.commands += lines.length;
      this.sent.set(row.line, { row, upTo: this.commands, rejected: false });
      for (const line of lines) chunk += `${JSON.stringify(line)}\n`;
      if (chunk.length >= CHUNK_CHARS) {
        yield chunk;
        chunk = '';
      }
    }
    if (chunk !== '') yield chunk;
  }

  /** A row makes several commands; the first that is rejected says why. */
  private reject({ line, code, message, path = [], hint }: Rejected): void {
    const sent = this.sent.get(line);
    if (!sent || sent.rejected) return;
    sent.rejected = true;
    const where = path.length > 0 ? `${path.join('.')}: ` : '';
    this.rejections.add(sent.row, { code, reason: `${where}${message}`, hint: hintFor(code, path) ?? hint });
  }

  private retire(read: number): void {
    for (const [line, { upTo }] of this.sent) {
      if (upTo > read) return;
      this.sent.delete(line);
      this.rowsDone++;
    }
  }
}

/** What helps here and the server cannot know. */
const hintFor = (code: string, path: readonly string[]): string | undefined =>
  code === 'STATE_CONFLICT' && (path[0] === 'a' || path[0] === 'b')
    ? 'The relationship is open from the other side: say who is ours with --ours.'
    : undefined;
