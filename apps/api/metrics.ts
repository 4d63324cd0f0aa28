import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EventStore } from '../../libs/event-store/event-store.js';
import type { ProjectionOverview } from '../../libs/read-models/projections/overview.js';

export interface MeasuredParts {
  readonly store: EventStore;
  readonly overview: ProjectionOverview;
}

/** `/metrics` for Prometheus: requests as they are answered, the rest when it is asked for. */
export function serveMetrics(app: FastifyInstance, { store, overview }: MeasuredParts): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const requests = new Histogram({
    name: 'rapport_http_request_seconds',
    help: 'How long requests took to answer.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  app.addHook('onResponse', (request, reply, done) => {
    const labels = { route: request.routeOptions.url ?? 'none', method: request.method, status: reply.statusCode };
    requests.observe(labels, reply.elapsedTime / 1000);
    done();
  });

  new Gauge({
    name: 'rapport_log_position',
    help: 'Position of the last event. In PostgreSQL positions count the events: the rate is that of appends.',
    registers,
    async collect() {
      this.set(Number(await store.head()));
    },
  });
  const lagEvents = new Gauge({
    name: 'rapport_projection_lag_events',
    help: 'How many events the log is ahead of a projection.',
    labelNames: ['projection'],
    registers,
  });
  const failed = new Gauge({
    name: 'rapport_projection_failed',
    help: '1 when a projection stopped at an event that it cannot apply.',
    labelNames: ['projection'],
    registers,
  });
  new Gauge({
    name: 'rapport_projection_lag_seconds',
    help: 'How long the oldest event that a projection has not applied has been waiting.',
    labelNames: ['projection'],
    registers,
    async collect() {
      for (const { name, state, lagEvents: lag, lagSeconds } of await overview.all()) {
        this.set({ projection: name }, lagSeconds);
        lagEvents.set({ projection: name }, Number(lag));
        failed.set({ projection: name }, state === 'FAILED' ? 1 : 0);
      }
    },
  });

  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
