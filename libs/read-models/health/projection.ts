import type { Recorded } from '../../event-sourcing/event.js';
import type { Projection, Rows } from '../../event-sourcing/projection.js';
import type { MetricEvent } from '../../ledger/metric/metric.js';
import { on } from '../on.js';

const METRIC = { tenant_id: 'text not null', metric: 'text not null' };

/** Definitions of metrics: what was published, and what was in force from when on. */
export const metricDefinitions: Projection = {
  name: 'metric_definitions',
  version: 1,
  tables: {
    published: {
      columns: {
        ...METRIC,
        version: 'integer not null',
        body: 'jsonb not null',
        hash: 'text not null',
        reason: 'text not null',
        published_at: 'timestamptz not null',
        published_by: 'text not null',
        position: 'bigint not null',
      },
      key: ['tenant_id', 'metric', 'version'],
    },
    /** The last row says what is in force. */
    in_force: {
      columns: {
        ...METRIC,
        position: 'bigint not null',
        version: 'integer not null',
        since: 'timestamptz not null',
        reason: 'text',
        decided_by: 'text not null',
      },
      key: ['tenant_id', 'metric', 'position'],
    },
  },
  on: on<MetricEvent>({
    MetricDefinitionPublished: {
      apply: (event, rows) => {
        const { metric, version, body, hash, reason } = event.data;
        rows.put('published', {
          tenant_id: event.tenantId,
          ...{ metric, version, body, hash, reason },
          published_at: event.occurredAt,
          published_by: event.actor.id,
          position: event.position,
        });
      },
    },
    MetricDefinitionActivated: {
      apply: (event, rows) => comesIntoForce(event, rows, event.data.version),
    },
    MetricDefinitionRolledBack: {
      apply: (event, rows) => comesIntoForce(event, rows, event.data.to),
    },
  }),
};

type Decided = Recorded & { readonly data: { readonly metric: string; readonly reason?: string } };

function comesIntoForce({ tenantId, position, occurredAt, actor, data }: Decided, rows: Rows, version: number): void {
  const { metric, reason = null } = data;
  const since = { version, since: occurredAt, reason, decided_by: actor.id };
  rows.put('in_force', { tenant_id: tenantId, metric, position, ...since });
}
