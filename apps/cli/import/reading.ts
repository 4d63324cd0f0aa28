import type { Row } from './import-file.js';
import type { RowProblem } from './mapping.js';

/** What the rows of a file mean to the server. */
export interface Reading {
  /** Where their lines go. */
  readonly endpoint: string;
  /** Columns that are imported, with their fields. */
  readonly columns: ReadonlyMap<string, string>;
  /** Columns that mean nothing here. */
  readonly ignored: readonly string[];
  /** What no row can be imported without and the file does not have. */
  readonly lacks: string | undefined;
  /** Pairs of parties that rows name. */
  readonly pairs: number;
  /** Sees every row before the first is composed. */
  survey(row: Row): void;
  /** The lines that the row makes; none: it is left out. */
  compose(row: Row): object[] | RowProblem;
}
