import type { Handler, Projection } from '../../event-sourcing/projection.js';
import type { RelationshipEvent } from '../../ledger/relationship/relationship.js';
import type { FactKind } from '../../metrics/fact.js';
import { on, OPEN, subjectOf } from '../on.js';
import { entryKinds } from '../timeline/kinds.js';
import { factOf, saidBy, SAID } from './fact-columns.js';
import { factHandlers } from './fact-handlers.js';

/** A term of the relationship: it holds from then on. */
const term = (kind: FactKind): Handler => ({
  apply: (event, rows) =>
    rows.put(
      'facts',
      factOf(event, kind, { relationship_id: subjectOf(event), fact_id: event.id, ...saidBy(kind, event.data) }),
    ),
});

/**
 * What metrics are made of: one narrow row per fact of a relationship, be it an entry, a step of one, or a term that
 * holds from then on. What was corrected or retracted stays, with until when it was known: a fold "as known" leaves out
 * what came later and takes in what was believed then.
 */
export const facts: Projection = {
  name: 'facts',
  version: 1,
  tables: {
    ties: {
      columns: {
        tenant_id: 'text not null',
        relationship_id: 'text not null',
        a_id: 'text not null',
        b_id: 'text not null',
      },
      key: ['tenant_id', 'relationship_id'],
    },
    /** Of entries that have steps: the facts of theirs that stand. */
    entries: {
      columns: {
        tenant_id: 'text not null',
        entry_id: 'text not null',
        subject_id: 'text not null',
        standing: 'jsonb not null',
      },
      key: ['tenant_id', 'entry_id', 'subject_id'],
    },
    facts: {
      columns: {
        tenant_id: 'text not null',
        relationship_id: 'text not null',
        /** Of the beginning of an entry its id, else the event's. */
        fact_id: 'text not null',
        /** Position of the correction or retraction that superseded the row. */
        until_position: 'bigint not null',
        /** Place and id of the event that says it so. */
        position: 'bigint not null',
        event_id: 'text not null',
        occurred_at: 'timestamptz not null',
        known_from: 'timestamptz not null',
        known_until: 'timestamptz',
        kind: 'text not null',
        entry_id: 'text',
        actor: 'text not null',
        ...SAID,
      },
      key: ['tenant_id', 'relationship_id', 'fact_id', 'until_position'],
      indexes: [
        '(tenant_id, relationship_id, occurred_at, position)',
        '(tenant_id, known_from, position)',
        '(position)',
        `(until_position) WHERE until_position < ${String(OPEN)}`,
      ],
    },
  },
  on: {
    ...Object.fromEntries(entryKinds.flatMap((kind) => Object.entries(factHandlers(kind)))),
    CadenceSet: term('CADENCE_SET'),
    ChannelMixTargetSet: term('CHANNEL_MIX_TARGET_SET'),
    StageChanged: term('STAGE_CHANGED'),
    RelationshipLapsed: term('LAPSED'),
    RelationshipReactivated: term('REACTIVATED'),
    RelationshipEnded: term('ENDED'),
    ...on<RelationshipEvent>({
      RelationshipOpened: {
        apply(event, rows) {
          const { a: a_id, b: b_id } = event.data;
          rows.put('ties', { tenant_id: event.tenantId, relationship_id: subjectOf(event), a_id, b_id });
          term('OPENED').apply(event, rows);
        },
      },
    }),
  },
};
