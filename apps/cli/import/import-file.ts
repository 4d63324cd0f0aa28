import { CsvError, parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EXIT, Failure } from '../failure.js';
import { decoded, encodingOf, sniff, type Encoding } from './encoding.js';
import { delimiterOf, firstRows, looksLikeData, preambleOf } from './layout.js';
import type { RowProblem } from './mapping.js';

export interface Row {
  /** Where it begins in the file, counted from 1. */
  readonly line: number;
  /** Cells by the names of their columns. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Why it can be read no further. */
  readonly problem?: RowProblem;
}

export interface FileOptions {
  /** Names of the columns of a file that has none. */
  readonly columns?: readonly string[] | undefined;
  /** Names that a file without names has by default, when it has that many columns. */
  readonly usualColumns?: readonly string[] | undefined;
  readonly encoding?: Encoding | undefined;
  readonly delimiter?: string | undefined;
}

/** What `rejected.csv` adds at the end of each row; not part of the row when it is fed back. */
export const REPORT_COLUMNS = ['line', 'code', 'reason', 'hint'];
const MOST_COLUMNS = 500;
/** A record that is longer has a quote that does not close. */
const LONGEST_RECORD = 16 * 1024 * 1024;

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: ParsedInfo;
}
interface ParsedInfo {
  readonly lines: number;
  readonly empty_lines: number;
}

/** A file to import, opened: its layout is known and its rows can be read as often as needed. */
export class ImportFile {
  private constructor(
    readonly path: string,
    readonly format: 'csv' | 'ndjson',
    readonly columns: readonly string[],
    readonly encoding: Encoding,
    readonly delimiter: string,
    /** Lines before the first row of data: a preamble of comments, the names of the columns. */
    private readonly linesBefore: number,
    private readonly cellsOfRow: number,
  ) {}

  static async open(path: string, options: FileOptions): Promise<ImportFile> {
    await assertReadable(path);
    const start = await sniff(bytesOf(path));
    const encoding = options.encoding ?? encodingOf(start);
    const text = new TextDecoder(encoding).decode(start, { stream: true });
    if (/\.(ndjson|jsonl)(\.gz)?$/i.test(path) || text.trimStart().startsWith('{')) {
      const file = new ImportFile(path, 'ndjson', [], encoding, '', 0, 0);
      return new ImportFile(path, 'ndjson', await file.keys(), encoding, '', 0, 0);
    }
    const preamble = preambleOf(text);
    const delimiter = options.delimiter ?? delimiterOf(preamble.rest);
    const [first = []] = firstRows(preamble.rest, delimiter);
    const { names, areInFile } = namesOf(first, options);
    const columns = withoutReport(names);
    assertColumns(columns);
    const linesBefore = preamble.lines + (areInFile ? 1 + lineBreaks(first) : 0);
    return new ImportFile(path, 'csv', columns, encoding, delimiter, linesBefore, names.length);
  }

  /** Every row in the order of the file. Throws a `Failure` when the file as a whole cannot be read. */
  rows(): AsyncGenerator<Row> {
    return this.format === 'csv' ? this.csvRows() : this.jsonRows();
  }

  private text(): AsyncGenerator<string> {
    return decoded(bytesOf(this.path), this.encoding);
  }

  private async *csvRows(): AsyncGenerator<Row> {
    const { columns, cellsOfRow } = this;
    const lines = new LineCount(this.linesBefore);
    const parser = parse({
      delimiter: this.delimiter,
      from_line: this.linesBefore + 1,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_RECORD,
      info: true,
    });
    pipeline(Readable.from(this.text()), parser, () => undefined); // the loop gets the error
    try {
      for await (const { record: cells, info } of parser as AsyncIterable<ParsedRecord>) {
        const line = lines.of(cells, info);
        const values: Record<string, unknown> = {};
        for (let i = 0; i < columns.length; i++) values[columns[i]!] = cells[i];
        if (cells.length === cellsOfRow) yield { line, values };
        else yield { line, values, problem: misshapen(cells, cellsOfRow) };
      }
    } catch (error) {
      throw error instanceof CsvError ? unreadable(error, lines.next) : error;
    }
  }

  private async *jsonRows(): AsyncGenerator<Row> {
    let line = 0;
    for await (const text of linesOf(this.text())) {
      line++;
      if (text.trim() === '') continue;
      const values = parsed(text);
      if (values) yield { line, values };
      else yield { line, values: { text }, problem: { code: 'INVALID_INPUT', reason: 'The line is no JSON object.' } };
    }
  }

  private async keys(): Promise<string[]> {
    const keys = new Set<string>();
    for await (const { values, problem } of this.jsonRows()) {
      if (!problem) for (const key of Object.keys(values)) keys.add(key);
      assertColumns([...keys]);
    }
    keys.delete('rejected');
    return [...keys];
  }
}

function bytesOf(path: string): Readable {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
}

async function assertReadable(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Failure(`${path} cannot be read (${reason}).`, EXIT.usage);
  });
  if (!found.isFile()) throw new Failure(`${path} is no file.`, EXIT.usage);
  if (found.size === 0) throw new Failure(`${path} is empty.`, EXIT.usage);
}

/** The names of the columns, and whether the first row of the file is these names. */
function namesOf(first: readonly string[], options: FileOptions): { names: string[]; areInFile: boolean } {
  const { columns, usualColumns } = options;
  if (columns) {
    const areInFile = columns.every((name, index) => name === first[index]);
    if (!areInFile && columns.length !== first.length) {
      const message = `The file has ${String(first.length)} columns, not ${String(columns.length)}.`;
      throw new Failure(message, EXIT.usage, `Its first row: ${first.join(' ¦ ')}`);
    }
    return { names: areInFile ? [...first] : [...columns], areInFile };
  }
  if (!looksLikeData(first)) return { names: first.map((name) => name.trim()), areInFile: true };
  if (usualColumns?.length === first.length) return { names: [...usualColumns], areInFile: false };
  const hint = 'Name them in their order: --columns from,to,at';
  throw new Failure(`The first row of the file is data (${first.join(', ')}), not names.`, EXIT.usage, hint);
}

function withoutReport(names: readonly string[]): string[] {
  const end = names.slice(-REPORT_COLUMNS.length);
  return REPORT_COLUMNS.every((name, index) => name === end[index]) ? names.slice(0, -end.length) : [...names];
}

function assertColumns(columns: readonly string[]): void {
  if (columns.length > MOST_COLUMNS) {
    throw new Failure(`The file has more than ${String(MOST_COLUMNS)} columns.`, EXIT.usage);
  }
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined) throw new Failure(`Two columns are called "${twice}".`, EXIT.usage);
}

/** Lines at which records begin. The parser counts to their ends, and a CR LF inside a quoted cell as two lines. */
class LineCount {
  next: number;
  private parsed: number;
  private empty = 0;

  constructor(linesBefore: number) {
    this.next = linesBefore + 1;
    this.parsed = linesBefore;
  }

  of(cells: readonly string[], info: ParsedInfo): number {
    const skipped = info.empty_lines - this.empty;
    const isOneLine = info.lines - this.parsed - skipped === 1;
    const line = this.next + skipped;
    this.next = line + 1 + (isOneLine ? 0 : lineBreaks(cells));
    this.parsed = info.lines;
    this.empty = info.empty_lines;
    return line;
  }
}

const lineBreaks = (cells: readonly string[]): number =>
  cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);

function misshapen(cells: readonly string[], wanted: number): RowProblem {
  const reason = `The row has ${String(cells.length)} cells instead of ${String(wanted)}.`;
  const more = cells.slice(wanted).join(' ¦ ').slice(0, 200);
  const hint = more ? `Too much: ${more}` : 'A delimiter is missing, or a quote that should close a cell.';
  return { code: 'INVALID_INPUT', reason, hint };
}

function unreadable(error: CsvError, line: number): Failure {
  const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE';
  const reason = unclosed ? 'a quote opens that does not close' : error.message;
  return new Failure(`The file cannot be read from line ${String(line)} on: ${reason}.`, EXIT.failed);
}

/** Lines end with a line feed and with nothing else: what Unicode calls a line separator may stand inside a value. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let begun: string[] = [];
  for await (const piece of text) {
    const [first, ...more] = piece.split('\n') as [string, ...string[]];
    begun.push(first);
    for (const next of more) {
      yield begun.join('');
      begun = [next];
    }
  }
  yield begun.join('');
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
