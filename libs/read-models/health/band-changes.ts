import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PageRequest } from '../../graphql/paging.js';
import { all, following, limitOf, orderBy, type Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import type { Serving } from './editions.js';

export interface BandChangeRow {
  readonly relationshipId: string;
  readonly at: Instant;
  readonly band: string | null;
  readonly was: string | null;
  /** Of the opening of the relationship. */
  readonly position: Position;
}

export interface Stretch {
  readonly from: Instant;
  readonly before: Instant;
  /** Into which band; null: any. */
  readonly to: string | null;
}

const AS_THEY_COME: Ordering = {
  tenant: sql`''`,
  by: sql`c.at`,
  position: sql`c.position`,
  direction: 'ASC',
};

const within = ({ from, before, to }: Stretch): RawBuilder<unknown>[] => [
  sql`NOT c.is_first`,
  sql`c.at >= ${from}`,
  sql`c.at < ${before}`,
  ...(to === null ? [] : [sql`c.band = ${to}`]),
];

/** Who comes into another band in a stretch of time if nothing happens, the earliest first. */
export const bandChangePage = (
  db: ReadDatabase,
  { bandChanges }: Serving,
  stretch: Stretch,
  page: PageRequest,
): Promise<BandChangeRow[]> =>
  db.rows(sql<BandChangeRow>`
    SELECT c.relationship_id AS "relationshipId", c.at, c.band, c.was, c.position FROM ${bandChanges} c
     WHERE ${all([...within(stretch), ...following(AS_THEY_COME, page)])}
     ${orderBy(AS_THEY_COME)} ${limitOf(page)}`);

export async function countBandChanges(db: ReadDatabase, { bandChanges }: Serving, stretch: Stretch): Promise<number> {
  const [counted] = await db.rows(sql<{ count: number }>`
    SELECT count(*)::int FROM ${bandChanges} c WHERE ${all(within(stretch))}`);
  return counted?.count ?? 0;
}
