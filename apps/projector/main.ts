import { pino } from 'pino';
import { openPool } from '../../libs/database/pool.js';
import { StoreUnavailable } from '../../libs/event-store/errors.js';
import { startProjector } from '../../libs/projecting/projector.js';
import { followHealth } from '../../libs/read-models/health/follow-health.js';
import { projections } from '../../libs/read-models/read-models.js';
import { openLog } from '../api/open-log.js';
import { InvalidSettings, readSettings } from '../settings.js';
import { rebuildInThread } from './rebuild-thread.js';

const STORE_DOWN = 69;
const CONFIGURATION = 78;

/** The projector as a process of its own, by the environment. Any number of them share the work. */
async function main(): Promise<void> {
  const { databaseUrl = '', eventStoreUrl, logLevel } = readSettings('projector');
  const log = pino({ name: 'rapport-projector', level: logLevel });
  const report = (problem: string): void => {
    log.warn(problem);
  };
  const place = { databaseUrl, eventStoreUrl };
  const store = await openLog(place);
  const pool = openPool(databaseUrl, { applicationName: 'rapport: projector', role: 'rapport_app', max: 20 });
  const rebuildElsewhere = rebuildInThread(place, report);
  const projector = startProjector({ store, pool, projections, rebuildElsewhere, report });
  const health = followHealth(pool, report);
  log.info({ projections: projections.map(({ name }) => name) }, 'projecting');

  const stop = async (): Promise<void> => {
    await Promise.all([projector.stop(), health.stop()]);
    await store.close();
    await pool.end();
    log.info('stopped');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof InvalidSettings ? CONFIGURATION : error instanceof StoreUnavailable ? STORE_DOWN : 1);
});
