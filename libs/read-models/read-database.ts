import { hash } from 'node:crypto';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';
import type pg from 'pg';

const compiler = new Kysely<never>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Where queries read. Statements of one shape are parsed and planned once per connection. */
export class ReadDatabase {
  /** By text. As many as there are shapes of queries: filters are few, values are parameters. */
  private readonly names = new Map<string, string>();

  constructor(private readonly pool: pg.Pool) {}

  async rows<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
    const { sql: text, parameters } = statement.compile(compiler);
    let name = this.names.get(text);
    if (name === undefined) {
      name = hash('sha1', text, 'base64url');
      this.names.set(text, name);
    }
    const { rows } = await this.pool.query<Row & pg.QueryResultRow>({ name, text, values: [...parameters] });
    return rows;
  }
}
