import { sql, type RawBuilder } from 'kysely';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { Ordering } from '../ordering.js';
import type { Marks, TouchStatus } from './frequency.js';

/** What is stored of where a relationship stands; all null while its touches have not been projected. */
export interface StandingRow {
  readonly lastTouchAt: Instant | null;
  readonly intervalDays: number | null;
  readonly graceDays: number | null;
  readonly cadenceSince: Instant | null;
  readonly dueAt: Instant | null;
  readonly overdueAt: Instant | null;
  readonly stoppedAt: Instant | null;
  /** The row answers for any time from then on. */
  readonly settledAt: Instant | null;
}

/** Columns of `touch_frequency.relationships f`. */
export const STANDING = sql`
  f.last_touch_at AS "lastTouchAt", f.interval_days AS "intervalDays", f.grace_days AS "graceDays",
  f.cadence_since AS "cadenceSince", f.due_at AS "dueAt", f.overdue_at AS "overdueAt", f.stopped_at AS "stoppedAt",
  f.settled_at AS "settledAt"`;

export const storedMarks = ({ lastTouchAt, dueAt, overdueAt, stoppedAt }: StandingRow): Marks => ({
  lastTouchAtMs: lastTouchAt && toMillis(lastTouchAt),
  dueAtMs: dueAt && toMillis(dueAt),
  overdueAtMs: overdueAt && toMillis(overdueAt),
  stoppedAtMs: stoppedAt && toMillis(stoppedAt),
});

const DUE = sql`coalesce(f.due_at, 'infinity')`;

/** The status that the stored row gives, as a condition; the same cases as `standing`. */
export function hasStatus(status: TouchStatus, asOf: Instant): RawBuilder<unknown> {
  switch (status) {
    case 'LAPSED':
      return sql`f.stopped_at IS NOT NULL`;
    case 'ON_TRACK':
      return sql`f.due_at > ${asOf}`;
    case 'DUE':
      return sql`f.due_at <= ${asOf} AND f.overdue_at >= ${asOf}`;
    case 'OVERDUE':
      return overdueBefore(asOf);
  }
}

/** What is overdue was due before that: the index by due date answers it. Nothing is due while the clock stands. */
export const overdueBefore = (before: Instant): RawBuilder<unknown> =>
  sql`${DUE} < ${before} AND f.overdue_at < ${before}`;

/** The index by due date answers it. Nothing is due while the clock stands. */
export const fallsDue = (from: Instant, to: Instant): RawBuilder<unknown> => sql`${DUE} >= ${from} AND ${DUE} < ${to}`;

/** Never touched sorts before all touches. */
export const byLastTouch = (direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`f.tenant_id`,
  by: sql`coalesce(f.last_touch_at, '-infinity')`,
  position: sql`f.position`,
  direction,
  without: '-infinity',
});
/** What never falls due sorts after all that does. */
export const byDue = (direction: 'ASC' | 'DESC'): Ordering => ({
  tenant: sql`f.tenant_id`,
  by: DUE,
  position: sql`f.position`,
  direction,
  without: 'infinity',
});
export const byOverdue: Ordering = {
  tenant: sql`f.tenant_id`,
  by: sql`f.overdue_at`,
  position: sql`f.position`,
  direction: 'ASC',
};
