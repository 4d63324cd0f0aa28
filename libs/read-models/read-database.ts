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
import { to as copyTo } from 'pg-copy-streams';
import { tuples, type Fields } from './copied.js';

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

  /**
   * Rows of a query in COPY's binary form, which costs PostgreSQL half of what text does where there are many. COPY takes
   * no parameters: values stand in the text. `before` is said first, in the same transaction.
   */
  async *copied<Row>(text: string, read: (fields: Fields) => Row, before?: string): AsyncGenerator<readonly Row[]> {
    const session = await this.pool.connect();
    let isDone = false;
    try {
      if (before !== undefined) await session.query(`BEGIN READ ONLY; ${before}`);
      yield* tuples(session.query(copyTo(`COPY (${text}) TO STDOUT (FORMAT binary)`)), read);
      if (before !== undefined) await session.query('COMMIT');
      isDone = true;
    } finally {
      session.release(!isDone); // a copy that was not read to its end is ended with its session
    }
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MOST_PREPARED) return known;
    const name = hash('sha1', text, 'base64url');
    this.names.set(text, name);
    return name;
  }
}
