import type { Position } from '../../event-sourcing/position.js';
import type { IndexDatabase } from './index-database.js';

/** How far somebody has looked through a log that others write to as well. */
export interface Look {
  readonly through: Position;
  /** UUID of the event there, whoever wrote it: if another one stands there, the log was replaced. */
  readonly uuid: string;
  /** Of the last event of ours up to there; `START` when there is none. */
  readonly head: Position;
}

/** Keeps for the processes to come how far one has looked, in PostgreSQL. */
export class LookIndex {
  constructor(private readonly database: IndexDatabase) {}

  /** The furthest first. The checkpoint of the index is one, too: it stands at an event of ours. */
  async all(): Promise<readonly Look[]> {
    const { rows } = await this.database.query<Look>(
      `SELECT through, event_id AS uuid, head FROM eventstoredb.look
       UNION ALL SELECT position, event_id, position FROM eventstoredb.checkpoint
       ORDER BY through DESC`,
      [],
    );
    return rows;
  }

  async save({ through, uuid, head }: Look): Promise<void> {
    await this.database.query(
      `INSERT INTO eventstoredb.look AS l (through, event_id, head) VALUES ($1, $2, $3)
       ON CONFLICT (the_one) DO UPDATE SET through = excluded.through, event_id = excluded.event_id, head = excluded.head
       WHERE l.through < excluded.through`,
      [through, uuid, head],
      'look',
    );
  }

  /** One that turned out to be of another log. */
  async forget({ through, uuid }: Look): Promise<void> {
    await this.database.query('DELETE FROM eventstoredb.look WHERE through = $1 AND event_id = $2', [through, uuid]);
  }
}
