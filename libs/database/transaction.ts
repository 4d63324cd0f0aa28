import pg from 'pg';

export interface TransactionOptions {
  /** The tenant whose rows are visible: what row level security compares with. */
  readonly tenantId?: string;
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  readonly readOnly?: boolean;
}

/**
 * The one way to open a transaction: commits when `work` resolves, rolls back when it rejects. A session whose end is
 * unclear is closed instead of going back to the pool.
 */
export async function transaction<Result>(
  pool: pg.Pool,
  work: (session: pg.PoolClient) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const session = await pool.connect();
  let broken: Error | undefined;
  try {
    await session.query(beginning(options));
    const result = await work(session);
    const { command } = await session.query('COMMIT');
    // PostgreSQL answers COMMIT after a failed statement with a rollback, and calls that no error.
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed.');
    return result;
  } catch (error) {
    await session.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    session.release(broken);
  }
}

// One round trip.
function beginning({ tenantId, isolation = 'READ COMMITTED', readOnly = false }: TransactionOptions): string {
  const begin = `BEGIN ISOLATION LEVEL ${isolation} READ ${readOnly ? 'ONLY' : 'WRITE'}`;
  return tenantId === undefined ? begin : `${begin}; SET LOCAL rapport.tenant = ${pg.escapeLiteral(tenantId)}`;
}
