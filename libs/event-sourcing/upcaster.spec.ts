import { describe, expect, it } from '@jest/globals';
import { UnknownSchemaVersion, upcast, type Upcasters } from './upcaster.js';

// The worked example: a visit once had `hours`, then `minutes`, then said in whose words it is told.
const upcasters: Upcasters = {
  VisitNoted: [
    ({ hours, ...rest }) => ({ ...rest, minutes: Number(hours) * 60 }),
    (data) => ({ ...data, toldBy: 'STEWARD' }),
  ],
};
const read = (version: number, data: Record<string, unknown>) => upcast('VisitNoted', version, 3, data, upcasters);

describe('an event of an older shape', () => {
  it('passes every step from its own version to the newest', () => {
    expect(read(1, { place: 'clinic', hours: 0.5 })).toEqual({ place: 'clinic', minutes: 30, toldBy: 'STEWARD' });
    expect(read(2, { place: 'clinic', minutes: 45 })).toEqual({ place: 'clinic', minutes: 45, toldBy: 'STEWARD' });
  });

  it('is left as it is when it has the newest shape', () => {
    const data = { place: 'clinic', minutes: 45, toldBy: 'CLIENT' };
    expect(read(3, data)).toBe(data);
  });

  it('stays as it was stored: reading changes nothing', () => {
    const stored = Object.freeze({ place: 'clinic', hours: 2 });
    expect(read(1, stored)).not.toBe(stored);
    expect(stored).toEqual({ place: 'clinic', hours: 2 });
  });

  it('of a version that only a newer program knows is refused: it would be misread', () => {
    expect(() => read(4, {})).toThrow(UnknownSchemaVersion);
  });

  it('without a step for its version is a bug, and stops', () => {
    expect(() => upcast('VisitNoted', 1, 2, {}, {})).toThrow('No upcaster turns VisitNoted version 1 into 2.');
  });
});
