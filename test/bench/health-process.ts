import { LiveHealth } from '../../libs/read-models/health/live-health.js';
import { openLedger } from './ledger.js';
import { serve } from './process.js';

export interface BuiltHealth {
  readonly seconds: number;
  readonly memoryMb: number;
}

/** Builds live health from nothing until it serves, and says so. */
serve(async ({ url }: { url: string }) => {
  const ledger = await openLedger(url);
  const begun = performance.now();
  const health = await LiveHealth.takeOver(ledger.pool);
  while (await health.proceed());
  const answer: BuiltHealth = {
    seconds: (performance.now() - begun) / 1000,
    memoryMb: process.resourceUsage().maxRSS / 1024,
  };
  return { answer, stop: () => ledger.close() };
});
