import { pino } from 'pino';
import { inspect } from 'node:util';
import { ROLES } from '../../libs/access/caller.js';
import { migrate } from '../../libs/database/migrate.js';
import { openPool } from '../../libs/database/pool.js';
import { loadDemo } from '../../libs/demo/load-demo.js';
import { StoreUnavailable, UnsafeStore } from '../../libs/event-store/errors.js';
import { fromMillis } from '../../libs/event-sourcing/instant.js';
import { START } from '../../libs/event-sourcing/position.js';
import { Execute } from '../../libs/ledger/execute.js';
import { ledger } from '../../libs/ledger/ledger.js';
import { ProjectedPositions } from '../../libs/projecting/positions.js';
import { startProjector } from '../../libs/projecting/projector.js';
import { followHealth } from '../../libs/read-models/health/follow-health.js';
import { projections } from '../../libs/read-models/read-models.js';
import { startApi } from '../api/main.js';
import { openLog } from '../api/open-log.js';
import { planInThread } from '../api/plan-thread.js';
import { migrations } from '../migrations.js';
import { rebuildInThread } from '../projector/rebuild-thread.js';
import { InvalidSettings, readSettings, type Settings } from '../settings.js';
import { openDatabase } from './database.js';
import { StageFailed, Stages } from './stages.js';
import { devSecret, devToken } from './token.js';

const FAILED = 1;
const STORE_DOWN = 69;
const CONFIGURATION = 78;
const INTERRUPTED = 130;

const TENANT = 'demo';
const DEMO = { parties: 40, years: 2, seed: 'demo' };
const DAY_MS = 86_400_000;

async function start(settings: Settings, stages: Stages): Promise<void> {
  const { eventStoreUrl, host, port, logLevel, authJwksUrl } = settings;
  const log = pino({ name: 'rapport', level: logLevel });

  const database = await stages.run('database', () => openDatabase(settings));
  void database.exited.then(() => stages.end(STORE_DOWN, 'PostgreSQL has ended.'));

  await stages.run('migrations', async () => {
    const done = await migrate(database.url, migrations);
    return { note: done.length > 0 ? `${String(done.length)} applied` : 'up to date' };
  });

  const { pool, store } = await stages.run('log', async () => {
    const pool = openPool(database.url, { applicationName: 'rapport: dev', role: 'rapport_app', max: 30 });
    const store = await openLog({ databaseUrl: database.url, eventStoreUrl });
    const stop = async () => {
      await store.close();
      await pool.end();
    };
    return { pool, store, stop, note: eventStoreUrl === undefined ? 'in PostgreSQL' : 'in EventStoreDB' };
  });

  await stages.run('projector', () => {
    const report = (problem: string) => {
      log.warn(problem);
    };
    const rebuildElsewhere = rebuildInThread({ databaseUrl: database.url, eventStoreUrl }, report);
    const projector = startProjector({ store, pool, projections, rebuildElsewhere, report });
    const health = followHealth(pool, report);
    const stop = async () => {
      await Promise.all([projector.stop(), health.stop()]);
    };
    return Promise.resolve({ stop, note: projections.map(({ name }) => name).join(', ') });
  });

  const execute = new Execute(store, ledger);
  const secret = settings.authSecret ?? devSecret(settings.directory);
  const api = await stages.run('api', async () => {
    const positions = new ProjectedPositions(pool);
    const running = await startApi({
      host,
      port,
      store,
      pool,
      execute,
      waitForPosition: positions.waitFor.bind(positions),
      planElsewhere: planInThread(database.url),
      access: {
        jwksUrl: authJwksUrl,
        secret,
        devCaller: { tenantId: TENANT, actor: { id: 'dev', kind: 'HUMAN' }, roles: ROLES },
      },
      log,
    });
    const stop = async () => {
      await running.stop();
      await positions.close();
    };
    return { url: running.url, stop };
  });

  if (settings.demo && (await store.head()) === START) {
    await stages.run('demo', async () => {
      const until = fromMillis(Math.floor(Date.now() / DAY_MS) * DAY_MS);
      const storyteller = { tenantId: TENANT, actor: { id: 'demo', kind: 'SYSTEM' } as const };
      const commands = await loadDemo(execute, storyteller, { ...DEMO, until });
      return { note: `${String(commands)} commands of a two-year story` };
    });
  }

  const token = authJwksUrl === undefined ? `\n  token    ${await devToken(secret)}` : '';
  console.log(`
  GraphiQL ${api.url}/graphql${token}

  Next: open GraphiQL and run the query it shows, or import a file of your own:
  npm run rapport -- import FILE --type touches
`);
}

/** A line for a person where a person can help it; all there is to know of a bug. */
function endingOf(error: unknown): [exitCode: number, why: string] {
  if (error instanceof InvalidSettings) return [CONFIGURATION, error.message];
  if (!(error instanceof StageFailed)) return [FAILED, inspect(error)];
  const { stage, cause, message } = error;
  if (stage === 'database' || cause instanceof StoreUnavailable) return [STORE_DOWN, message];
  if (cause instanceof UnsafeStore) return [CONFIGURATION, message];
  const code = cause instanceof Error && 'code' in cause && cause.code;
  if (code === 'EADDRINUSE' || code === 'EACCES') return [CONFIGURATION, `${message}. Choose another PORT.`];
  return [FAILED, inspect(error)];
}

const stages = new Stages();
// Ctrl-C may reach us twice, from the terminal and from npm. SIGTERM is how a container is stopped: no failure.
process.on('SIGINT', () => void stages.end(INTERRUPTED));
process.on('SIGTERM', () => void stages.end(0));
if (process.env.npm_lifecycle_event) {
  // npm passes SIGTERM to a shell that does not pass it on; what we notice is that the shell is gone.
  const shell = process.ppid;
  setInterval(() => process.ppid !== shell && void stages.end(0), 250).unref();
}
try {
  await start(readSettings('dev'), stages);
} catch (error) {
  await stages.end(...endingOf(error));
}
