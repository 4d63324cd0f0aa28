import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Applying } from './applying.js';

/** The short form of `npm run test:faults -- --apply 30`, with other faults at other moments in every run. */
const PATIENCE_MS = 300_000; // ends only what would never end
const CYCLES = 4;
const seed = String(Math.floor(Math.random() * 1e9));

describe(`a definition that is applied (npm run test:faults -- --apply ${String(CYCLES)} --seed ${seed})`, () => {
  let applying: Applying;
  beforeAll(async () => {
    applying = await Applying.open({ cycles: CYCLES, seed, relationships: 300 });
  }, PATIENCE_MS);
  afterAll(() => applying.close());

  it(
    'leaves the old one serving until it does itself, whoever is killed, and goes on when it is applied again',
    async () => {
      await applying.run();
      expect(await applying.conclude()).toEqual({ cycles: CYCLES, problems: [] });
    },
    PATIENCE_MS,
  );
});
