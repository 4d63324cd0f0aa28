import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from './canonical.js';

describe('canonical JSON', () => {
  it('is what RFC 8785 says, as another implementation has it', () => {
    const text = fc.string({ unit: 'grapheme' });
    const key = fc.oneof(
      text,
      fc.constantFrom('10', '9', '01', '__proto__', 'toString', '', '€', '\u{1F600}', '\u{FB33}'),
    );
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
      tree: fc.oneof(
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree), (data) => expect(canonicalJson(data)).toBe(canonicalize(data))),
      { numRuns: 1000 },
    );
  });

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
  });

  it('has no place for numbers that are none, and half of a surrogate pair', () => {
    for (const value of [NaN, Infinity, '\ud83d']) expect(() => canonicalJson({ list: [value] })).toThrow(RangeError);
    expect(() => canonicalJson({ '\ud83d': 1 })).toThrow();
  });
});
