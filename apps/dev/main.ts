import { inspect } from 'node:util';
import { migrate } from '../../libs/database/migrate.js';
import { migrations } from '../migrations.js';
import { InvalidSettings, readSettings, type Settings } from '../settings.js';
import { openDatabase } from './database.js';
import { StageFailed, Stages } from './stages.js';
import { devSecret, devToken } from './token.js';

const FAILED = 1;
const STORE_DOWN = 69;
const CONFIGURATION = 78;
const INTERRUPTED = 130;

async function start(settings: Settings, stages: Stages): Promise<void> {
  const database = await stages.run('database', () => openDatabase(settings));
  void database.exited.then(() => stages.end(STORE_DOWN, 'PostgreSQL has ended.'));

  await stages.run('migrations', async () => {
    const done = await migrate(database.url, migrations);
    return { note: done.length > 0 ? `${done.length} applied` : 'up to date' };
  });

  const secret = settings.authSecret ?? devSecret(settings.directory);
  console.log(`
  token    ${await devToken(secret)}`);
}

const stages = new Stages();
// Ctrl-C may reach us twice, from the terminal and from npm. SIGTERM is how a container is stopped: no failure.
process.on('SIGINT', () => void stages.end(INTERRUPTED));
process.on('SIGTERM', () => void stages.end(0));
try {
  await start(readSettings('dev'), stages);
} catch (error) {
  if (error instanceof InvalidSettings) await stages.end(CONFIGURATION, error.message);
  else if (error instanceof StageFailed && error.stage === 'database') await stages.end(STORE_DOWN, error.message);
  else await stages.end(FAILED, inspect(error));
}
