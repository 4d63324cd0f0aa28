import { sql } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import { all, following, limitOf, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';

export interface LateFactRow {
  readonly eventId: string;
  readonly relationshipId: string;
  readonly kind: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly position: Position;
  readonly stands: boolean;
}

const AS_LEARNT: Ordering = {
  tenant: sql`f.tenant_id`,
  by: sql`f.known_from`,
  position: sql`f.position`,
  direction: 'ASC',
};

const late = (tenantId: string, asOf: Instant) => [
  sql`f.tenant_id = ${tenantId}`,
  sql`f.known_from > ${asOf}`,
  sql`f.occurred_at <= ${asOf}`,
];

export const lateFactPage = (
  db: ReadDatabase,
  tenantId: string,
  asOf: Instant,
  page: PageRequest,
): Promise<LateFactRow[]> =>
  db.rows(sql<LateFactRow>`
    SELECT f.event_id AS "eventId", f.relationship_id AS "relationshipId", f.kind, f.occurred_at AS "occurredAt",
           f.known_from AS "recordedAt", f.position, f.known_until IS NULL AS stands
      FROM facts.facts f WHERE ${all([...late(tenantId, asOf), ...following(AS_LEARNT, page)])}
     ${orderBy(AS_LEARNT)} ${limitOf(page)}`);

export async function countLateFacts(db: ReadDatabase, tenantId: string, asOf: Instant): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM facts.facts f WHERE ${all(late(tenantId, asOf))}`);
  return counted?.count ?? 0;
}
