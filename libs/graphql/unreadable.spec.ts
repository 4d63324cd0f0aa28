import { describe, expect, it } from '@jest/globals';
import { misreadIn, nearest, Unreadable } from './unreadable.js';

describe('what cannot be read', () => {
  it('is found wherever it stands', () => {
    const problem = new Unreadable('INVALID_INPUT', 'no');
    expect(misreadIn({ input: { a: problem, b: [{ c: 1 }, { c: problem }], d: null } })).toEqual([
      { problem, path: ['input', 'a'] },
      { problem, path: ['input', 'b', '1', 'c'] },
    ]);
  });
});

describe('the nearest name', () => {
  const CHANNELS = ['EMAIL', 'FAX', 'PHONE_CALL', 'VIDEO_CALL'];
  it.each([
    ['EMIAL', 'EMAIL'],
    ['email', 'EMAIL'],
    ['PHONECALL', 'PHONE_CALL'],
    ['TELEGRAM', undefined],
    ['', undefined],
    ['X'.repeat(100_000), undefined],
  ])('to %s is %s', (name, expected) => {
    expect(nearest(name, CHANNELS)).toBe(expected);
  });
});
