import { sql, type RawBuilder } from 'kysely';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { definitionsOf } from './definitions.js';
import { slotsAt } from './pieces.js';

/**
 * Relationships with their scores at a moment, `tenant_id`, `relationship_id`, `score` and `position`: in each of the ten
 * arms an index gives them in the order of their scores. By the definitions that serve; within two points.
 */
export function scoresAt(tenantId: string, asOf: Instant, direction: 'ASC' | 'DESC'): RawBuilder<unknown> {
  const way = sql.raw(direction);
  const served = sql`(SELECT edition FROM health.serving WHERE tenant_id = ${tenantId})`;
  const arms = slotsAt(toMillis(asOf)).map(
    (slot) => sql`
      (SELECT p.relationship_id, p.score, p.position FROM health.pieces p
       WHERE p.edition = ${served} AND p.slot = ${slot}
       ORDER BY p.score ${way}, p.position ${way})`,
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
export async function inBand(db: ReadDatabase, tenantId: string, band: string): Promise<RawBuilder<unknown>> {
  const [definitions, [serving]] = await Promise.all([
    definitionsOf(db, tenantId),
    db.rows(sql<{ definitions: readonly string[] }>`
      SELECT e.definitions FROM health.serving s JOIN health.editions e USING (edition) WHERE s.tenant_id = ${tenantId}`),
  ]);
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
