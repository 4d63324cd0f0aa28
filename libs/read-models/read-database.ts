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

/** Shapes of statements that each connection keeps prepared. Rare ones beyond that are planned each time. */
const MOST_PREPARED = 500;

/** Where queries read. Statements of one shape are parsed and planned once per connection. */
export class ReadDatabase {
  /** By text. There are as many as shapes of queries that somebody asks: values are parameters. */
  private readonly names = new Map<string, string>();

  constructor(private readonly pool: pg.Pool) {}

  async rows<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
    const { sql: text, parameters } = statement.compile(compiler);
    const query = { text, values: [...parameters] };
    const name = this.nameOf(text);
    const { rows } = await this.pool.query<Row & pg.QueryResultRow>(name === undefined ? query : { ...query, name });
    return rows;
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MOST_PREPARED) return known;
    const name = hash('sha1', text, 'base64url');
    this.names.set(text, name);
    return name;
  }
}
