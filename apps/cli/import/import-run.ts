import type { Rejected, Summary, Tally } from '../../api/import/reports.js';
import { EXIT, Failure } from '../failure.js';
import { count, ProgressBar } from '../terminal.js';
import { Composer, type CommandLine, type Meaning } from './composer.js';
import type { ImportType } from './fields.js';
import { ImportFile, type FileOptions, type Row } from './import-file.js';
import { isProblem, Mapping, type Fields, type MappingOptions, type RowProblem } from './mapping.js';
import { Rejections } from './rejections.js';
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
/** The server reads no line that is longer. */
const LONGEST_COMMAND_BYTES = 250 * 1024;

export interface ImportOptions extends FileOptions, MappingOptions, Meaning {
  readonly type: ImportType;
}

/** One file on its way through the import endpoint. */
export class ImportRun {
  /** Columns that are imported, with their fields. */
  readonly columns: ReadonlyMap<string, string>;
  /** Columns that mean nothing here. */
  readonly ignored: readonly string[];
  private readonly composer: Composer;
  private readonly rejections: Rejections;
  /** Rows that are sent and not reported yet, by their lines, with the number of commands up to and with each. */
  private readonly sent = new Map<number, { row: Row; upTo: number; rejected: boolean }>();
  private rows = 0;
  private commands = 0;
  private rowsDone = 0;
  private interrupted = false;

  private constructor(
    private readonly file: ImportFile,
    private readonly mapping: Mapping,
    type: ImportType,
    meaning: Meaning,
  ) {
    this.columns = mapping.columns;
    this.ignored = file.columns.filter((column) => !mapping.columns.has(column));
    this.composer = new Composer(type, meaning);
    this.rejections = new Rejections(file);
  }

  /** Throws a `Failure` when no row of the file could be imported. */
  static async open(path: string, options: ImportOptions): Promise<ImportRun> {
    const { type } = options;
    const usualColumns = type === 'touches' ? ['from', 'to', 'at'] : undefined;
    const file = await ImportFile.open(path, { ...options, usualColumns });
    const mapping = new Mapping(type, file.columns, options);
    const lacks = Composer.lacks(type, mapping);
    if (lacks === undefined) return new ImportRun(file, mapping, type, options);
    const hint = `Say which columns they are: --map column=field. The columns are ${file.columns.join(', ')}.`;
    throw new Failure(`${type} need ${lacks}.`, EXIT.usage, hint);
  }

  /** Looks through the whole file: finds what makes it unreadable before the first row is sent. */
  async survey(): Promise<{ rows: number; ties: number }> {
    for await (const { values, problem } of this.file.rows()) {
      if (this.interrupted) break;
      this.rows++;
      const fields = problem ?? this.mapping.read(values);
      if (!isProblem(fields)) this.composer.survey(fields);
    }
    if (this.rows === 0 && !this.interrupted) throw new Failure(`${this.file.path} has no rows.`);
    return { rows: this.rows, ties: this.composer.ties.size };
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
      for await (const report of upload(this.lines(), dryRun)) {
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
      const lines = this.compose(row);
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

  private compose(row: Row): CommandLine[] | RowProblem {
    const fields = row.problem ?? this.mapping.read(row.values);
    if (isProblem(fields)) return fields;
    if (isLong(fields)) return { code: 'INVALID_INPUT', reason: 'The row is too long.' };
    return this.composer.compose(row.line, fields, () => JSON.stringify(Object.values(row.values)));
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

function isLong(fields: Fields): boolean {
  let chars = 0;
  for (const name in fields) chars += String(fields[name]).length;
  // One UTF-16 unit takes six bytes at most, as an escape of JSON.
  return chars * 6 > LONGEST_COMMAND_BYTES && Buffer.byteLength(JSON.stringify(fields)) > LONGEST_COMMAND_BYTES;
}

/** What helps here and the server cannot know. */
const hintFor = (code: string, path: readonly string[]): string | undefined =>
  code === 'STATE_CONFLICT' && (path[0] === 'a' || path[0] === 'b')
    ? 'The relationship is open from the other side: say who is ours with --ours.'
    : undefined;
