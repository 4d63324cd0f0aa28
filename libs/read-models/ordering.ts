import { sql, type RawBuilder } from 'kysely';
import { isInstant, parseInstant, type Instant } from '../event-sourcing/instant.js';
import type { Cursor, PageRequest } from '../graphql/paging.js';
import { RequestError } from '../graphql/request-error.js';

/** How a list is sorted: by a moment or a number, ties by the position of the event that made the row. */
export interface Ordering {
  /** The tenant's column of the table that has the other two: their index begins with it. */
  readonly tenant: RawBuilder<unknown>;
  readonly by: RawBuilder<unknown>;
  readonly position: RawBuilder<unknown>;
  readonly direction: 'ASC' | 'DESC';
  /** It is sorted by a number instead. */
  readonly isNumber?: boolean;
  /** Stands for rows that have no moment: what `by` says of them too. */
  readonly without?: '-infinity' | 'infinity';
}

export const ofTenant = ({ tenant }: Ordering, tenantId: string): RawBuilder<unknown> => sql`${tenant} = ${tenantId}`;

export const orderBy = ({ by, position, direction }: Ordering): RawBuilder<unknown> => {
  const way = sql.raw(direction);
  return sql`ORDER BY ${by} ${way}, ${position} ${way}`;
};

// A limit that is a parameter is planned as a tenth of the table, which ends in sorts and hashes of all of it. A few
// constants are planned for what they are, and are few statements. Rows beyond `first` only tell that more follows.
const LIMITS = [1, 11, 21, 51, 101, 201];

/** At least one row more than the page holds, when there is one. */
export const limitOf = ({ first }: PageRequest): RawBuilder<unknown> =>
  sql`LIMIT ${sql.lit(LIMITS.find((limit) => limit > first) ?? first + 1)}`;

/** Conditions of what follows the cursor; none on a first page. Throws INVALID_INPUT for a cursor of another list. */
export function following(
  { by, position, direction, without, isNumber = false }: Ordering,
  { after }: PageRequest,
): RawBuilder<unknown>[] {
  if (!after) return [];
  const than = sql.raw(direction === 'ASC' ? '>' : '<');
  const key = isNumber ? sql`${numberOf(after)}::float8` : sql`${momentOf(after, without)}::timestamptz`;
  return [sql`(${by}, ${position}) ${than} (${key}, ${after.position}::bigint)`];
}

/** Of a list that is at hand and sorted by a moment, the earliest first: what follows the cursor, with one row more. */
export function pageWithin<Row extends { readonly position: bigint }>(
  rows: readonly Row[],
  moment: (row: Row) => Instant,
  { first, after }: PageRequest,
): Row[] {
  const isAfter = (row: Row, at: string, position: bigint): boolean =>
    moment(row) > at || (moment(row) === at && row.position > position);
  const sorted = rows.toSorted((one, other) => (isAfter(one, moment(other), other.position) ? 1 : -1));
  const from = after && momentOf(after, undefined);
  return (from === undefined ? sorted : sorted.filter((row) => isAfter(row, from, after!.position))).slice(
    0,
    first + 1,
  );
}

function momentOf({ key }: Cursor, without: Ordering['without']): string {
  if (key === null && without) return without;
  const moment = typeof key === 'string' ? parseInstant(key) : 'INVALID_INPUT';
  if (isInstant(moment)) return moment;
  throw ofAnotherList();
}

function numberOf({ key }: Cursor): number {
  if (typeof key === 'number') return key;
  throw ofAnotherList();
}

const ofAnotherList = () => new RequestError('INVALID_INPUT', 'after is no cursor of this list.', { path: ['after'] });

export const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql.join(conditions, sql` AND `);

/** Cursor of a row that is sorted by one of its moments, or by a number of its. */
export const cursorOf = (moment: Instant | number | null, { position }: { readonly position: bigint }): Cursor => ({
  key: moment,
  position,
});
