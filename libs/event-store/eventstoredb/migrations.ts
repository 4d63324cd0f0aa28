import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Tables of schema `eventstoredb`: what EventStoreDB itself cannot promise, rebuilt from the log when it is lost. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0150_eventstoredb': {
    async up(database) {
      await sql.raw(TABLES).execute(database);
    },
  },
  '0151_marks': {
    async up(database) {
      await sql.raw(MARKS).execute(database);
    },
  },
  '0152_tallies': {
    async up(database) {
      await sql.raw(TALLIES).execute(database);
    },
  },
  '0153_look': {
    async up(database) {
      await sql.raw(LOOK).execute(database);
    },
  },
};

const TABLES = `
  CREATE SCHEMA eventstoredb;

  CREATE TABLE eventstoredb.appends (
    first_event_id uuid PRIMARY KEY,
    attempt        uuid NOT NULL,
    input_hash     text NOT NULL,
    stream         text COLLATE "C" NOT NULL,
    revision       integer NOT NULL,
    later_ids      uuid[] NOT NULL DEFAULT '{}',
    claimed_at     timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  COMMENT ON TABLE eventstoredb.appends IS
    'Where the append that begins with an event is, or is about to be. Whether it is there, only the log says.';
  CREATE INDEX ON eventstoredb.appends USING gin (later_ids) WHERE later_ids <> '{}';

  CREATE TABLE eventstoredb.claims (
    tenant_id    text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    owner        text,
    position     bigint NOT NULL DEFAULT 0,
    reserved_for uuid,
    reserved_by  uuid,
    PRIMARY KEY (tenant_id, name)
  );
  COMMENT ON TABLE eventstoredb.claims IS
    'Who owns a name (null: nobody) since which position; for which append, by which try, it is reserved meanwhile.';

  CREATE TABLE eventstoredb.checkpoint (
    the_one     boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    position    bigint NOT NULL,
    event_id    uuid NOT NULL,
    recorded_at timestamptz NOT NULL
  );
  COMMENT ON TABLE eventstoredb.checkpoint IS
    'The last event of the log that the tables beside it know of. If another one stands there, the log was replaced.';

  GRANT USAGE ON SCHEMA eventstoredb TO rapport_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA eventstoredb TO rapport_app;
`;

const MARKS = `
  CREATE TABLE eventstoredb.marks (
    minute   timestamptz PRIMARY KEY,
    position bigint NOT NULL
  );
  COMMENT ON TABLE eventstoredb.marks IS 'An event that was recorded in the minute: the server finds none by its time.';
  GRANT SELECT, INSERT, DELETE ON eventstoredb.marks TO rapport_app;
`;

// Without a checkpoint the log is read from its beginning, and counted.
const TALLIES = `
  DELETE FROM eventstoredb.checkpoint;
  ALTER TABLE eventstoredb.checkpoint ADD events bigint NOT NULL;
  CREATE TABLE eventstoredb.tallies (
    position bigint PRIMARY KEY,
    events   bigint NOT NULL
  );
  COMMENT ON TABLE eventstoredb.tallies IS 'How many events of ours there are up to a position, every now and then.';
  GRANT SELECT, INSERT, DELETE ON eventstoredb.tallies TO rapport_app;
`;

// Processes of before know nothing of `events`: they leave it out, or as it was when the checkpoint moves on.
const LOOK = `
  CREATE TABLE eventstoredb.look (
    the_one  boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    through  bigint NOT NULL,
    event_id uuid NOT NULL,
    head     bigint NOT NULL
  );
  COMMENT ON TABLE eventstoredb.look IS
    'How far the log has been looked through, whoever wrote the event there, and the last event of ours up to it.';
  GRANT SELECT, INSERT, UPDATE, DELETE ON eventstoredb.look TO rapport_app;

  ALTER TABLE eventstoredb.checkpoint ALTER events SET DEFAULT 0, ADD counted_to bigint;
  COMMENT ON COLUMN eventstoredb.checkpoint.counted_to IS
    'The position that events counts to. If it is another one than that of the row, the row was moved without counting.';
`;
