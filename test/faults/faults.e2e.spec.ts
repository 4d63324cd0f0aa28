import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Faults } from './faults.js';

/** The short form of `npm run test:faults`, with other faults at other moments in every run. */
const PATIENCE_MS = 300_000; // ends only what would never end
const seed = String(Math.floor(Math.random() * 1e9));

describe(`the ledger under load (npm run test:faults -- --cycles 6 --events 0 --seed ${seed})`, () => {
  let faults: Faults;
  beforeAll(async () => {
    faults = await Faults.open({ cycles: 6, seed, kinds: ['server', 'api', 'sessions', 'projector', 'rebuild'] });
  }, PATIENCE_MS);
  afterAll(() => faults.close());

  it('recovers whenever a part of it is killed', () => faults.run(), PATIENCE_MS);

  it('outlives the end of all its database sessions, idle too', () => faults.endIdleSessions(), PATIENCE_MS);

  it(
    'has lost nothing that it acknowledged, and counted nothing twice, live and rebuilt',
    async () => {
      const outcome = await faults.conclude();
      expect(outcome).toMatchObject({ lost: [], doubled: [], unknown: [], gaps: [], problems: [] });
      expect(outcome.acknowledged).toBe(outcome.events);
    },
    PATIENCE_MS,
  );
});
