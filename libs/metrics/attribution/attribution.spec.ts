import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Attribution, type AttributionResult, type Credited } from './attribution.js';
import { MICROS } from './credits.js';
import type { Journey } from './journey.js';
import type { AttributionModel } from './models.js';
import { anyJourney, conversion, lost } from './testing/journeys.js';

const MODELS: readonly AttributionModel[] = [
  'FIRST',
  'LAST',
  'LINEAR',
  'TIME_DECAY',
  'POSITION',
  'W',
  'MARKOV',
  'SHAPLEY',
];

function attribute(model: AttributionModel, journeys: readonly Journey[]): AttributionResult {
  const attribution = new Attribution(model, { halfLifeDays: 7 });
  for (const journey of journeys) attribution.add(journey);
  return attribution.result();
}

const creditsIn = (result: AttributionResult) => result.rows.map(({ key, creditMicros }) => [key, creditMicros]);
const amountIn = ({ values }: Credited, currency: string): bigint =>
  values.find((value) => value.currency === currency)?.amountMinor ?? 0n;

describe('attribution', () => {
  it('by MARKOV splits the outcomes by removal effects: 2/3 and 4/3', () => {
    const result = attribute('MARKOV', [conversion('A', 'B'), lost('A'), conversion('B')]);
    expect(creditsIn(result)).toEqual([
      ['B', 1_333_333],
      ['A', 666_667],
    ]);
    expect(result.rows).toMatchObject([{ outcomes: 2 }, { outcomes: 1 }]);
  });

  it('by SHAPLEY, LINEAR and LAST differs for a source that comes twice', () => {
    const journeys = [conversion('A', 'A', 'B')];
    expect(creditsIn(attribute('SHAPLEY', journeys))).toEqual([
      ['A', 500_000],
      ['B', 500_000],
    ]);
    expect(creditsIn(attribute('LINEAR', journeys))).toEqual([
      ['A', 666_667],
      ['B', 333_333],
    ]);
    expect(creditsIn(attribute('LAST', journeys))[0]).toEqual(['B', MICROS]);
  });

  it('shows what nothing led to as unattributed', () => {
    const worth = { values: [{ currency: 'USD', amountMinor: 100n }] };
    for (const model of MODELS) {
      const result = attribute(model, [
        { ...conversion(), ...worth },
        { ...conversion('A'), ...worth },
      ]);
      expect(result.unattributed).toEqual({ creditMicros: MICROS, outcomes: 1, ...worth });
      expect(result.total).toMatchObject({ creditMicros: 2 * MICROS, outcomes: 2 });
      expect(result.rows).toEqual([{ key: 'A', creditMicros: MICROS, outcomes: 1, ...worth }]);
    }
  });

  it.each(MODELS)('by %s sums to the outcomes and to their worth, per currency, to the last unit', (model) => {
    fc.assert(
      fc.property(fc.array(anyJourney, { maxLength: 12 }), (journeys) => {
        const { rows, unattributed, total } = attribute(model, journeys);
        const won = journeys.filter(({ conversions }) => conversions > 0);
        const sum = rows.reduce((all, { creditMicros }) => all + creditMicros, unattributed.creditMicros);
        expect(sum).toBe(total.creditMicros);
        expect(sum).toBe(MICROS * won.reduce((all, { conversions }) => all + conversions, 0));
        for (const currency of ['EUR', 'USD']) {
          const split = [...rows, unattributed].reduce((all, row) => all + amountIn(row, currency), 0n);
          expect(split).toBe(amountIn(total, currency));
          const worth = won.flatMap(({ values }) => values.filter((value) => value.currency === currency));
          expect(split).toBe(worth.reduce((all, { amountMinor }) => all + amountMinor, 0n));
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(MODELS)('by %s does not depend on the order in which journeys come', (model) => {
    const shuffled = fc
      .array(anyJourney, { maxLength: 12 })
      .chain((journeys) =>
        fc.tuple(fc.constant(journeys), fc.shuffledSubarray(journeys, { minLength: journeys.length })),
      );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(attribute(model, other)).toEqual(attribute(model, one));
      }),
      { numRuns: 60 },
    );
  });
});
