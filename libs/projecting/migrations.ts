import { sql } from 'kysely';
import type { Migrations } from '../database/migrate.js';

/** The engine's own tables, and the one thing the product may not do by itself: make a schema. */
export const migrations: Migrations = {
  '0200_projecting': {
    async up(database) {
      for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
    },
  },
};

const STATEMENTS = [
  'CREATE SCHEMA projecting',

  // One row per build of a projection: where it is (its checkpoint), who owns it (its lease), what it is for.
  // Checkpoint and lease stand in one row on purpose: the write of a batch and a takeover exclude each other.
  `CREATE TABLE projecting.builds (
     schema_name   text PRIMARY KEY,
     projection    text NOT NULL,
     version       integer NOT NULL,
     role          text NOT NULL CHECK (role IN ('LIVE', 'NEXT', 'PREVIOUS', 'RETIRED')),
     phase         text NOT NULL CHECK (phase IN ('BULK', 'FOLLOWING')),
     must_equal    boolean NOT NULL,
     position      bigint NOT NULL DEFAULT 0,
     hash          text,
     hash_position bigint,
     epoch         bigint NOT NULL DEFAULT 0,
     owner         text,
     expires_at    timestamptz,
     seen          bigint NOT NULL DEFAULT 0,
     rate          double precision,
     parity        jsonb,
     error         jsonb,
     made_at       timestamptz NOT NULL DEFAULT now(),
     EXCLUDE (projection WITH =, role WITH =) WHERE (role <> 'RETIRED') DEFERRABLE INITIALLY DEFERRED
   )`,

  // What operators asked for, as the log says it. A request is a position; carried out when "done" has reached it.
  `CREATE TABLE projecting.control (
     projection       text PRIMARY KEY,
     paused           boolean NOT NULL DEFAULT false,
     rebuild_asked    bigint NOT NULL DEFAULT 0,
     rebuild_done     bigint NOT NULL DEFAULT 0,
     may_differ       boolean NOT NULL DEFAULT false,
     rollback_asked   bigint NOT NULL DEFAULT 0,
     rollback_done    bigint NOT NULL DEFAULT 0
   )`,
  `CREATE TABLE projecting.skips (
     projection text NOT NULL,
     position   bigint NOT NULL,
     event_id   text NOT NULL,
     reason     text NOT NULL,
     PRIMARY KEY (projection, position)
   )`,
  'CREATE TABLE projecting.control_checkpoint (position bigint NOT NULL)',
  'INSERT INTO projecting.control_checkpoint VALUES (0)',

  `CREATE TABLE projecting.workers (
     owner      text PRIMARY KEY,
     expires_at timestamptz NOT NULL
   )`,

  // The product owns the schemas of its read models and nothing else: it can make them only through this function,
  // which makes no other names, so that no right on the database itself is given away.
  `CREATE FUNCTION projecting.make_schema(name text) RETURNS void
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
     AS $$
     BEGIN
       IF name !~ '^[a-z][a-z0-9_]{0,54}$' OR name ~ '^pg_' THEN
         RAISE EXCEPTION '% cannot name a read model', name USING ERRCODE = 'invalid_schema_name';
       END IF;
       EXECUTE format('CREATE SCHEMA %I AUTHORIZATION rapport_app', name);
     END $$`,
  'REVOKE ALL ON FUNCTION projecting.make_schema FROM PUBLIC',
  'GRANT EXECUTE ON FUNCTION projecting.make_schema TO rapport_app',
  'GRANT USAGE ON SCHEMA projecting TO rapport_app',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA projecting TO rapport_app',
];
