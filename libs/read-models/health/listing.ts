import { sql, type RawBuilder } from 'kysely';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { Ordering } from '../ordering.js';
import type { Definitions } from './definitions.js';
import type { Serving } from './editions.js';
import { slotsAt } from './pieces.js';

/**
 * Relationships with their scores at a moment, `relationship_id`, `score` and `position`: in each arm an index gives
 * them in the order of their scores. Within two points; nothing where nothing serves yet.
 */
export function scoresAt(serving: Serving | undefined, asOf: Instant, direction: 'ASC' | 'DESC'): RawBuilder<unknown> {
  if (!serving) return sql`(SELECT '' AS relationship_id, 0::float8 AS score, 0::bigint AS position WHERE false)`;
  const way = sql.raw(direction);
  const arms = slotsAt(toMillis(asOf)).map(
    (slot) => sql`
      (SELECT p.relationship_id, p.score, p.position FROM ${serving.pieces} p
       WHERE p.slot = ${slot}::bigint ORDER BY p.score ${way}, p.position ${way})`,
  );
  return sql`(${sql.join(arms, sql` UNION ALL `)})`;
}

export const byHealth = (direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`d.tenant_id`,
  by: sql`h.score`,
  position: sql`h.position`,
  direction,
  isNumber: true,
});

/** A condition on scores `h` and relationships `d`: the score lies in a band of that name, of the definition for its kind. */
export function inBand(definitions: Definitions, serving: Serving | undefined, band: string): RawBuilder<unknown> {
  const bodies = (serving?.definitions ?? []).flatMap((reference) => definitions.named(reference)?.body ?? []);
  const special = bodies.flatMap(({ relationshipKinds = [] }) => relationshipKinds);
  const spans = bodies.flatMap(({ bands, relationshipKinds: kinds = [] }) => {
    const at = bands.findIndex(({ name }) => name === band);
    if (at < 0) return [];
    const kind = kinds.length > 0 ? sql`d.kind = ANY(${kinds})` : sql`d.kind <> ALL(${special})`;
    return [sql`(${kind} AND h.score >= ${bands[at]!.from} AND h.score < ${bands[at - 1]?.from ?? Infinity})`];
  });
  return spans.length > 0 ? sql`(${sql.join(spans, sql` OR `)})` : sql`false`;
}
