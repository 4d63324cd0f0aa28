import type { Key, Row, Rows } from '../event-sourcing/projection.js';
import { keyOf, keyText, type CompiledProjection, type Table } from './tables.js';

/** A row as it shall be stored; null: it shall not be there. */
export interface Change {
  row: Row | null;
  /** Whether the database holds a row with this key before the change. */
  readonly stored: boolean | 'unknown';
  /** Some handler has read it, so others may too. */
  wasRead: boolean;
}

/** What a batch did to one table, by key. */
export interface TableChanges {
  readonly changes: ReadonlyMap<string, Change>;
  /** Keys whose derived columns are to be filled. */
  readonly touched: ReadonlySet<string>;
}

export interface RowsOptions {
  /** Bytes of rows kept per table, about; beside them are those that changed since the last `take` but one. */
  readonly capacity: number;
  /** The build is empty: what is not here is not in the database either. */
  readonly empty: boolean;
  /** Refuse what a handler reads without having named it, and columns that no table has. Costs time per event. */
  readonly strict: boolean;
}

/**
 * The rows of a build as its events left them: those that changed and are not written yet, and of those that handlers
 * read, the ones used last. Only the owner of a build changes its rows, so what is remembered here stays true until a
 * write fails; then the whole set is thrown away.
 */
export class WorkingRows implements Rows {
  private readonly tables = new Map<string, TableRows>();
  private named: readonly string[] | undefined;

  constructor(
    projection: CompiledProjection,
    private readonly options: RowsOptions,
  ) {
    for (const table of projection.tables.values()) this.tables.set(table.name, new TableRows(table, options));
  }

  get(table: string, key: Key): Row | undefined {
    const text = keyText(key);
    const row = this.table(table).get(text);
    if (row === undefined || (this.named && !this.named.includes(table + text))) {
      throw new Error(`A handler gets ${table} (${key.join(', ')}) without naming it in its reads.`);
    }
    return row ?? undefined;
  }

  put(table: string, row: Row): void {
    this.table(table).put(row);
  }

  delete(table: string, key: Key): void {
    this.table(table).set(keyText(key), null);
  }

  touch(table: string, key: Key): void {
    this.table(table).touched.add(keyText(key));
  }

  get isStrict(): boolean {
    return this.options.strict;
  }

  /** Handlers may now get these rows and no others: table name and key text run together. */
  name(keys: readonly string[]): void {
    this.named = keys;
  }

  /** Every row of every table is here: nothing needs to be looked up. */
  get complete(): boolean {
    for (const table of this.tables.values()) if (!table.complete) return false;
    return true;
  }

  knows(table: string, key: string): boolean {
    return this.table(table).find(key) !== undefined;
  }

  /** Rows found in the database, or null for keys that it does not hold. */
  remember(table: string, key: string, row: Row | null): void {
    this.table(table).remember(key, row);
  }

  get changed(): number {
    let changed = 0;
    for (const table of this.tables.values()) changed += table.changed;
    return changed;
  }

  /** Hands over what changed, to be written now. All that was taken before must be written by then. */
  take(): ReadonlyMap<string, TableChanges> {
    const taken = new Map<string, TableChanges>();
    for (const [name, table] of this.tables) {
      const changes = table.take();
      if (changes.changes.size || changes.touched.size) taken.set(name, changes);
    }
    return taken;
  }

  private table(name: string): TableRows {
    const table = this.tables.get(name);
    if (!table) throw new Error(`There is no table ${name}.`);
    return table;
  }
}

/** Rows of one table. Two generations make the cheapest cache that forgets what was not used lately. */
class TableRows {
  complete: boolean;
  touched = new Set<string>();
  private changes = new Map<string, Change>();
  /** Taken and perhaps not written yet. */
  private taken: ReadonlyMap<string, Change> = new Map();
  private recent = new Map<string, Row | null>();
  private recentBytes = 0;
  private older = new Map<string, Row | null>();

  constructor(
    private readonly table: Table,
    private readonly options: RowsOptions,
  ) {
    this.complete = options.empty;
  }

  /** For a handler. Null: there is no such row. Undefined: it should have been looked up. */
  get(key: string): Row | null | undefined {
    const change = this.changes.get(key);
    if (change) {
      change.wasRead = true;
      return change.row;
    }
    const taken = this.taken.get(key);
    if (taken) taken.wasRead = true;
    const row = taken ? taken.row : this.kept(key);
    if (row !== undefined) this.remember(key, row);
    return row;
  }

  /** Null: there is no such row. Undefined: it must be looked up. */
  find(key: string): Row | null | undefined {
    const change = this.changes.get(key) ?? this.taken.get(key);
    return change ? change.row : this.kept(key);
  }

  put(row: Row): void {
    if (this.options.strict) this.check(row);
    this.set(keyOf(this.table, row), row);
  }

  set(key: string, row: Row | null): void {
    const change = this.changes.get(key);
    if (change) {
      change.row = row;
      return;
    }
    const taken = this.taken.get(key);
    const before = taken ? taken.row : this.kept(key);
    const wasRead = taken ? taken.wasRead : this.recent.has(key) || this.older.has(key);
    this.changes.set(key, { row, stored: before === undefined ? 'unknown' : before !== null, wasRead });
  }

  remember(key: string, row: Row | null): void {
    if (!this.recent.has(key)) this.recentBytes += 2 * key.length + bytesOf(row);
    this.recent.set(key, row);
  }

  get changed(): number {
    return this.changes.size;
  }

  take(): TableChanges {
    // What this drops was taken earlier than the last time, so it is written and can be read again.
    if (this.recentBytes > this.options.capacity / 2) {
      if (this.older.size > 0) this.complete = false;
      this.older = this.recent;
      this.recent = new Map();
      this.recentBytes = 0;
    }
    for (const [key, { row, wasRead }] of this.changes) {
      if (wasRead) this.remember(key, row);
      else this.complete = false; // put unread, it will hardly be read: not worth its memory
    }
    const taken = { changes: this.changes, touched: this.touched };
    this.taken = this.changes;
    this.changes = new Map();
    this.touched = new Set();
    return taken;
  }

  /** Of what is neither changed nor taken. */
  private kept(key: string): Row | null | undefined {
    const recent = this.recent.get(key);
    const row = recent === undefined ? this.older.get(key) : recent;
    return row === undefined && this.complete ? null : row;
  }

  private check(row: Row): void {
    for (const column in row) {
      if (!(column in this.table.spec.columns)) throw new Error(`${this.table.name} has no column ${column}.`);
    }
  }
}

/** About what a value takes in memory. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 16;
  let bytes = 64;
  for (const field in value) bytes += 8 + bytesOf((value as Readonly<Record<string, unknown>>)[field]);
  return bytes;
}
