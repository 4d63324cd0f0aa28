import { parentPort, workerData } from 'node:worker_threads';
import { openPool } from '../../libs/database/pool.js';
import { planMetric } from '../../libs/read-models/metric-plan/plan-metric.js';
import type { PlanThread } from './plan-thread.js';

// The thread of one plan: it ends with it.
const { databaseUrl, request } = workerData as PlanThread;
const pool = openPool(databaseUrl, { applicationName: 'rapport: plan', role: 'rapport_app', max: 2 });
try {
  parentPort!.postMessage(await planMetric(pool, request));
} finally {
  await pool.end();
}
