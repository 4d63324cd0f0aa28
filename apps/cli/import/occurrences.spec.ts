import { describe, expect, it } from '@jest/globals';
import { Occurrences } from './occurrences.js';

describe('counting equal rows', () => {
  it('numbers each kind of row by itself, also among many', () => {
    const occurrences = new Occurrences();
    const hashes = Array.from({ length: 20_000 }, (_, index) => 1 + index * 449_803_003);
    expect(hashes.map((hash) => occurrences.count(hash)).every((count) => count === 0)).toBe(true);
    expect(hashes.map((hash) => occurrences.count(hash)).every((count) => count === 1)).toBe(true);
    expect(occurrences.count(hashes[7]!)).toBe(2);
    expect(occurrences.count(2 ** 53 - 1)).toBe(0);
  });
});
