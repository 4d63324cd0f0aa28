import type { Recorded } from './event.js';

/**
 * A read model as one plain object: which tables it has and what each event does to their rows. The same object is
 * applied live and in a rebuild; a handler uses only the event and the rows: no clock, no random, no network.
 */
export interface Projection {
  /** snake_case; also the name of the schema that queries read. */
  readonly name: string;
  /** Raise it with every change of what the rows mean: a new version is built beside the live one. */
  readonly version: number;
  readonly tables: Readonly<Record<string, TableSpec>>;
  readonly on: Readonly<Record<string, Handler>>;
}

export interface TableSpec {
  /**
   * Column name to PostgreSQL type with its constraints: `{ tenant_id: 'text not null', … }`. Types and what handlers
   * read and write: text, uuid, date: string; timestamptz: Instant; smallint, integer, double precision: number;
   * bigint: bigint; boolean; jsonb: any JSON value; text[]: array of strings. Null stands for all that is not there.
   */
  readonly columns: Readonly<Record<string, string>>;
  /** Primary key; begins with tenant_id. */
  readonly key: readonly string[];
  /** Bodies of CREATE INDEX after the table's name: `(tenant_id, due_at) WHERE ended_at IS NULL`. */
  readonly indexes?: readonly string[];
  readonly derive?: Derive;
}

/**
 * Columns that follow from rows of the same projection. For what depends on order, so that late and retracted facts
 * need no thought: the rows are the truth and the query says what follows from them. Filled by the engine after each
 * batch for the keys that the batch put, deleted or touched, and once for all keys at the end of a rebuild.
 */
export interface Derive {
  /** Name to nullable PostgreSQL type. No handler reads or writes these. */
  readonly columns: Readonly<Record<string, string>>;
  /**
   * SELECT of the key's columns and the derived ones, by their names, for all keys: like the definition of a view.
   * `{schema}` stands for the schema being written. A key that it leaves out gets nulls. Live the engine asks it for one
   * key at a time: it groups and partitions by the key, and what it reads has an index that begins with it.
   * It must not depend on the order of rows: sum integers, not doubles, or order the aggregate.
   */
  readonly select: string;
  /**
   * For what follows from rows of other keys: by the name of a table, an earlier one or this one, a SELECT of this
   * table's key columns that says which of its rows follow from rows of that one. Its relation `keys` has the key columns
   * of the rows that the batch put, deleted or touched there, or derived anew. They are derived anew, too. Taken one after
   * the other, as they stand here; every look-up needs an index.
   */
  readonly widen?: Readonly<Record<string, string>>;
}

export type Row = Readonly<Record<string, unknown>>;

export interface Handler {
  /** Rows the handler will `get`: table name to keys. What is not named here cannot be read. */
  readonly reads?: (event: Recorded) => Readonly<Record<string, readonly Key[]>>;
  readonly apply: (event: Recorded, rows: Rows) => void;
}

/** The key's values in the order of `TableSpec.key`. */
export type Key = readonly (string | number | bigint)[];

export interface Rows {
  /** The row as this and all earlier events left it; undefined when there is none. */
  get(table: string, key: Key): Row | undefined;
  /** Inserts, or replaces the whole row with the same key. */
  put(table: string, row: Row): void;
  delete(table: string, key: Key): void;
  /**
   * Asks for the table's `derive` to run for this key although the event wrote no row of it: a row that its query reads
   * came, went or changed. One that moves from key to key concerns both.
   */
  touch(table: string, key: Key): void;
}
