import { openLedger, tell } from './ledger.js';
import { serve } from './process.js';

export interface Filled {
  readonly events: number;
  readonly perSecond: number;
  readonly memoryMb: number;
}

/** Tells stories to a ledger through the one way in, as an API that gets them would. */
serve(async ({ url, events, seed }: { url: string; events: number; seed: string }) => {
  const ledger = await openLedger(url);
  const begun = performance.now();
  await tell(ledger, events, seed);
  const seconds = (performance.now() - begun) / 1000;
  const made = Number(await ledger.store.head());
  const answer: Filled = {
    events: made,
    perSecond: made / seconds,
    memoryMb: process.resourceUsage().maxRSS / 1024,
  };
  return { answer, stop: () => ledger.close() };
});
