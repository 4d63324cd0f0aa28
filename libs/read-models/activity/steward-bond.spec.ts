import { describe, expect, it } from '@jest/globals';
import { january as day } from '../../event-sourcing/testing/given.js';
import { stewardBond } from './steward-bond.js';

const NOTHING = { handOvers: 0, warmHandOvers: 0 };
const days = (...carried: [from: number, to: number][]) =>
  stewardBond(
    carried.map(([from, to]) => ({ from: day(from), to: day(to) })),
    { own: 0, others: 0 },
    NOTHING,
  ).daysCarried;

describe('the bond with a steward', () => {
  it('counts each day once, whether one relationship was carried in it or several', () => {
    expect(days()).toBe(0);
    expect(days([1, 11])).toBe(10);
    expect(days([1, 11], [5, 8])).toBe(10);
    expect(days([5, 15], [1, 11])).toBe(14);
    expect(days([1, 3], [10, 13])).toBe(5);
  });

  it('is the share of contact that was while this steward carried it', () => {
    const bond = (own: number, others: number) => stewardBond([], { own, others }, NOTHING).shareBp;
    expect(bond(3, 1)).toBe(7500);
    expect(bond(0, 0)).toBeNull();
  });
});
