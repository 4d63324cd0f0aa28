import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
/** Whatever has not happened by then never will: the run ends and says what it waited for. */
const PATIENCE_MS = 120_000;

/** Waits until something is so. */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
): Promise<Found> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await delay(LOOK_EVERY_MS)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`It never came to this: ${what}.`);
}
