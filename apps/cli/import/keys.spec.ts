import { describe, expect, it } from '@jest/globals';
import { inOrder, Keys } from './keys.js';

describe('keys of what a source names', () => {
  const keys = new Keys('crm');

  it('show opaque ids and hide what names a person: a key stays when the person is erased', () => {
    expect(keys.of('touch', 'T-17')).toBe('crm:touch:T-17');
    expect(keys.party('ann@example.com')).toMatch(/^crm:party:~[\w-]{22}$/);
    expect(keys.party('ann@example.com')).not.toBe(keys.party('bob@example.com'));
  });

  it('are the same for two parties whichever is named first', () => {
    expect(keys.tie('PEER', '10', '9')).toBe('crm:tie:PEER:9+10');
    expect(keys.tie('PEER', '9', '10')).toBe(keys.tie('PEER', '10', '9'));
    expect(inOrder('07', '7')).toEqual(inOrder('7', '07'));
  });

  it('of rows without id tell equal rows apart, in the same way each time', () => {
    const once = new Keys('crm');
    const contents = ['a', 'b', 'a', 'a'];
    const all = contents.map((content) => once.row('touch', content));
    expect(new Set(all).size).toBe(4);
    const again = new Keys('crm');
    expect(contents.map((content) => again.row('touch', content))).toEqual(all);
  });
});
