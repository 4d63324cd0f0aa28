import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { APPEND_FUNCTION } from './append-function.js';

/** Tables of the log in schema `log`, and what the product's role may do with them. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0100_log': {
    async up(database) {
      await sql.raw(TABLES + APPEND_FUNCTION + WALLS).execute(database);
    },
  },
};

// Collation C: names are compared as bytes. In a database with another default, keys of text would be sorted, and the
// order of streams, by rules that change with the version of the operating system, and comparing would be slower.
const TABLES = `
  CREATE SCHEMA log;

  CREATE TABLE log.events (
    position    bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    revision    integer NOT NULL,
    append_size integer NOT NULL, -- events that were appended with it, itself included
    event_id    uuid NOT NULL UNIQUE,
    stream      text COLLATE "C" NOT NULL,
    tenant_id   text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    meta        bytea NOT NULL,
    data        bytea NOT NULL,
    UNIQUE (stream, revision)
  );
  COMMENT ON TABLE log.events IS 'The only truth. meta and data are canonical JSON (RFC 8785): the bytes that are hashed.';
  CREATE INDEX ON log.events (tenant_id, position);
  CREATE INDEX ON log.events (tenant_id, type, position);

  CREATE TABLE log.claims (
    tenant_id text COLLATE "C" NOT NULL,
    name      text COLLATE "C" NOT NULL,
    owner     text NOT NULL,
    PRIMARY KEY (tenant_id, name)
  );
`;

const WALLS = `
  CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'log.events is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
  END $$;
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
  ALTER TABLE log.events ENABLE ALWAYS TRIGGER append_only; -- also in a session that replicates

  GRANT USAGE ON SCHEMA log TO rapport_app;
  GRANT SELECT, INSERT ON log.events TO rapport_app;
  GRANT SELECT, INSERT, DELETE ON log.claims TO rapport_app;
`;
