import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ProjectorOptions, RebuildJob } from '../../libs/projecting/projector.js';
import type { LogPlace } from '../api/open-log.js';

export interface RebuildThread extends LogPlace {
  readonly job: RebuildJob;
}

/**
 * Rebuilds in a thread of their own, with connections of their own: the API and the live read models of the process
 * keep their speed. What the thread reports goes to `report`.
 */
export const rebuildInThread =
  (place: LogPlace, report: (problem: string) => void): NonNullable<ProjectorOptions['rebuildElsewhere']> =>
  async (job, signal) => {
    const workerData: RebuildThread = { ...place, job };
    const thread = new Worker(new URL('./rebuild-worker.js', import.meta.url), { workerData });
    thread.on('message', report);
    const stop = () => {
      thread.postMessage('stop');
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      await once(thread, 'exit'); // rejects with an error that ended the thread
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
