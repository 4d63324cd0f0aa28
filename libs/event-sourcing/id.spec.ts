import { describe, expect, it } from '@jest/globals';
import { assert, property, string, uint8Array } from 'fast-check';
import { deriveId, fromUuid, isId, toUuid } from './id.js';

const uuids = uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
});

describe('an id', () => {
  it('comes back unchanged from the form in which databases keep it', () => {
    assert(property(uuids, (uuid) => toUuid(fromUuid(uuid)) === uuid));
  });

  it('sorts as its bytes do', () => {
    assert(property(uuids, uuids, (one, other) => fromUuid(one) < fromUuid(other) === one < other));
  });

  it('follows from its parts alone', () => {
    assert(
      property(string(), string(), (tenant, key) => deriveId('rel', tenant, key) === deriveId('rel', tenant, key)),
    );
    expect(deriveId('pty', 'demo', 'import:1')).toBe('pty_2be9bqwdb53n2tqx26dzcpcjyd');
  });

  it('differs where any part differs, also where only the border between parts moves', () => {
    expect(deriveId('rel', 'ab', 'c')).not.toBe(deriveId('rel', 'a', 'bc'));
    expect(deriveId('rel', 'a').slice(4)).not.toBe(deriveId('tch', 'a').slice(4));
  });

  it('is known by its prefix, and text that was never handed out is not taken for one', () => {
    assert(property(string(), (key) => isId('tch', deriveId('tch', key)) && !isId('rel', deriveId('tch', key))));
    const id = deriveId('rel', 'a');
    for (const text of [
      '',
      'rel',
      'rel_',
      id.slice(0, -1),
      `${id}0`,
      id.toUpperCase(),
      `rel_8${id.slice(5)}`,
      `${id.slice(0, -1)}u`,
    ]) {
      expect(isId('rel', text)).toBe(false);
    }
  });
});
