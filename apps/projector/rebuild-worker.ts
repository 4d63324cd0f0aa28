import { parentPort, workerData } from 'node:worker_threads';
import { openPool } from '../../libs/database/pool.js';
import { rebuild } from '../../libs/projecting/rebuild.js';
import { compile } from '../../libs/projecting/tables.js';
import { projections } from '../../libs/read-models/read-models.js';
import { openLog } from '../api/open-log.js';
import type { RebuildThread } from './rebuild-thread.js';

// The thread of one rebuild: it ends with it, or when it is told to.
const { databaseUrl, eventStoreUrl, job } = workerData as RebuildThread;
const stopping = new AbortController();
parentPort!.once('message', () => {
  stopping.abort();
});
const report = (problem: string): void => {
  parentPort!.postMessage(problem);
};

const projection = projections.find(({ name }) => name === job.projection);
if (!projection) throw new Error(`There is no read model ${job.projection}.`);
const pool = openPool(databaseUrl, { applicationName: 'rapport: rebuild', role: 'rapport_app', max: 6 });
try {
  const store = await openLog({ databaseUrl, eventStoreUrl });
  try {
    await rebuild({ pool, store, projection: compile(projection), build: job.build }, stopping.signal, report);
  } finally {
    await store.close();
  }
} finally {
  await pool.end();
  parentPort!.close();
}
