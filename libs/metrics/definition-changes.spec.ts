import { describe, expect, it } from '@jest/globals';
import { definitionChanges } from './definition-changes.js';
import { readDefault } from './testing/default.js';

describe('what differs between two definitions', () => {
  const was = readDefault();

  it('is nothing when they are one', () => {
    expect(definitionChanges(was, readDefault())).toEqual([]);
  });

  it('is told by field, and of components, bands and caps by name', () => {
    const components = was.components.flatMap((each) =>
      each.name === 'mix' ? [] : each.name === 'recency' ? { ...each, weight: 35 } : each,
    );
    const bands = was.bands.map((band) => (band.name === 'GREEN' ? { ...band, from: 75 } : band));
    expect(definitionChanges(was, { ...was, cadenceDays: 21, components, bands })).toEqual([
      { path: ['cadenceDays'], before: 30, after: 21 },
      { path: ['components', 'recency', 'weight'], before: 20, after: 35 },
      { path: ['components', 'mix'], before: expect.objectContaining({ type: 'mix' }), after: undefined },
      { path: ['bands', 'GREEN', 'from'], before: 70, after: 75 },
    ]);
  });

  it('is their order, when that is all', () => {
    const components = was.components.toReversed();
    const names = was.components.map(({ name }) => name);
    expect(definitionChanges(was, { ...was, components })).toEqual([
      { path: ['components'], before: names, after: names.toReversed() },
    ]);
  });

  it('is all of it when there was none', () => {
    const paths = definitionChanges(null, was).map(({ path }) => path.join('.'));
    expect(paths).toEqual(Object.keys(was));
  });
});
