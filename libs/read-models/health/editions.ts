import { sql, type RawBuilder } from 'kysely';
import type pg from 'pg';
import type { Position } from '../../event-sourcing/position.js';
import type { ReadDatabase } from '../read-database.js';

/** Live health of a tenant by the definitions that were in force together. Its rows stand in tables of its own. */
export interface Edition {
  readonly edition: number;
  readonly tenantId: string;
  /** The build of the facts that it was made of. */
  readonly facts: string;
  /** As `metric@version`, sorted. */
  readonly definitions: readonly string[];
  /**
   * BULK: its rows are copied in, relationship by relationship, without indexes. INDEXED: all are there, as of `since` or
   * later. COMPLETE: it follows.
   */
  readonly phase: 'BULK' | 'INDEXED' | 'COMPLETE';
  readonly since: Position;
  /** Relationships up to this one are built. */
  readonly reached: string;
  /** It is what lists of the tenant are read from. */
  readonly serves: boolean;
}

/** Scores, cut into tiles of time: see pieces.ts. */
export const piecesOfEdition = (edition: number): string => `health.pieces_${String(edition)}`;
/** Who comes into which band when, if nothing happens; the first row of each is where it stands after its last fact. */
export const bandChangesOfEdition = (edition: number): string => `health.band_changes_${String(edition)}`;

/** What of each relationship that stands by itself its score is computed from at any moment: see kept-states.ts. */
export const statesOfEdition = (edition: number): string => `health.states_${String(edition)}`;

export async function readEditions(session: Pick<pg.Pool, 'query'>): Promise<readonly Edition[]> {
  const { rows } = await session.query<Edition>(`
    SELECT edition, e.tenant_id AS "tenantId", facts, definitions, phase, since, reached, s.edition IS NOT NULL AS serves
      FROM health.editions e LEFT JOIN health.serving s USING (edition) ORDER BY edition`);
  return rows;
}

export async function createEdition(
  session: pg.ClientBase,
  { tenantId, facts, definitions, since }: Pick<Edition, 'tenantId' | 'facts' | 'definitions' | 'since'>,
): Promise<void> {
  const { rows } = await session.query<{ edition: number }>(
    'INSERT INTO health.editions (tenant_id, facts, definitions, since) VALUES ($1, $2, $3, $4) RETURNING edition',
    [tenantId, facts, definitions, since],
  );
  const { edition } = rows[0]!;
  await session.query(`
    CREATE TABLE ${piecesOfEdition(edition)} (
      relationship_id text NOT NULL, slot bigint NOT NULL, score double precision NOT NULL, position bigint NOT NULL)`);
  await session.query(`
    CREATE TABLE ${bandChangesOfEdition(edition)} (
      relationship_id text NOT NULL, at timestamptz NOT NULL, band text, was text, is_first boolean NOT NULL,
      position bigint NOT NULL)`);
  await session.query(`
    CREATE TABLE ${statesOfEdition(edition)} (
      relationship_id text NOT NULL, meaning text NOT NULL, numbers bytea NOT NULL, rest json NOT NULL)`);
}

/** What lists are read by, and rows are found by that are to be written anew. */
export async function indexEdition(session: pg.ClientBase, { edition }: Edition): Promise<void> {
  const [pieces, changes] = [piecesOfEdition(edition), bandChangesOfEdition(edition)];
  await session.query(`CREATE INDEX ON ${pieces} (relationship_id)`);
  await session.query(`CREATE INDEX ON ${pieces} (slot, score, position)`);
  await session.query(`CREATE INDEX ON ${changes} (relationship_id)`);
  await session.query(`CREATE INDEX ON ${changes} (band, at, position) WHERE NOT is_first`);
  await session.query(`CREATE INDEX ON ${changes} (at, position) WHERE NOT is_first`);
  await session.query(`ALTER TABLE ${statesOfEdition(edition)} ADD PRIMARY KEY (relationship_id)`);
  await session.query(`ANALYZE ${pieces}, ${changes}`);
}

export async function dropEdition(
  session: Pick<pg.Pool, 'query'>,
  { edition }: Pick<Edition, 'edition'>,
): Promise<void> {
  const tables = [piecesOfEdition(edition), bandChangesOfEdition(edition), statesOfEdition(edition)];
  await session.query(`DROP TABLE ${tables.join(', ')}`);
  await session.query('DELETE FROM health.editions WHERE edition = $1', [edition]);
}

/** What lists read. */
export interface Serving {
  readonly definitions: readonly string[];
  readonly pieces: RawBuilder<unknown>;
  readonly bandChanges: RawBuilder<unknown>;
  readonly states: RawBuilder<unknown>;
}

/**
 * Of what is in force when that is built; else of what was before it. What is in force is read once for a request: its lists
 * are by the same definitions as its scores. Undefined: nothing is built yet.
 */
export async function servingOf(
  db: ReadDatabase,
  tenantId: string,
  inForce: readonly string[],
): Promise<Serving | undefined> {
  const [row] = await db.rows(sql<{ edition: number; definitions: readonly string[] }>`
    SELECT edition, definitions FROM health.editions e LEFT JOIN health.serving s USING (edition)
     WHERE e.tenant_id = ${tenantId} AND (s.edition IS NOT NULL OR (phase = 'COMPLETE' AND definitions = ${inForce}))
     ORDER BY definitions = ${inForce} DESC, s.edition IS NOT NULL DESC LIMIT 1`);
  return (
    row && {
      definitions: row.definitions,
      pieces: sql.raw(piecesOfEdition(row.edition)),
      bandChanges: sql.raw(bandChangesOfEdition(row.edition)),
      states: sql.raw(statesOfEdition(row.edition)),
    }
  );
}
