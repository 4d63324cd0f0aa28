import type { Projection } from '../../event-sourcing/projection.js';
import type { TrustActionFacts, TrustAssessmentFacts } from '../../ledger/trust/trust.js';
import { ENTRIES, entryHandlers, type Told } from '../timeline/entry.js';
import { trustActionEntries, trustAssessmentEntries } from './entries.js';

/** What was done for trust in each relationship, and how it was rated. */
export const trust: Projection = {
  name: 'trust',
  version: 2,
  tables: {
    actions: {
      columns: { ...ENTRIES.columns, action_kind: 'text not null', asked: 'boolean not null' },
      key: ENTRIES.key,
      indexes: [
        '(tenant_id, relationship_id, occurred_at)',
        `(tenant_id, (facts ->> 'to'), occurred_at) WHERE action_kind = 'GIFT' AND NOT retracted`,
      ],
    },
    assessments: {
      columns: { ...ENTRIES.columns, basis: 'text not null' },
      key: ENTRIES.key,
      indexes: ['(tenant_id, relationship_id, basis, occurred_at, position)'],
    },
  },
  on: {
    ...entryHandlers(trustActionEntries, {
      table: 'actions',
      columns: ({ facts: { kind, asked } }: Told<TrustActionFacts>) => ({ action_kind: kind, asked }),
    }),
    ...entryHandlers(trustAssessmentEntries, {
      table: 'assessments',
      columns: ({ facts: { basis } }: Told<TrustAssessmentFacts>) => ({ basis }),
    }),
  },
};
