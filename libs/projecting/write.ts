import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { arrayParameter, textArray } from '../database/array-parameter.js';
import { Tuples } from '../database/tuples.js';
import type { Row } from '../event-sourcing/projection.js';
import type { TableChanges } from './rows.js';
import { keyOf, keyParts, list, qualified, quoted, type Column, type Table } from './tables.js';

type Queryable = Pick<pg.ClientBase, 'query'>;

/** Rows per statement: larger ones gain nothing. */
const ROWS_AT_ONCE = 5000;

/**
 * The statements of one table of one build. Parameters are arrays, so that one statement of constant text, prepared once
 * per session, takes any number of rows. Keys travel as text and are cast by the server.
 */
export class TableWriter {
  private readonly target: string;
  /** By the name of the other table. */
  private readonly widenings = new Map<string, Statement>();
  private readonly statements: Readonly<Record<'select' | 'upsert' | 'delete' | 'derive' | 'deriveAll', Statement>>;

  constructor(
    readonly table: Table,
    private readonly schema: string,
  ) {
    this.target = qualified(schema, table.name);
    this.statements = {
      select: prepared(this.selectText()),
      upsert: prepared(this.upsertText()),
      delete: prepared(this.deleteText()),
      derive: prepared(this.deriveText(false)),
      deriveAll: prepared(this.deriveText(true)),
    };
  }

  async load(session: Queryable, keys: readonly string[]): Promise<readonly Row[]> {
    const { rows } = await session.query<Record<string, unknown>>({
      ...this.statements.select,
      values: keyArrays(keys),
    });
    return rows;
  }

  /** The rows that a batch changed. */
  async write(session: Queryable, { changes }: TableChanges): Promise<void> {
    const puts: Row[] = [];
    const deletes: string[] = [];
    for (const [key, { row, stored }] of changes) {
      if (row) puts.push(row);
      else if (stored !== false) deletes.push(key);
    }
    await this.upsert(session, puts);
    await this.delete(session, deletes);
  }

  /** The derived columns of some rows, once the rows of all tables are written. */
  async derive(session: Queryable, keys: ReadonlySet<string>): Promise<void> {
    if (!this.table.spec.derive) return;
    for (const some of chunks([...keys])) {
      await session.query({ ...this.statements.derive, values: keyArrays(some) });
    }
  }

  /** Keys of rows whose derived columns follow from rows of another table with these keys. */
  async widen(session: Queryable, other: Table, keys: ReadonlySet<string>): Promise<string[]> {
    const widened: string[] = [];
    for (const some of chunks([...keys])) {
      const { rows } = await session.query<Row>({ ...this.widening(other), values: keyArrays(some) });
      for (const row of rows) widened.push(keyOf(this.table, row));
    }
    return widened;
  }

  async delete(session: Queryable, keys: readonly string[]): Promise<void> {
    for (const some of chunks(keys)) await session.query({ ...this.statements.delete, values: keyArrays(some) });
  }

  async upsert(session: Queryable, rows: readonly Row[]): Promise<void> {
    for (const some of chunks(rows)) {
      const values = this.table.columns.map(({ name, element }) =>
        arrayParameter(
          element,
          some.map((row) => row[name]),
        ),
      );
      await session.query({ ...this.statements.upsert, values });
    }
  }

  /** For rows whose keys are not in the table. A key that is there after all fails with unique_violation. */
  async copy(session: pg.ClientBase, rows: readonly Row[]): Promise<void> {
    const { columns } = this.table;
    const text = `COPY ${this.target} (${list(columns)}) FROM STDIN (FORMAT binary)`;
    await pipeline(Readable.from(copied(columns, rows), { objectMode: false }), session.query(copyFrom(text)));
  }

  /** The derived columns of all rows, of which none has any yet. */
  async deriveAll(session: Queryable): Promise<void> {
    if (this.table.spec.derive) await session.query(this.statements.deriveAll.text);
  }

  private widening({ name, key }: Table): Statement {
    const known = this.widenings.get(name);
    if (known) return known;
    const select = this.table.spec.derive!.widen![name]!.replaceAll('{schema}', quoted(this.schema));
    const statement = prepared(`WITH keys AS (SELECT ${casts(key)} FROM ${unnested(key)}) ${select}`);
    this.widenings.set(name, statement);
    return statement;
  }

  private selectText(): string {
    const { columns, key } = this.table;
    return `SELECT ${list(columns, 't.')} FROM ${this.target} AS t JOIN (SELECT ${casts(key)} FROM ${unnested(key)}) AS k USING (${list(key)})`;
  }

  // Rows that come out as they were are not written: no dead row, no WAL.
  private upsertText(): string {
    const { columns, key } = this.table;
    const others = columns.filter((column) => !key.includes(column));
    const insert = `INSERT INTO ${this.target} AS t (${list(columns)}) SELECT ${casts(columns)} FROM ${unnested(columns, typed)} ON CONFLICT (${list(key)})`;
    if (others.length === 0) return `${insert} DO NOTHING`;
    const assignments = others.map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
    return `${insert} DO UPDATE SET ${assignments.join(', ')} WHERE ${differ(others, 't.', 'excluded.')}`;
  }

  private deleteText(): string {
    const { key } = this.table;
    return `DELETE FROM ${this.target} AS t USING (SELECT ${casts(key)} FROM ${unnested(key)}) AS k WHERE ${same(key, 't.', 'k.')}`;
  }

  // One key after the other, each by index: OFFSET 0 keeps the planner from joining all keys with all that there is,
  // which is what it takes for best when it knows little of the tables.
  private deriveText(all: boolean): string {
    const { key, spec } = this.table;
    if (!spec.derive) return '';
    const columns = Object.keys(spec.derive.columns).map((name) => ({ name }));
    const select = `(${spec.derive.select.replaceAll('{schema}', quoted(this.schema))})`;
    const keys = `(SELECT ${casts(key)} FROM ${unnested(key)}) AS k`;
    const ofKey = `(SELECT * FROM ${select} AS v WHERE ${same(key, 'v.', 'k.')} OFFSET 0)`;
    return (
      `UPDATE ${this.target} AS t SET ${columns.map(({ name }) => `${quoted(name)} = d.${quoted(name)}`).join(', ')} ` +
      `FROM ${all ? select : `${keys} LEFT JOIN LATERAL ${ofKey}`} AS d ${all ? '' : 'ON true '}` +
      `WHERE ${same(key, 't.', all ? 'd.' : 'k.')} AND ${differ(columns, 't.', 'd.')}`
    );
  }
}

interface Statement {
  /** PostgreSQL cuts names at 63 bytes, so the name is a hash of the text. */
  readonly name: string;
  readonly text: string;
}

const prepared = (text: string): Statement => ({ name: hash('sha1', text), text });

type Named = { readonly name: string };
const casts = (columns: readonly Column[]): string =>
  columns.map(({ name, type }) => `r.${quoted(name)}::${type} AS ${quoted(name)}`).join(', ');
const asText = (): string => 'text';
const typed = ({ element }: Column): string => element.type;
const unnested = (columns: readonly Column[], typeOf: (column: Column) => string = asText): string =>
  `unnest(${columns.map((column, i) => `$${i + 1}::${typeOf(column)}[]`).join(', ')}) AS r(${list(columns)})`;
const same = (columns: readonly Named[], left: string, right: string): string =>
  columns.map(({ name }) => `${left}${quoted(name)} = ${right}${quoted(name)}`).join(' AND ');
const differ = (columns: readonly Named[], left: string, right: string): string =>
  `(${list(columns, left)}) IS DISTINCT FROM (${list(columns, right)})`;

const keyArrays = (keys: readonly string[]): Buffer[] => {
  const parts = keys.map(keyParts);
  return (parts[0] ?? []).map((_, i) => textArray(parts.map((part) => part[i]!)));
};

function* chunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += ROWS_AT_ONCE) yield items.slice(at, at + ROWS_AT_ONCE);
}

/** What COPY takes, in pieces. */
function* copied(columns: readonly Column[], rows: readonly Row[]): Generator<Buffer> {
  const tuples = new Tuples();
  for (const row of rows) {
    tuples.row(columns.length);
    for (let i = 0; i < columns.length; i++) {
      const { name, write } = columns[i]!;
      const value = row[name];
      if (value === null || value === undefined) tuples.null();
      else write(tuples, value);
    }
    if (tuples.isFull) yield tuples.piece();
  }
  yield tuples.last();
}
