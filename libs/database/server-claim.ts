import pg from 'pg';

const KEY = 0x5241_5050; // 'RAPP'
const SERVER_GONE = /^(08|57P)/; // connection lost, server starting or ending

/**
 * One user's claim on a server that several processes may use: a session holding a shared advisory lock. The lock dies
 * with its process, however that ends.
 */
export class ServerClaim {
  private session: Promise<pg.Client | undefined> | undefined;
  private released = false;

  constructor(private readonly url: string) {}

  /** False: the server is starting or ending, or cannot be reached. */
  async take(): Promise<boolean> {
    this.session = this.open();
    return (await this.session) !== undefined;
  }

  /** Gives the claim up. True: nobody else has one, and nobody gets one until `close`. */
  async release(): Promise<boolean> {
    this.released = true;
    const alone = await isAlone(await this.session);
    if (alone !== undefined) return alone;
    this.session = this.open(); // the session was terminated; or the server has ended by itself
    return (await isAlone(await this.session)) ?? false;
  }

  async close(): Promise<void> {
    await (await this.session)?.end();
  }

  private async open(): Promise<pg.Client | undefined> {
    const session = new pg.Client({ connectionString: this.url, application_name: 'rapport: keeps the server up' });
    session.on('error', () => undefined); // `end` follows
    try {
      await session.connect();
      await session.query(`SELECT pg_advisory_lock_shared(${KEY})`); // waits while somebody is ending the server
    } catch (error) {
      if (error instanceof pg.DatabaseError && !SERVER_GONE.test(error.code ?? '')) throw error;
      return undefined;
    }
    // A session may be terminated while the server lives on.
    session.once('end', () => {
      if (!this.released) this.session = this.open().catch(() => undefined);
    });
    return session;
  }
}

async function isAlone(session: pg.Client | undefined): Promise<boolean | undefined> {
  try {
    await session?.query(`SELECT pg_advisory_unlock_shared(${KEY})`);
    const answer = await session?.query<{ alone: boolean }>(`SELECT pg_try_advisory_lock(${KEY}) AS alone`);
    return answer?.rows[0]?.alone;
  } catch {
    return undefined;
  }
}
