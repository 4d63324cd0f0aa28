import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { Attribution } from './attribution.js';
import type { Journey } from './journey.js';
import { barePaths, PathProblem } from './paths.js';

async function read(text: string): Promise<Journey[]> {
  const journeys: Journey[] = [];
  for await (const journey of barePaths(Readable.from([text]))) journeys.push(journey);
  return journeys;
}
const path = (keys: readonly string[], conversions: number, nulls: number, micros: bigint) => ({
  touchpoints: keys.map((key) => ({ key, atMs: 0 })),
  atMs: 0,
  conversions,
  nulls,
  values: micros === 0n ? [] : [{ currency: '', amountMinor: micros }],
});

describe('bare paths', () => {
  it('are lines of sources, conversions, value and nulls', async () => {
    expect(await read('A > B > C,2,0.244,3\n\n"D, E > A",0,0,1\n')).toEqual([
      path(['A', 'B', 'C'], 2, 3, 244_000n),
      path(['D, E', 'A'], 0, 1, 0n),
    ]);
  });

  it('may have a head, other delimiters, and no nulls', async () => {
    const published = '\uFEFFpath;total_conversions;total_conversion_value\r\neta > iota;1;3.195\r\n;4;1\r\n';
    expect(await read(published)).toEqual([path(['eta', 'iota'], 1, 0, 3_195_000n), path([], 4, 0, 1_000_000n)]);
    expect(await read('A\t1')).toEqual([path(['A'], 1, 0, 0n)]);
  });

  it.each([
    ['A,1\nB,x\n', 2, 'conversions'],
    ['A,1,0,0\nA > > B,1,0,0\n', 2, 'no name'],
    ['A,1.5\n', 1, 'whole number'],
    ['A,1,-2\n', 1, 'value'],
    ['A,0,2,1\n', 1, 'without a conversion'],
    ['A,1,2,3,4\n', 1, 'more than'],
    ['A,1\n"B,1\n', 2, 'Quote'],
  ])('%j is refused with its line', async (text, line, problem) => {
    const refused = await read(text).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PathProblem);
    expect(refused).toMatchObject({ line, message: expect.stringContaining(problem) });
  });

  it('run through every model: the paths of the small case, ten times each', async () => {
    const attribution = new Attribution('MARKOV', { halfLifeDays: 7 });
    for await (const journey of barePaths(Readable.from(['A > B,10,5,0\nA,0,0,10\nB,10,5,0\n'])))
      attribution.add(journey);
    expect(attribution.result()).toMatchObject({
      rows: [
        { key: 'B', creditMicros: 13_333_333, values: [{ amountMinor: 6_666_666n }] },
        { key: 'A', creditMicros: 6_666_667, values: [{ amountMinor: 3_333_334n }] },
      ],
      total: { outcomes: 20 },
    });
  });
});
