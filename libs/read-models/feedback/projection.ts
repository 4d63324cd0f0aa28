import type { Projection } from '../../event-sourcing/projection.js';
import type { FeedbackFacts } from '../../ledger/feedback/feedback.js';
import { isSettled } from '../../ledger/feedback/feedback-life.js';
import { ENTRIES, entryHandlers, type Told } from '../timeline/entry.js';
import { feedbackEntries, feedbackState } from './entries.js';
import { urgencyOf } from './urgency.js';

/** What they said of us, and whether it is dealt with. */
export const feedback: Projection = {
  name: 'feedback',
  version: 2,
  tables: {
    feedback: {
      columns: {
        ...ENTRIES.columns,
        feedback_kind: 'text not null',
        status: 'text not null',
        /** Nobody waits for anything more. */
        settled: 'boolean not null',
        /** The lower, the sooner it wants to be dealt with. */
        urgency: 'double precision not null',
        score: 'double precision',
        sentiment_bp: 'integer',
        resolved_at: 'timestamptz',
        /** The request that it answers. */
        request_id: 'text',
      },
      key: ENTRIES.key,
      indexes: [
        '(tenant_id, relationship_id, occurred_at, position)',
        '(tenant_id, occurred_at, position) WHERE NOT retracted',
        '(tenant_id, urgency, position) WHERE NOT settled AND NOT retracted',
        '(tenant_id, request_id) WHERE NOT retracted',
        `(tenant_id, relationship_id) WHERE feedback_kind = 'GRIEVANCE' AND NOT settled AND NOT retracted`,
      ],
    },
  },
  on: entryHandlers(feedbackEntries, {
    table: 'feedback',
    columns(told: Told<FeedbackFacts>) {
      const { kind, score = null, sentimentBp = null, requestId = null } = told.facts;
      const { status, resolvedAt } = feedbackState(told);
      return {
        feedback_kind: kind,
        status,
        settled: isSettled(status),
        urgency: urgencyOf({ ...told.facts, occurredAt: told.occurredAt }),
        score,
        sentiment_bp: sentimentBp,
        resolved_at: resolvedAt,
        request_id: requestId,
      };
    },
  }),
};
