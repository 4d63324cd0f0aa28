import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { creditsOf } from './credits.js';
import type { Journey } from './journey.js';
import { byKey, sharesOf, type JourneyModel } from './models.js';
import { anyKeys, conversion, DAY_MS, dated } from './testing/journeys.js';

/** Credits of a journey, touch by touch. */
const credits = (model: JourneyModel, journey: Journey, halfLifeDays = 7): number[] =>
  creditsOf(sharesOf(model, journey, { halfLifeDays }).map(({ weight }) => weight));

describe('one journey', () => {
  it('FIRST and LAST give all to one end', () => {
    expect(credits('FIRST', conversion('A', 'B', 'C'))).toEqual([1_000_000, 0, 0]);
    expect(credits('LAST', conversion('A', 'B', 'C'))).toEqual([0, 0, 1_000_000]);
  });

  it('LINEAR gives everybody the same', () => {
    expect(credits('LINEAR', conversion('A', 'B', 'C'))).toEqual([333_334, 333_333, 333_333]);
  });

  it('TIME_DECAY gives 1/7, 2/7 and 4/7 for ages of 14, 7 and 0 days at a half-life of 7', () => {
    const journey = dated(14, { A: 0, B: 7, C: 14 });
    const shares = sharesOf('TIME_DECAY', journey, { halfLifeDays: 7 }).map(({ weight }) => weight / 1.75);
    shares.forEach((share, i) => expect(share).toBeCloseTo([1 / 7, 2 / 7, 4 / 7][i]!, 12));
    expect(credits('TIME_DECAY', journey)).toEqual([142_857, 285_714, 571_429]);
  });

  it('TIME_DECAY stays sane for touches that are ages away', () => {
    expect(credits('TIME_DECAY', dated(1_000_000, { A: 0, B: 1 }), 0.5)).toEqual([200_000, 800_000]);
  });

  it('POSITION gives .4, .2 shared and .4; alone all of it; of two a half each', () => {
    expect(credits('POSITION', conversion('A', 'B', 'C', 'D'))).toEqual([400_000, 100_000, 100_000, 400_000]);
    expect(credits('POSITION', conversion('A'))).toEqual([1_000_000]);
    expect(credits('POSITION', conversion('A', 'B'))).toEqual([500_000, 500_000]);
  });

  it('POSITION gives the ends what a definition says', () => {
    const uneven = { halfLifeDays: 7, firstShare: 0.2, lastShare: 0.7 };
    const weights = (...keys: string[]) =>
      sharesOf('POSITION', conversion(...keys), uneven).map(({ weight }) => weight);
    expect(creditsOf(weights('A', 'B', 'C'))).toEqual([200_000, 100_000, 700_000]);
    expect(creditsOf(weights('A', 'B'))).toEqual([222_222, 777_778]);
  });

  it('SHAPLEY gives 1/d to each of d distinct sources, however often they come', () => {
    const shares = sharesOf('SHAPLEY', conversion('B', 'A', 'B', 'B'), { halfLifeDays: 7 });
    expect(shares).toEqual([
      { key: 'A', weight: 1 },
      { key: 'B', weight: 1 },
    ]);
  });
});

describe('W', () => {
  const journey = (more: Partial<Journey>) => ({ ...dated(50, { A: 0, B: 10, C: 20, D: 30, E: 40 }), ...more });
  const [made, accepted] = [{ madeAtMs: 15 * DAY_MS }, { acceptedAtMs: 30 * DAY_MS }];

  it('gives .3 to the first touch, .3 at MADE, .3 at ACCEPTED, and .1 shared by the rest', () => {
    expect(credits('W', journey({ ...made, ...accepted }))).toEqual([300_000, 300_000, 50_000, 300_000, 50_000]);
  });

  it('leaves the part of an absent milestone to the others', () => {
    expect(credits('W', journey(made))).toEqual([428_572, 428_571, 47_619, 47_619, 47_619]);
    expect(credits('W', journey({ ...made, acceptedAtMs: 60 * DAY_MS }))).toEqual(credits('W', journey(made)));
    expect(credits('W', journey({ madeAtMs: -DAY_MS, ...accepted }))[3]).toBe(428_571);
    expect(credits('W', dated(50, { A: 0, B: 10 }))).toEqual([750_000, 250_000]);
  });

  it('gives a touch that stands at several milestones for each', () => {
    expect(credits('W', { ...dated(50, { A: 0, B: 45 }), ...made, ...accepted })).toEqual([900_000, 100_000]);
    expect(credits('W', { ...dated(50, { A: 0 }), ...made, ...accepted })).toEqual([1_000_000]);
    expect(credits('W', { ...dated(50, { A: 0, B: 10 }), ...made, ...accepted })).toEqual([333_333, 666_667]);
  });
});

describe('SHAPLEY by definition', () => {
  /** v(S): journeys that S can bring about alone. The mean marginal contribution over all coalitions, one by one. */
  function bruteForce(journeys: readonly (readonly string[])[], sources: readonly string[]): Map<string, number> {
    const maskOf = (keys: readonly string[]) => keys.reduce((mask, key) => mask | (1 << sources.indexOf(key)), 0);
    const masks = journeys.map(maskOf);
    const worth = (coalition: number) => masks.filter((mask) => (mask & ~coalition) === 0).length;
    const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
    const n = sources.length;
    return new Map(
      sources.map((source, place) => {
        let value = 0;
        for (let coalition = 0; coalition < 1 << n; coalition++) {
          if (coalition & (1 << place)) continue;
          const size = [...coalition.toString(2)].filter((bit) => bit === '1').length;
          const marginal = worth(coalition | (1 << place)) - worth(coalition);
          value += ((factorial(size) * factorial(n - size - 1)) / factorial(n)) * marginal;
        }
        return [source, value];
      }),
    );
  }

  it('is what all coalitions of up to 8 sources say', () => {
    fc.assert(
      fc.property(fc.array(anyKeys(8), { minLength: 1, maxLength: 8 }), (journeys) => {
        const sources = [...new Set(journeys.flat())].sort(byKey);
        const expected = bruteForce(journeys, sources);
        for (const source of sources) {
          const value = journeys.reduce((sum, keys) => {
            const shares = sharesOf('SHAPLEY', conversion(...keys), { halfLifeDays: 7 });
            return sum + (shares.some(({ key }) => key === source) ? 1 / shares.length : 0);
          }, 0);
          expect(value).toBeCloseTo(expected.get(source)!, 9);
        }
      }),
      { numRuns: 60 },
    );
  });
});
