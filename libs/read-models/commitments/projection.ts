import type { Projection } from '../../event-sourcing/projection.js';
import type { CommitmentFacts } from '../../ledger/commitment/commitment.js';
import { ENTRIES, entryHandlers, type Told } from '../timeline/entry.js';
import { commitmentEntries, commitmentState } from './entries.js';

/** What was promised: whether it is overdue depends on when one looks, and is no column. */
export const commitments: Projection = {
  name: 'commitments',
  version: 2,
  tables: {
    commitments: {
      columns: {
        ...ENTRIES.columns,
        owed_by: 'text not null',
        /** OPEN, or how it ended. */
        status: 'text not null',
        /** The date agreed on last. */
        due_at: 'timestamptz not null',
      },
      key: ENTRIES.key,
      indexes: [
        '(tenant_id, relationship_id, due_at, position)',
        `(tenant_id, due_at, position) WHERE status = 'OPEN' AND NOT retracted`,
        `(tenant_id, owed_by, due_at, position) WHERE status = 'OPEN' AND NOT retracted`,
      ],
    },
  },
  on: entryHandlers(commitmentEntries, {
    table: 'commitments',
    columns(told: Told<CommitmentFacts>) {
      const { status, dueAt } = commitmentState(told);
      return { owed_by: told.facts.owedBy, status, due_at: dueAt };
    },
  }),
};
