import { describe, expect, it } from '@jest/globals';
import { missing, type Build, type Control, type Known } from './builds.js';

const control: Control = {
  paused: false,
  rebuildAsked: 0n,
  rebuildDone: 0n,
  mayDiffer: false,
  rollbackAsked: 0n,
  rollbackDone: 0n,
};
const known = (versions: { live?: number; next?: number; previous?: number }, asked: Partial<Control> = {}): Known => ({
  control: { ...control, ...asked },
  builds: Object.entries(versions).map(([role, version]): Build => ({
    schema: `toy_v${String(version)}`,
    projection: 'toy',
    version,
    role: role.toUpperCase() as Build['role'],
    phase: 'FOLLOWING',
    mustEqual: true,
    position: 0n,
    error: null,
    free: true,
    owner: null,
  })),
});

describe('what builds a program has to make', () => {
  it('is a first one where there is none', () => {
    expect(missing(1, known({}))).toBe('first');
  });
  it('is nothing while its version is live or on the way', () => {
    expect(missing(1, known({ live: 1 }))).toBeUndefined();
    expect(missing(2, known({ live: 1, next: 2 }))).toBeUndefined();
  });
  it('is the next one for a newer version, also in the place of one that is on the way', () => {
    expect(missing(2, known({ live: 1 }))).toBe('next');
    expect(missing(3, known({ live: 1, next: 2 }))).toBe('next');
  });
  it('is nothing for an older version: that is the business of the older program', () => {
    expect(missing(1, known({ live: 2 }))).toBeUndefined();
    expect(missing(1, known({ live: 2, previous: 1 }, { rebuildAsked: 5n }))).toBeUndefined();
  });
  it('is nothing for a version that was rolled back, until a rebuild is asked for', () => {
    const rolledBack = { live: 1, previous: 2 };
    expect(missing(2, known(rolledBack, { rollbackAsked: 9n, rollbackDone: 9n }))).toBeUndefined();
    expect(missing(2, known(rolledBack, { rebuildAsked: 11n }))).toBe('next');
  });
  it('is the previous one when a rollback is asked for and its version is ours', () => {
    expect(missing(1, known({ live: 2, previous: 1 }, { rollbackAsked: 7n }))).toBe('previous');
    expect(missing(2, known({ live: 2, previous: 1 }, { rollbackAsked: 7n }))).toBeUndefined();
  });
  it('is what was asked for last', () => {
    const both = { live: 1, previous: 1 };
    expect(missing(1, known(both, { rollbackAsked: 7n, rebuildAsked: 8n }))).toBe('next');
    expect(missing(1, known(both, { rollbackAsked: 8n, rebuildAsked: 7n }))).toBe('previous');
  });
});
