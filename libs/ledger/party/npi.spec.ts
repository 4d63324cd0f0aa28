import { describe, expect, it } from '@jest/globals';
import { assert, integer, property } from 'fast-check';
import { isNpi } from './npi.js';

describe('an NPI', () => {
  it('is ten digits whose last one checks the others behind the prefix 80840', () => {
    // The example of the standard: 123456789 has the check digit 3.
    expect(isNpi('1234567893')).toBe(true);
    expect(['1245319599', '1679576722', '1003000126'].every(isNpi)).toBe(true);
  });

  it('has exactly one check digit for the nine digits before it', () => {
    assert(
      property(integer({ min: 100_000_000, max: 999_999_999 }), (nine) => {
        const right = Array.from({ length: 10 }, (_, digit) => `${String(nine)}${String(digit)}`).filter(isNpi);
        expect(right).toHaveLength(1);
      }),
    );
  });

  it('is nothing else', () => {
    for (const text of ['1234567890', '123456789', '12345678930', ' 1234567893', '1234567893\n', '123456789三', '']) {
      expect(isNpi(text)).toBe(false);
    }
  });
});
