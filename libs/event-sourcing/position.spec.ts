import { describe, expect, it } from '@jest/globals';
import { assert, bigInt, property, string } from 'fast-check';
import { formatPosition, parsePosition, START } from './position.js';

const positions = bigInt({ min: 0n, max: 2n ** 63n - 1n });

describe('a position', () => {
  it('comes back unchanged from the text that clients carry', () => {
    assert(property(positions, (position) => parsePosition(formatPosition(position)) === position));
    expect(parsePosition(formatPosition(START))).toBe(START);
  });

  it('is never read from other text, nor beyond what a log can hold', () => {
    for (const text of ['', 'p', '17', 'p-1', 'pA', 'p 1', formatPosition(2n ** 63n), 'pzzzzzzzzzzzzzz']) {
      expect(parsePosition(text)).toBeUndefined();
    }
    assert(property(string(), (text) => text.startsWith('p') || parsePosition(text) === undefined));
  });
});
