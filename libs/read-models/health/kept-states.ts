import { sql } from 'kysely';
import pg from 'pg';
import type { Metric } from '../../metrics/fold.js';
import { STATE_FORMAT, type StoredState } from '../../metrics/state.js';
import { OPEN } from '../on.js';
import type { ReadDatabase } from '../read-database.js';
import { statesOfEdition } from './editions.js';

/** What an edition keeps of a relationship that stands by itself: all of its facts folded. */
export interface KeptState extends StoredState {
  readonly id: string;
  /** What its numbers mean: see `meaningOf`. */
  readonly meaning: string;
}

/** By which definition, and how, a state is written. */
export const meaningOf = ({ hash }: Metric): string => `${String(STATE_FORMAT)} ${hash}`;

/** Facts that the follower may be behind: beyond that it costs less to fold those that are asked for. */
const MOST_BEHIND = 1_000;

/**
 * The states of those that nothing happened to behind the position of the follower: one statement sees one world, so what
 * it answers is never older than the facts. A row may be newer than that position, and then holds facts that are there.
 */
export async function keptStates(
  db: ReadDatabase,
  edition: number,
  ids: readonly string[],
): Promise<readonly KeptState[]> {
  try {
    return await db.rows(sql<KeptState>`
      WITH own AS (SELECT position FROM projecting.builds WHERE schema_name = 'health'),
      behind AS MATERIALIZED (
        (SELECT relationship_id FROM facts.facts WHERE position > (SELECT position FROM own) LIMIT ${MOST_BEHIND})
         UNION ALL
        (SELECT relationship_id FROM facts.facts
          WHERE until_position > (SELECT position FROM own) AND until_position < ${sql.lit(OPEN)} LIMIT ${MOST_BEHIND}))
      SELECT s.relationship_id AS id, s.meaning, s.numbers, s.rest FROM ${sql.raw(statesOfEdition(edition))} s, own
       WHERE s.relationship_id = ANY(${ids}) AND (SELECT count(*) FROM behind) < ${MOST_BEHIND}
         AND NOT EXISTS (SELECT FROM behind b WHERE b.relationship_id = s.relationship_id)`);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return []; // dropped since it was found
    throw error;
  }
}

const UNDEFINED_TABLE = '42P01';
