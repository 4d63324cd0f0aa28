import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { CommitmentFacts } from '../../ledger/commitment/commitment.js';
import type { CommitmentEnding } from '../../ledger/commitment/commitment.words.js';
import { partyGroup } from '../joined.js';
import type { Ordering } from '../ordering.js';
import { shownAs, STANDING, type EntryList, type StoredEntry } from '../timeline/entry-lists.js';
import { commitmentEntries } from './entries.js';

export type CommitmentStatus = 'OPEN' | 'OVERDUE' | CommitmentEnding;

export type StoredCommitment = StoredEntry<CommitmentFacts>;

export const shown = <Stored extends StoredCommitment>(row: Stored) => shownAs(commitmentEntries, row);

export type CommitmentRow = ReturnType<typeof shown<StoredCommitment>>;

/** What it is called at a moment: an open one whose date has passed is overdue. */
export const statusAt = (
  { status, dueAt }: Pick<CommitmentRow, 'status' | 'dueAt'>,
  asOf: Instant,
): CommitmentStatus => (status === 'OPEN' && dueAt < asOf ? 'OVERDUE' : status);

const BY_DUE: Ordering = {
  tenant: sql`e.tenant_id`,
  by: sql`e.due_at`,
  position: sql`e.position`,
  direction: 'ASC',
};

const listOf = (...conditions: readonly RawBuilder<unknown>[]): EntryList => ({
  table: sql`commitments.commitments`,
  where: [STANDING, ...conditions],
  ordering: BY_DUE,
});

/** Commitments that stand so at a moment, or all: the earliest date first. */
export function commitmentList(status: readonly CommitmentStatus[] | null | undefined, asOf: Instant): EntryList {
  if (!status) return listOf();
  const called = sql`CASE WHEN e.status = 'OPEN' AND e.due_at < ${asOf} THEN 'OVERDUE' ELSE e.status END`;
  return listOf(sql`${called} = ANY(${status})`);
}

/** Commitments that are not done and due before a moment, all or those that one party owes: the earliest date first. */
export function dueList(tenantId: string, before: Instant, ownerId: string | null | undefined): EntryList {
  const owed = ownerId ? [sql`e.owed_by = ANY(${partyGroup(tenantId, ownerId)})`] : [];
  return listOf(sql`e.status = 'OPEN'`, sql`e.due_at < ${before}`, ...owed);
}
