import type pg from 'pg';
import type { Position } from '../../event-sourcing/position.js';
import { OPEN } from '../on.js';
import type { Head } from './foretell.js';

/** A relationship that something changed of. */
export interface Change {
  readonly tenantId: string;
  readonly id: string;
  /** As whose part it is seen: itself, unless a merge made it part of another. */
  readonly head: Head;
  /** Not only that there are new facts: what was there was corrected, retracted, or joined otherwise. */
  readonly isAnew: boolean;
  /** It speaks for others. */
  readonly isJoined: boolean;
}

type Row = Omit<Change, 'head'> & Omit<Head, 'id'> & { readonly headId: string };

/** Of facts, and merges, from behind a position up to another. */
export async function changesBetween(pool: pg.Pool, from: Position, to: Position): Promise<readonly Change[]> {
  const { rows } = await pool.query<Row>({ name: 'health_changes', text: CHANGED, values: [from, to] });
  return rows.map(({ headId, kind, position, ...change }) => ({ ...change, head: { id: headId, kind, position } }));
}

const WITHIN = (position: string): string => `${position} > $1 AND ${position} <= $2`;

const CHANGED = `
  WITH RECURSIVE merged (tenant_id, id) AS (
       SELECT m.tenant_id, unnest(ARRAY[m.absorbed_id, m.survivor_id]) FROM directory.merges m
        WHERE ${WITHIN('m.position')} OR ${WITHIN('m.until_position')}
        UNION
       SELECT m.tenant_id, other.id FROM merged
         JOIN directory.merges m ON m.tenant_id = merged.tenant_id AND merged.id IN (m.absorbed_id, m.survivor_id)
        CROSS JOIN LATERAL (VALUES (m.absorbed_id), (m.survivor_id)) other (id)),
  changed (tenant_id, relationship_id, is_anew) AS (
       SELECT tenant_id, relationship_id, false FROM facts.facts WHERE ${WITHIN('position')}
        UNION ALL
       SELECT tenant_id, relationship_id, true FROM facts.facts
        WHERE ${WITHIN('until_position')} AND until_position < ${String(OPEN)}
        UNION ALL
       SELECT r.tenant_id, r.relationship_id, true FROM merged
         JOIN directory.relationships r ON r.tenant_id = merged.tenant_id AND merged.id IN (r.a_id, r.b_id))
  SELECT c.tenant_id AS "tenantId", c.relationship_id AS id, c.is_anew AS "isAnew",
         d.relationship_id AS "headId", d.kind, d.position, d.last_id IS NOT NULL AS "isJoined"
    FROM (SELECT tenant_id, relationship_id, bool_or(is_anew) AS is_anew FROM changed GROUP BY 1, 2) c
    JOIN directory.relationships own ON own.tenant_id = c.tenant_id AND own.relationship_id = c.relationship_id
    JOIN directory.relationships d
      ON d.tenant_id = own.tenant_id AND d.relationship_id = coalesce(own.head_id, own.relationship_id)
   ORDER BY 1, 4`;
