import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PlanFigures, PlanMetric, PlanRequest } from '../../libs/read-models/metric-plan/plan-metric.js';

export interface PlanThread {
  readonly databaseUrl: string;
  readonly request: PlanRequest;
}

/**
 * Plans in a thread of their own, one after the other: requests are answered meanwhile as ever, and the memory that plans
 * take at once is that of one.
 */
export function planInThread(databaseUrl: string): PlanMetric {
  let before: Promise<unknown> = Promise.resolve();
  return (request) => {
    const plan = before.then(() => run({ databaseUrl, request }));
    before = plan.catch(() => undefined);
    return plan;
  };
}

async function run(workerData: PlanThread): Promise<PlanFigures> {
  const thread = new Worker(new URL('./plan-worker.js', import.meta.url), { workerData });
  try {
    const [figures] = (await once(thread, 'message')) as [PlanFigures]; // rejects with an error that ended the thread
    return figures;
  } finally {
    await thread.terminate();
  }
}
