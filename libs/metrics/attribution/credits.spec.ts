import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { creditsOf, MICROS, shareOut } from './credits.js';

const weights = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

describe('credits', () => {
  it('of thirds are 333334, 333333 and 333333', () => {
    expect(creditsOf([1, 1, 1])).toEqual([333_334, 333_333, 333_333]);
    expect(creditsOf([1, 1, 1], 2 * MICROS)).toEqual([666_667, 666_667, 666_666]);
  });

  it('go by the largest remainder, equal ones to the first', () => {
    expect(creditsOf([1, 2, 4], 10)).toEqual([1, 3, 6]);
    expect(creditsOf([1, 1], 3)).toEqual([2, 1]);
    expect(creditsOf([0, 5])).toEqual([0, MICROS]);
  });

  it('sum to the outcomes exactly, each within one of its share', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 10_000 }), (weights, outcomes) => {
        fc.pre(sum(weights) > 0);
        const credits = creditsOf(weights, outcomes * MICROS);
        expect(sum(credits)).toBe(outcomes * MICROS);
        credits.forEach((credit, i) => {
          expect(Number.isInteger(credit)).toBe(true);
          expect(Math.abs(credit - (weights[i]! / sum(weights)) * outcomes * MICROS)).toBeLessThan(1.001);
        });
      }),
    );
  });

  it('share out money of any size to the last unit', () => {
    expect(shareOut(100n, creditsOf([1, 1, 1]))).toEqual([34n, 33n, 33n]);
    expect(shareOut(1n, [1, 1])).toEqual([1n, 0n]);
    const amount = 2n ** 62n + 1n;
    expect(shareOut(amount, creditsOf([3, 2, 2])).reduce((all, share) => all + share)).toBe(amount);
  });
});
