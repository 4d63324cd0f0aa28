import { pino } from 'pino';
import { openPool } from '../../libs/database/pool.js';
import { StoreUnavailable } from '../../libs/event-store/errors.js';
import { Execute } from '../../libs/ledger/execute.js';
import { ledger } from '../../libs/ledger/ledger.js';
import { ProjectedPositions } from '../../libs/projecting/positions.js';
import { InvalidSettings, readSettings } from '../settings.js';
import type { ApiServices } from './app.module.js';
import { createApi } from './create-api.js';
import { openLog } from './open-log.js';
import { planInThread } from './plan-thread.js';

export interface ApiOptions extends ApiServices {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface RunningApi {
  readonly url: string;
  /** Ends subscriptions, finishes what is under way, and lets go of the port. The services stay open. */
  stop(): Promise<void>;
}

export async function startApi({ host, port, ...services }: ApiOptions): Promise<RunningApi> {
  const app = await createApi(services);
  await app.listen(port, host);
  return { url: await app.getUrl(), stop: () => app.close() };
}

const STORE_DOWN = 69;
const CONFIGURATION = 78;

/** The API as a process of its own, by the environment. */
async function main(): Promise<void> {
  const settings = readSettings('api');
  const { databaseUrl = '', eventStoreUrl, host, port, logLevel, authJwksUrl, authSecret } = settings;
  const log = pino({ name: 'rapport-api', level: logLevel });
  const pool = openPool(databaseUrl, { applicationName: 'rapport: api', role: 'rapport_app', max: 20 });
  const store = await openLog({ databaseUrl, eventStoreUrl });
  const positions = new ProjectedPositions(pool);
  const api = await startApi({
    host,
    port,
    store,
    pool,
    execute: new Execute(store, ledger),
    waitForPosition: positions.waitFor.bind(positions),
    planElsewhere: planInThread(databaseUrl),
    access: { jwksUrl: authJwksUrl, secret: authSecret },
    log,
  });
  log.info({ url: api.url }, 'listening');

  const stop = async (): Promise<void> => {
    await api.stop();
    await positions.close();
    await store.close();
    await pool.end();
    log.info('stopped');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(error instanceof InvalidSettings ? CONFIGURATION : error instanceof StoreUnavailable ? STORE_DOWN : 1);
  });
}
