import { sql } from 'kysely';
import type { Migrations } from '../../database/migrate.js';

/** The tables of live health: they follow from facts and definitions by the kernel, not by a projection's handlers. */
export const migrations: Migrations = {
  '0300_health': {
    async up(database) {
      for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
    },
  },
  '0301_health_editions': {
    async up(database) {
      for (const statement of EDITIONS) await sql.raw(statement).execute(database);
    },
  },
  '0302_health_progress': {
    async up(database) {
      await sql.raw(PROGRESS).execute(database);
    },
  },
  '0303_health_tiles': {
    async up(database) {
      await sql.raw(TILES).execute(database);
    },
  },
};

const STATEMENTS = [
  'CREATE SCHEMA health',

  // One row: how far the facts are followed, and the epoch of whoever follows them.
  `CREATE TABLE health.follower (
     one      boolean PRIMARY KEY DEFAULT true CHECK (one),
     position bigint NOT NULL DEFAULT 0,
     epoch    bigint NOT NULL DEFAULT 0
   )`,
  'INSERT INTO health.follower DEFAULT VALUES',

  // The definitions that were in force together. An edition is built beside the one that serves, from \`reached\` on.
  `CREATE TABLE health.editions (
     edition     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     tenant_id   text NOT NULL,
     definitions text[] NOT NULL,
     reached     text NOT NULL DEFAULT '',
     complete    boolean NOT NULL DEFAULT false,
     UNIQUE (tenant_id, definitions)
   )`,
  `CREATE TABLE health.serving (
     tenant_id text PRIMARY KEY,
     edition   integer NOT NULL REFERENCES health.editions
   )`,

  // The score of a relationship while nothing happens, cut into tiles of time: see pieces.ts.
  `CREATE TABLE health.pieces (
     edition         integer NOT NULL,
     relationship_id text NOT NULL,
     slot            bigint NOT NULL,
     score           double precision NOT NULL,
     position        bigint NOT NULL,
     PRIMARY KEY (edition, relationship_id, slot)
   )`,
  'CREATE INDEX pieces_by_score ON health.pieces (edition, slot, score, position)',
  `CREATE TABLE health.band_changes (
     edition         integer NOT NULL,
     relationship_id text NOT NULL,
     at              timestamptz NOT NULL,
     band            text NOT NULL,
     PRIMARY KEY (edition, relationship_id, at)
   )`,
  'CREATE INDEX band_changes_by_time ON health.band_changes (edition, at, relationship_id)',

  // Whoever fills a table says when its statistics are to be taken: plans by the order of scores depend on them.
  'ALTER TABLE health.pieces OWNER TO rapport_app',
  'GRANT USAGE ON SCHEMA health TO rapport_app',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA health TO rapport_app',
];

// What stood here follows from facts and definitions, and is computed anew.
const EDITIONS = [
  'DROP TABLE health.serving, health.editions, health.pieces, health.band_changes, health.follower',

  // The definitions that were in force together, over one build of the facts. Each edition has tables of its own
  // (editions.ts), built beside those that serve: from \`reached\` on, by facts from \`since\` or later.
  `CREATE TABLE health.editions (
     edition     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     tenant_id   text NOT NULL,
     facts       text NOT NULL,
     definitions text[] NOT NULL,
     phase       text NOT NULL DEFAULT 'BULK' CHECK (phase IN ('BULK', 'INDEXED', 'COMPLETE')),
     since       bigint NOT NULL,
     reached     text NOT NULL DEFAULT '',
     built       integer NOT NULL DEFAULT 0,
     begun_at    timestamptz NOT NULL DEFAULT now(),
     UNIQUE (tenant_id, facts, definitions)
   )`,
  `CREATE TABLE health.serving (
     tenant_id text PRIMARY KEY,
     edition   integer NOT NULL REFERENCES health.editions
   )`,

  'GRANT CREATE ON SCHEMA health TO rapport_app',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA health TO rapport_app',
];

// How fast an edition is built, in relationships per second over the last parts.
const PROGRESS = `
  ALTER TABLE health.editions ADD COLUMN rate double precision, ADD COLUMN progressed_at timestamptz NOT NULL DEFAULT now()`;

// Time is cut into other tiles, and states are kept: what was written before is computed anew.
const TILES = `
  DO $$
  DECLARE name text;
  BEGIN
    DELETE FROM health.serving;
    DELETE FROM health.editions;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'health' AND tablename ~ '_[0-9]+$' LOOP
      EXECUTE format('DROP TABLE health.%I', name);
    END LOOP;
  END $$`;
