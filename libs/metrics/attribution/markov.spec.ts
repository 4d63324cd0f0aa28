import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inverse } from './inverse.js';
import type { Journey } from './journey.js';
import { MOST_MARKOV_SOURCES, TooManySources, TransitionCounts } from './markov.js';
import { anyKeys, conversion, lost } from './testing/journeys.js';

const keysOf = ({ touchpoints }: Journey) => touchpoints.map(({ key }) => key);
function effectsOf(journeys: readonly Journey[]) {
  const transitions = new TransitionCounts();
  for (const journey of journeys) transitions.add(keysOf(journey), journey.conversions, journey.nulls);
  const { baseConversion, effects } = transitions.removalEffects();
  return { baseConversion, effects: new Map(effects.map(({ key, effect }) => [key, effect])) };
}

/**
 * The chance of conversion from the start, by walking: mass moves along transitions until hardly any is left. A source
 * that is removed leads to null.
 */
function walk(journeys: readonly Journey[], removed?: string): number {
  const counts = new Map<string, Map<string, number>>();
  const count = (from: string, to: string, times: number) => {
    const row = counts.get(from) ?? new Map<string, number>();
    counts.set(from, row.set(to, (row.get(to) ?? 0) + times));
  };
  for (const journey of journeys) {
    const steps = ['start', ...keysOf(journey).map(String)];
    const all = journey.conversions + journey.nulls;
    steps.slice(1).forEach((to, i) => count(steps[i]!, to, all));
    count(steps.at(-1)!, 'conversion', journey.conversions);
    count(steps.at(-1)!, 'null', journey.nulls);
  }
  let mass = new Map([['start', 1]]);
  let converted = 0;
  while ([...mass.values()].reduce((sum, part) => sum + part, 0) > 1e-13) {
    const next = new Map<string, number>();
    for (const [from, part] of mass) {
      const row = counts.get(from)!;
      const all = [...row.values()].reduce((sum, times) => sum + times, 0);
      for (const [to, times] of row) {
        const moved = (part * times) / all;
        if (to === 'conversion') converted += moved;
        else if (to !== 'null' && to !== removed) next.set(to, (next.get(to) ?? 0) + moved);
      }
    }
    mass = next;
  }
  return converted;
}

describe('removal effects', () => {
  // start -> A 2/3, start -> B 1/3; A -> B 1/2, A -> null 1/2; B -> conversion 1.
  // h_B = 1, h_A = 1/2, h = 2/3 * 1/2 + 1/3 = 2/3, as many as 2 conversions of 3 journeys.
  // Without A: 1/3 is left, half of h. Without B: nothing is. Shares 1/2 : 1, so of 2 outcomes 2/3 and 4/3.
  it('of A > B > conversion, A > null and B > conversion are 1/2 and 1', () => {
    const { baseConversion, effects } = effectsOf([conversion('A', 'B'), lost('A'), conversion('B')]);
    expect(baseConversion).toBeCloseTo(2 / 3, 12);
    expect(effects.get('A')).toBeCloseTo(1 / 2, 12);
    expect(effects.get('B')).toBeCloseTo(1, 12);
  });

  it('are not changed by steps of a source onto itself', () => {
    const once = effectsOf([conversion('A', 'B'), lost('A'), conversion('B')]);
    expect(effectsOf([conversion('A', 'A', 'B'), lost('A', 'A', 'A'), conversion('B', 'B')])).toEqual(once);
  });

  it('of journeys that all came to nothing are 0', () => {
    expect(effectsOf([lost('A', 'B')])).toEqual({
      baseConversion: 0,
      effects: new Map([
        ['A', 0],
        ['B', 0],
      ]),
    });
    expect(effectsOf([])).toEqual({ baseConversion: 0, effects: new Map() });
  });

  const journeys = fc.array(
    fc
      .tuple(anyKeys(6), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
      .map(([keys, conversions, nulls]) => ({ ...conversion(...keys), conversions, nulls })),
    { minLength: 1, maxLength: 10 },
  );

  it('are what the graph says that is built anew without each source', () => {
    fc.assert(
      fc.property(journeys, (all) => {
        const some = all.filter(({ conversions, nulls }) => conversions + nulls > 0);
        const { baseConversion, effects } = effectsOf(some);
        const conversions = some.reduce((sum, journey) => sum + journey.conversions, 0);
        const nulls = some.reduce((sum, journey) => sum + journey.nulls, 0);
        fc.pre(conversions > 0);
        expect(baseConversion).toBeCloseTo(conversions / (conversions + nulls), 10);
        for (const [key, effect] of effects) {
          expect(effect).toBeCloseTo(1 - walk(some, String(key)) / walk(some), 9);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('of more sources than can be compared in time are refused', () => {
    const transitions = new TransitionCounts();
    for (let i = 0; i <= MOST_MARKOV_SOURCES; i++) transitions.add([String(i)], 1, 0);
    expect(() => transitions.removalEffects()).toThrow(TooManySources);
  });
});

describe('the inverse of a matrix', () => {
  it('undoes it, rows in need of change of place too', () => {
    const matrix = [
      [0, 2, 1],
      [1, 0, 0],
      [3, 1, 0.5],
    ];
    expect(() => inverse(matrix)).toThrow(RangeError); // the third row is half of the first and three of the second
    const sound = [...matrix.slice(0, 2), [3, 1, 1]];
    const inverted = inverse(sound);
    sound.forEach((row, i) =>
      row.forEach((_, j) => {
        const product = row.reduce((sum, factor, k) => sum + factor * inverted[k]![j]!, 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      }),
    );
  });
});
