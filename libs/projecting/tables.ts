import type pg from 'pg';
import type { Handler, Key, Projection, Row, TableSpec } from '../event-sourcing/projection.js';
import { columnType, type ColumnType } from './column-types.js';

export interface Column extends ColumnType {
  readonly name: string;
}

/** A table as the engine works with it: its columns taken apart once, not per row. */
export interface Table {
  readonly name: string;
  /** What handlers write; derived columns are not among them. */
  readonly columns: readonly Column[];
  readonly key: readonly Column[];
  readonly spec: TableSpec;
}

export interface CompiledProjection {
  readonly name: string;
  readonly version: number;
  readonly tables: ReadonlyMap<string, Table>;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly eventTypes: readonly string[];
}

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

export function compile(projection: Projection): CompiledProjection {
  const names = [projection.name, ...Object.keys(projection.tables)];
  for (const name of names) if (!NAME.test(name)) throw new Error(`"${name}" cannot name a schema or a table.`);
  for (const [name, { derive }] of Object.entries(projection.tables)) {
    const known = names.slice(1, names.indexOf(name, 1) + 1);
    const unknown = Object.keys(derive?.widen ?? {}).find((other) => !known.includes(other));
    if (unknown) throw new Error(`${name} cannot follow from ${unknown}, which is neither it nor a table before it.`);
  }
  return {
    name: projection.name,
    version: projection.version,
    tables: new Map(Object.entries(projection.tables).map(([name, spec]) => [name, compileTable(name, spec)])),
    handlers: new Map(Object.entries(projection.on)),
    eventTypes: Object.keys(projection.on),
  };
}

function compileTable(name: string, spec: TableSpec): Table {
  const columns = Object.entries(spec.columns).map(([column, definition]) => ({
    name: column,
    ...columnType(definition),
  }));
  const key = spec.key.map((column) => {
    const found = columns.find((candidate) => candidate.name === column);
    if (!found) throw new Error(`The key of ${name} names ${column}, which is no column of it.`);
    return found;
  });
  return { name, columns, key, spec };
}

/** Key as one text, unambiguous: no text of the database holds U+0000. */
export function keyOf({ key }: Table, row: Row): string {
  let text = String(row[key[0]!.name]);
  for (let i = 1; i < key.length; i++) text += `\0${String(row[key[i]!.name])}`;
  return text;
}

export const keyText = (key: Key): string => key.join('\0');
export const keyParts = (text: string): readonly string[] => text.split('\0');

/** Every name is quoted: a column may be called `position` or `to`. */
export const quoted = (name: string): string => `"${name}"`;
export const qualified = (schema: string, table: string): string => `${quoted(schema)}.${quoted(table)}`;
export const list = (columns: readonly { readonly name: string }[], of = ''): string =>
  columns.map(({ name }) => of + quoted(name)).join(', ');

/** The tables of a build, with their primary keys: a rebuild looks rows up by it and adds the other indexes at its end. */
export async function createTables(
  session: pg.ClientBase,
  schema: string,
  projection: CompiledProjection,
): Promise<void> {
  for (const { name, key, spec } of projection.tables.values()) {
    const columns = Object.entries({ ...spec.columns, ...spec.derive?.columns });
    const definitions = columns.map(([column, definition]) => `${quoted(column)} ${definition}`);
    // Nobody asks for rows by a whole document, and to compare documents takes ANALYZE longer than all else.
    const unasked = columns.filter(([, definition]) => columnType(definition).type === 'jsonb');
    const alterations = unasked.map(([column]) => `ALTER COLUMN ${quoted(column)} SET STATISTICS 0`);
    const table = qualified(schema, name);
    await session.query(`CREATE TABLE ${table} (${definitions.join(', ')}, PRIMARY KEY (${list(key)}))`);
    if (alterations.length > 0) await session.query(`ALTER TABLE ${table} ${alterations.join(', ')}`);
  }
}

/** The indexes of a table: those that hold derived columns, or the others. */
export async function createIndexes(
  session: pg.ClientBase,
  schema: string,
  { name, spec }: Table,
  derived: boolean,
): Promise<void> {
  const columns = Object.keys(spec.derive?.columns ?? {});
  for (const [i, index] of (spec.indexes ?? []).entries()) {
    if (columns.some((column) => new RegExp(`\\b${column}\\b`).test(index)) !== derived) continue;
    await session.query(
      `CREATE INDEX IF NOT EXISTS ${quoted(`${name}_${i + 1}`)} ON ${qualified(schema, name)} ${index}`,
    );
  }
}

/** Makes the views that queries read, on the tables of a build. */
export async function createViews(
  session: pg.ClientBase,
  schema: string,
  projection: CompiledProjection,
): Promise<void> {
  const views = [...projection.tables.keys()].map(
    (name) => `CREATE VIEW ${qualified(projection.name, name)} AS TABLE ${qualified(schema, name)}`,
  );
  await session.query(views.join(';'));
}

/** Drops those views, in an order of chance, waiting for the readers of each for the session's lock_timeout. */
export async function dropViews(session: pg.ClientBase, projection: CompiledProjection): Promise<void> {
  const { rows } = await session.query<{ name: string }>(
    'SELECT viewname AS name FROM pg_views WHERE schemaname = $1 ORDER BY random()',
    [projection.name],
  );
  const views = rows.map(({ name }) => qualified(projection.name, name));
  if (views.length > 0) await session.query(`DROP VIEW ${views.join(', ')}`);
}
