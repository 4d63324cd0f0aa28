import type { Instant } from '../../event-sourcing/instant.js';
import { START, type Position } from '../../event-sourcing/position.js';
import type { StreamName } from '../../event-sourcing/stream.js';
import { Grouped } from './grouped.js';
import type { IndexDatabase } from './index-database.js';

/** Where the append that begins with an event is, or is about to be. Ids are UUIDs. */
export interface Entry {
  readonly firstEventId: string;
  readonly inputHash: string;
  readonly stream: StreamName;
  /** Of its first event. */
  readonly revision: number;
  readonly laterIds: readonly string[];
  /** The try it belongs to. */
  readonly attempt: string;
}

export interface HeldEntry extends Entry {
  /** Since its try began. */
  readonly ageMs: number;
}

export interface Tally {
  readonly position: Position;
  /** How many events there are up to it. */
  readonly events: bigint;
}

export interface Checkpoint {
  readonly position: Position;
  readonly uuid: string;
  readonly recordedAt: Instant;
}

/** Events, at least. Whoever counts to a position reads no more than about so many. */
const TALLY_EVERY = 256;

/**
 * That an event id is appended once for ever, in whichever stream, is more than EventStoreDB promises. A table in
 * PostgreSQL has an entry per append, made before it is sent.
 *
 * An entry names the one place in the log (stream and revision) where its append can be, and the append is only ever
 * sent for that place. So the log itself tells what became of an append whose process died: its event stands there, or
 * another does and it can never be stored there any more, or the place is empty and sending it again does no harm.
 * Nothing has to be confirmed afterwards. An append that moves on to another place moves its entry first, and only the
 * entry that was looked at is replaced or removed: one of two tries wins, and the other learns of it.
 */
export class AppendIndex {
  private readonly claiming: Grouped<Entry, HeldEntry | 'claimed' | 'changed'>;
  private readonly removing: Grouped<Entry, boolean>;

  constructor(private readonly database: IndexDatabase) {
    this.claiming = new Grouped((entries) => this.claimAll(entries));
    this.removing = new Grouped((entries) => this.removeAll(entries));
  }

  /** Makes the entry, or answers the one that is there; `changed`: one has come or gone just now, ask again. */
  claim(entry: Entry): Promise<HeldEntry | 'claimed' | 'changed'> {
    return this.claiming.ask(entry);
  }

  /** Puts `entry` in the place of `held`. False: somebody has changed that meanwhile. */
  async replace(held: Entry, entry: Entry): Promise<boolean> {
    const { firstEventId, inputHash, stream, revision, laterIds } = entry;
    const { rowCount } = await this.database.query(
      `UPDATE eventstoredb.appends SET attempt = $4, input_hash = $5, stream = $6, revision = $7, later_ids = $8,
         claimed_at = clock_timestamp()
       WHERE first_event_id = $1 AND attempt = $2 AND revision = $3`,
      [firstEventId, held.attempt, held.revision, entry.attempt, inputHash, stream, revision, laterIds],
      'replace',
    );
    return rowCount === 1;
  }

  /** For an append that is certainly not stored, nor will be. False: somebody has changed the entry meanwhile. */
  remove(entry: Entry): Promise<boolean> {
    return this.removing.ask(entry);
  }

  async find(firstEventId: string): Promise<HeldEntry | undefined> {
    return this.findWhere('a.first_event_id = $1', firstEventId);
  }

  /** The append that an event belongs to, be it the first of it or not. */
  async findOf(eventId: string): Promise<HeldEntry | undefined> {
    const first = await this.find(eventId);
    return first ?? this.findWhere(`a.later_ids @> ARRAY[$1::uuid] AND a.later_ids <> '{}'`, eventId);
  }

  /** Entries of appends that are in the log, where there are none or they say otherwise. */
  async record(entries: readonly Entry[]): Promise<void> {
    await this.database.query(RECORD, columnsOf(entries), 'record');
  }

  /** The last event of the log that has been recorded. */
  async checkpoint(): Promise<Checkpoint | undefined> {
    const { rows } = await this.database.query<Checkpoint>(
      'SELECT position, event_id AS uuid, recorded_at AS "recordedAt" FROM eventstoredb.checkpoint',
      [],
    );
    return rows[0];
  }

  async advance({ position, events, uuid, recordedAt }: Checkpoint & Tally): Promise<void> {
    await this.database.query(
      `WITH marked AS (
         INSERT INTO eventstoredb.marks (minute, position) VALUES (date_trunc('minute', $3::timestamptz), $1)
         ON CONFLICT DO NOTHING),
       tallied AS (
         INSERT INTO eventstoredb.tallies (position, events)
         SELECT $1, $4::bigint WHERE $4 >= $5 + coalesce(
           (SELECT events FROM eventstoredb.tallies ORDER BY position DESC LIMIT 1), 0)
         ON CONFLICT DO NOTHING)
       INSERT INTO eventstoredb.checkpoint AS c (position, event_id, recorded_at, events, counted_to)
       VALUES ($1, $2, $3, $4, $1)
       ON CONFLICT (the_one) DO UPDATE
       SET position = excluded.position, event_id = excluded.event_id, recorded_at = excluded.recorded_at,
           events = excluded.events, counted_to = excluded.counted_to
       WHERE c.position < excluded.position`,
      [position, uuid, recordedAt, events, TALLY_EVERY],
      'advance',
    );
  }

  /** Position of an event that was recorded up to a minute or so before the moment; `START` when none is known. */
  async markBefore(moment: Instant): Promise<Position> {
    const { rows } = await this.database.query<{ position: Position }>(
      `SELECT position FROM eventstoredb.marks WHERE minute < date_trunc('minute', $1::timestamptz)
       ORDER BY minute DESC LIMIT 1`,
      [moment],
    );
    return rows[0]?.position ?? START;
  }

  /** The last tally at the position or before it. */
  async tallyBefore(position: Position): Promise<Tally> {
    const { rows } = await this.database.query<Tally>(
      `SELECT position, events FROM eventstoredb.checkpoint WHERE position <= $1 AND counted_to = position
       UNION ALL
       (SELECT position, events FROM eventstoredb.tallies WHERE position <= $1 ORDER BY position DESC LIMIT 1)
       ORDER BY position DESC LIMIT 1`,
      [position],
      'tally',
    );
    return rows[0] ?? { position: START, events: 0n };
  }

  /** What was known of another log is worth nothing. */
  async forget(): Promise<void> {
    await this.database.query(
      `WITH a AS (DELETE FROM eventstoredb.appends), c AS (DELETE FROM eventstoredb.claims),
            m AS (DELETE FROM eventstoredb.marks), t AS (DELETE FROM eventstoredb.tallies)
       DELETE FROM eventstoredb.checkpoint`,
      [],
    );
  }

  private async claimAll(entries: readonly Entry[]): Promise<readonly (HeldEntry | 'claimed' | 'changed')[]> {
    const { rows } = await this.database.query<Row & { asked: string; claimed: boolean }>(
      CLAIM,
      columnsOf(entries),
      'claim',
    );
    const answers = new Map(rows.map((row) => [row.asked, row]));
    return entries.map(({ attempt }) => {
      const row = answers.get(attempt)!;
      if (row.claimed) return 'claimed';
      return row.first_event_id === null ? 'changed' : toEntry(row);
    });
  }

  private async removeAll(entries: readonly Entry[]): Promise<readonly boolean[]> {
    const [ids, attempts, , , revisions] = columnsOf(entries);
    const { rows } = await this.database.query<{ attempt: string }>(
      `DELETE FROM eventstoredb.appends a
       USING unnest($1::uuid[], $2::uuid[], $3::int[]) AS w (first_event_id, attempt, revision)
       WHERE a.first_event_id = w.first_event_id AND a.attempt = w.attempt AND a.revision = w.revision
       RETURNING a.attempt`,
      [ids, attempts, revisions],
      'remove',
    );
    const removed = new Set(rows.map(({ attempt }) => attempt));
    return entries.map(({ attempt }) => removed.has(attempt));
  }

  private async findWhere(condition: string, id: string): Promise<HeldEntry | undefined> {
    const text = `SELECT ${ENTRY} FROM eventstoredb.appends a WHERE ${condition}`;
    const { rows } = await this.database.query<Row>(text, [id]);
    return rows[0] && toEntry(rows[0]);
  }
}

const ENTRY = `a.first_event_id, a.attempt, a.input_hash, a.stream, a.revision, a.later_ids,
  extract(epoch FROM clock_timestamp() - a.claimed_at)::double precision * 1000 AS age_ms`;

// In the order of ids, so that two processes that ask for the same ones wait for each other instead of locking up.
const CLAIM = `
  WITH wanted AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::text[])
      AS w (first_event_id, attempt, input_hash, stream, revision, later_ids)
  ), claimed AS (
    INSERT INTO eventstoredb.appends (first_event_id, attempt, input_hash, stream, revision, later_ids)
    SELECT first_event_id, attempt, input_hash, stream, revision, later_ids::uuid[] FROM wanted ORDER BY first_event_id
    ON CONFLICT DO NOTHING
    RETURNING attempt
  )
  SELECT w.attempt AS asked, w.attempt IN (SELECT attempt FROM claimed) AS claimed, ${ENTRY}
  FROM wanted w LEFT JOIN eventstoredb.appends a USING (first_event_id)`;

// The comparison comes first: ON CONFLICT DO UPDATE would lock, and thereby write, also the rows it leaves alone.
const RECORD = `
  INSERT INTO eventstoredb.appends AS a (first_event_id, attempt, input_hash, stream, revision, later_ids)
  SELECT w.first_event_id, w.attempt, w.input_hash, w.stream, w.revision, w.later_ids::uuid[]
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::text[])
    AS w (first_event_id, attempt, input_hash, stream, revision, later_ids)
  WHERE NOT EXISTS (
    SELECT FROM eventstoredb.appends known
    WHERE known.first_event_id = w.first_event_id AND known.stream = w.stream AND known.revision = w.revision
      AND known.input_hash = w.input_hash
  )
  ORDER BY w.first_event_id
  ON CONFLICT (first_event_id) DO UPDATE SET attempt = excluded.attempt, input_hash = excluded.input_hash,
    stream = excluded.stream, revision = excluded.revision, later_ids = excluded.later_ids`;

const columnsOf = (entries: readonly Entry[]) => [
  entries.map((entry) => entry.firstEventId),
  entries.map((entry) => entry.attempt),
  entries.map((entry) => entry.inputHash),
  entries.map((entry) => entry.stream),
  entries.map((entry) => entry.revision),
  entries.map((entry) => `{${entry.laterIds.join()}}`),
];

interface Row {
  readonly first_event_id: string | null;
  readonly attempt: string;
  readonly input_hash: string;
  readonly stream: StreamName;
  readonly revision: number;
  readonly later_ids: readonly string[];
  readonly age_ms: number;
}

const toEntry = (row: Row): HeldEntry => ({
  firstEventId: row.first_event_id!,
  attempt: row.attempt,
  inputHash: row.input_hash,
  stream: row.stream,
  revision: row.revision,
  laterIds: row.later_ids,
  ageMs: row.age_ms,
});
