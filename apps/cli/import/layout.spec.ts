import { describe, expect, it } from '@jest/globals';
import { delimiterOf, looksLikeData, preambleOf } from './layout.js';

describe('the layout of a file', () => {
  it.each([
    ['a,b\n1,2\n', ','],
    ['name;note\nx;"1,2"\ny;"3,4,5"\n', ';'],
    ['a\tb c\td\n1\t2 3\t4\n', '\t'],
    ['1 2 1082008561\n3 4 1082008562\n', ' '],
    ['first name,last name\nAnn,Lee Low\n', ','],
    ['a|b\n1|2\n', '|'],
    ['only\none\n', ','],
  ])('of %j is cut by %j', (text, delimiter) => {
    expect(delimiterOf(text)).toBe(delimiter);
  });

  it('may begin with comments', () => {
    expect(preambleOf('# one\n% two\n\n1 2\n')).toEqual({ lines: 3, rest: '1 2\n' });
    expect(preambleOf('a,b\n#1,2\n')).toEqual({ lines: 0, rest: 'a,b\n#1,2\n' });
  });

  it('has names in the first row unless a number or a time is there', () => {
    expect(looksLikeData(['from', 'to', 'at'])).toBe(false);
    expect(looksLikeData(['ann', 'bob', '2024-01-01'])).toBe(true);
    expect(looksLikeData(['7', 'x'])).toBe(true);
  });
});
