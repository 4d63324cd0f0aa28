import type { ImportFile, Row } from './import-file.js';
import { isProblem, Mapping, type Fields, type MappingOptions, type RowProblem } from './mapping.js';
import type { Reading } from './reading.js';
import type { RowKind } from './rows/row-kind.js';
import { Source, type Meaning } from './rows/source.js';

/** The server reads no line that is longer. */
const LONGEST_COMMAND_BYTES = 250 * 1024;

/** Rows of one kind, whose columns are mapped to its fields: each makes commands. */
export class MappedRows implements Reading {
  readonly endpoint = '/import';
  readonly columns: ReadonlyMap<string, string>;
  readonly ignored: readonly string[];
  readonly lacks: string | undefined;
  private readonly mapping: Mapping;
  private readonly source: Source;

  constructor(
    private readonly kind: RowKind,
    { columns }: ImportFile,
    options: MappingOptions & Meaning,
  ) {
    this.mapping = new Mapping(kind.fields, columns, options);
    this.columns = this.mapping.columns;
    this.ignored = columns.filter((column) => !this.columns.has(column));
    this.lacks = kind.lacks((field) => this.mapping.has(field));
    this.source = new Source(options);
  }

  get pairs(): number {
    return this.source.ties.size;
  }

  survey({ values, problem }: Row): void {
    const fields = problem ?? this.mapping.read(values);
    if (!isProblem(fields)) this.kind.survey?.(fields, this.source);
  }

  compose({ line, values, problem }: Row): object[] | RowProblem {
    const fields = problem ?? this.mapping.read(values);
    if (isProblem(fields)) return fields;
    if (isLong(fields)) return { code: 'INVALID_INPUT', reason: 'The row is too long.' };
    const commands = this.kind.compose(fields, this.source, () => JSON.stringify(Object.values(values)));
    return isProblem(commands) ? commands : commands.map((command) => ({ line, ...command }));
  }
}

function isLong(fields: Fields): boolean {
  let chars = 0;
  for (const name in fields) chars += String(fields[name]).length;
  // One UTF-16 unit takes six bytes at most, as an escape of JSON.
  return chars * 6 > LONGEST_COMMAND_BYTES && Buffer.byteLength(JSON.stringify(fields)) > LONGEST_COMMAND_BYTES;
}
