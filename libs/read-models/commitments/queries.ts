import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { CommitmentFacts } from '../../ledger/commitment/commitment.js';
import type { CommitmentEnding } from '../../ledger/commitment/commitment.words.js';
import { membersOf, partyGroup } from '../joined.js';
import type { Ordering } from '../ordering.js';
import type { ReadDatabase } from '../read-database.js';
import { ENTRY, shownAs, STANDING, type EntryList, type Owned, type StoredEntry } from '../timeline/entry-lists.js';
import { entriesSeen, type Seen } from '../timeline/seen.js';
import { commitmentEntries } from './entries.js';

export type CommitmentStatus = 'OPEN' | 'OVERDUE' | CommitmentEnding;

export type StoredCommitment = StoredEntry<CommitmentFacts>;

export const shown = <Stored extends StoredCommitment>(row: Stored) => shownAs(commitmentEntries, row);

export type CommitmentRow = ReturnType<typeof shown<StoredCommitment>> & {
  /** The moment at which it is looked at; absent: now. */
  readonly asOf?: Instant;
};

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

/** Every commitment of many relationships as it stood at a moment, in one statement. */
export async function commitmentsSeen(
  db: ReadDatabase,
  tenantId: string,
  relationshipIds: readonly string[],
  seen: Seen,
): Promise<(CommitmentRow & Owned)[]> {
  const rows = await db.rows(sql<StoredCommitment & Owned>`
    SELECT wanted.owner, ${ENTRY} FROM ${membersOf(tenantId, relationshipIds, seen.asKnown)} wanted
      JOIN ${entriesSeen(sql`commitments.commitments`, seen)} e
        ON e.tenant_id = ${tenantId} AND e.relationship_id = wanted.relationship_id`);
  return rows.map((row) => ({ ...shown(row), asOf: seen.asOf }));
}

/** Commitments that are not done and due before a moment, all or those that one party owes: the earliest date first. */
export function dueList(tenantId: string, before: Instant, ownerId: string | null | undefined): EntryList {
  const owed = ownerId ? [sql`e.owed_by = ANY(${partyGroup(tenantId, ownerId)})`] : [];
  return listOf(sql`e.status = 'OPEN'`, sql`e.due_at < ${before}`, ...owed);
}
