import { Applier, type Work } from './applier.js';
import { retrying } from './retry.js';

/**
 * Keeps a live build at the head of the log until the signal aborts. While a batch is written the next one gathers in
 * the log; subscriptions at the same place share their reads, which the store sees to. Rejects with what stops only
 * this projection: `PoisonEvent`, `LogChanged`, `StaleWorker`.
 */
export async function follow(work: Work, signal: AbortSignal, report: (problem: string) => void): Promise<void> {
  await retrying(signal, report, async (progressed) => {
    const applier = await Applier.open(work);
    const types = work.projection.eventTypes;
    for await (const page of work.store.subscribe({ from: applier.position, types, signal })) {
      await applier.apply(page);
      progressed();
    }
  });
}
