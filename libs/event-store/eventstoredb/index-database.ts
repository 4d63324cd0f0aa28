import type pg from 'pg';
import { asStoreError } from '../postgres/connection.js';

/** The PostgreSQL database that holds the index. Rejects with `StoreUnavailable` when it cannot be reached. */
export class IndexDatabase {
  constructor(private readonly pool: pg.Pool) {}

  /** A statement with a name is prepared once per connection. */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<pg.QueryResult<Row>> {
    try {
      return await this.pool.query<Row>({ text, values: [...values], ...(name && { name: `eventstoredb.${name}` }) });
    } catch (error) {
      throw asStoreError(error);
    }
  }
}
