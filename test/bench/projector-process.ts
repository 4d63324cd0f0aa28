import { ProjectedPositions } from '../../libs/projecting/positions.js';
import { startProjector } from '../../libs/projecting/projector.js';
import { followHealth } from '../../libs/read-models/health/follow-health.js';
import { projections } from '../../libs/read-models/read-models.js';
import { openLedger } from './ledger.js';
import { serve } from './process.js';

export interface CaughtUp {
  /** From the start until the read models showed the head of the log. */
  readonly seconds: number;
  readonly memoryMb: number;
}

/** Projects some read models, or all and live health beside them; says so when they have caught up, and goes on. */
serve(async ({ url, names }: { url: string; names?: readonly string[] }) => {
  const ledger = await openLedger(url);
  const positions = new ProjectedPositions(ledger.pool);
  const wanted = projections.filter(({ name }) => names?.includes(name) ?? true);
  const head = await ledger.store.head();
  const begun = performance.now();
  const projector = startProjector({ ...ledger, projections: wanted, report: console.error });
  const readModels = wanted.map(({ name }) => name);
  const { reached } = await positions.waitFor(readModels, head, PATIENCE_MS);
  if (!reached) throw new Error(`${readModels.join()} did not get to the head of the log.`);
  const health = names ? undefined : followHealth(ledger.pool, console.error);
  const answer: CaughtUp = {
    seconds: (performance.now() - begun) / 1000,
    memoryMb: process.resourceUsage().maxRSS / 1024,
  };
  return {
    answer,
    async stop() {
      await Promise.all([projector.stop(), health?.stop()]);
      await positions.close();
      await ledger.close();
    },
  };
});

const PATIENCE_MS = 30 * 60_000;
