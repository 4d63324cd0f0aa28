import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { EventStore } from '../../libs/event-store/event-store.js';
import type { ProjectionStatus } from '../../libs/projecting/status.js';
import type { ProjectionOverview } from '../../libs/read-models/projections/overview.js';

export interface HealthParts {
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly overview: ProjectionOverview;
}

const PATIENCE_MS = 2000;

/**
 * `/health/live`: the process answers. `/health/ready`: 503 names the part without which nothing can be answered; a
 * projection that stopped or lags is named too, but what it built can still be read.
 */
export function serveHealth(app: FastifyInstance, { pool, store, overview }: HealthParts): void {
  app.get('/health/live', () => ({ status: 'live' }));

  app.get('/health/ready', async (_request, reply) => {
    const [database, log, projections] = await Promise.all([
      outcomeOf(pool.query('SELECT')),
      outcomeOf(store.head()),
      outcomeOf(overview.all()),
    ]);
    const standings = projections.value?.map(standingOf) ?? [];
    const isDown = !database.ok || !log.ok || !projections.ok;
    const isDegraded = standings.some(({ state }) => state === 'FAILED');
    return reply.code(isDown ? 503 : 200).send({
      status: isDown ? 'down' : isDegraded ? 'degraded' : 'ready',
      database: database.ok ? 'up' : database.problem,
      log: log.ok ? 'up' : log.problem,
      projections: projections.ok ? standings : projections.problem,
    });
  });
}

const standingOf = ({ name, version, state, lagEvents, lagSeconds }: ProjectionStatus) => ({
  name,
  version,
  state,
  lagEvents: Number(lagEvents),
  lagSeconds,
});

type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string; readonly value?: undefined };

/** What can be said in public of a failure: that it did not answer, and in time. */
async function outcomeOf<Value>(question: Promise<Value>): Promise<Outcome<Value>> {
  const patience = new Promise<Outcome<Value>>((resolve) => {
    setTimeout(() => {
      resolve({ ok: false, problem: `no answer in ${String(PATIENCE_MS)} ms` });
    }, PATIENCE_MS).unref();
  });
  const answer = question.then(
    (value): Outcome<Value> => ({ ok: true, value }),
    (): Outcome<Value> => ({ ok: false, problem: 'cannot be reached' }),
  );
  return Promise.race([answer, patience]);
}
