import { describe, expect, it } from '@jest/globals';
import { parseStream, streamName, TENANT } from './stream.js';

describe('the name of a stream', () => {
  it('says category, tenant and id, and gives them back', () => {
    const stream = streamName('relationship', 'north_2', 'rel_1.2-3');
    expect(stream).toBe('relationship-north_2.rel_1.2-3');
    expect(parseStream(stream)).toEqual({ category: 'relationship', tenantId: 'north_2', id: 'rel_1.2-3' });
  });

  it('is none of ours when any part is missing', () => {
    for (const name of [
      '$ce-relationship',
      'relationship',
      'relationship-demo',
      'relationship-Demo.rel_1',
      '-demo.rel_1',
    ]) {
      expect(parseStream(name)).toBeUndefined();
    }
  });

  it('holds only tenants that can be told from the rest of it', () => {
    expect(['demo', 'a', '0_9'].every((tenant) => TENANT.test(tenant))).toBe(true);
    expect(['', 'a.b', 'a-b', 'A', 'ä', 'x'.repeat(41)].some((tenant) => TENANT.test(tenant))).toBe(false);
  });
});
