import fc from 'fast-check';
import type { Journey } from '../journey.js';

export const DAY_MS = 86_400_000;

/** A journey without times that led to one outcome. */
export const conversion = (...keys: readonly (string | null)[]): Journey => ({
  touchpoints: keys.map((key) => ({ key, atMs: 0 })),
  atMs: 0,
  conversions: 1,
  nulls: 0,
  values: [],
});

/** The same that led to nothing. */
export const lost = (...keys: readonly (string | null)[]): Journey => ({
  ...conversion(...keys),
  conversions: 0,
  nulls: 1,
});

/** A journey to an outcome on a day, with what was touched on which day before. */
export const dated = (day: number, touches: Readonly<Record<string, number>>): Journey => ({
  ...conversion(),
  touchpoints: Object.entries(touches).map(([key, day]) => ({ key, atMs: day * DAY_MS })),
  atMs: day * DAY_MS,
});

/** Names of up to so many sources, at least one. */
export const anyKeys = (sources: number): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...'ABCDEFGH'.slice(0, sources)), { minLength: 1, maxLength: 6 });

const day = fc.integer({ min: 0, max: 120 });

/** Any journey: with or without touches and milestones, won or lost, worth something or nothing. */
export const anyJourney: fc.Arbitrary<Journey> = fc
  .record({
    touches: fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D', null), day), { maxLength: 7 }),
    end: fc.integer({ min: 120, max: 150 }),
    made: fc.option(day, { nil: undefined }),
    accepted: fc.option(day, { nil: undefined }),
    conversions: fc.integer({ min: 0, max: 3 }),
    nulls: fc.integer({ min: 0, max: 2 }),
    values: fc.uniqueArray(
      fc.record({ currency: fc.constantFrom('EUR', 'USD'), amountMinor: fc.bigInt({ min: 0n, max: 10n ** 9n }) }),
      { selector: ({ currency }) => currency, maxLength: 2 },
    ),
  })
  .map(({ touches, end, made, accepted, ...rest }) => ({
    ...rest,
    touchpoints: touches.map(([key, day]) => ({ key, atMs: day * DAY_MS })).sort((x, y) => x.atMs - y.atMs),
    atMs: end * DAY_MS,
    madeAtMs: made === undefined ? undefined : made * DAY_MS,
    acceptedAtMs: accepted === undefined ? undefined : accepted * DAY_MS,
  }));
