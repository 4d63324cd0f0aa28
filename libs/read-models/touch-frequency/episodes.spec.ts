import { describe, expect, it } from '@jest/globals';
import { fromMillis } from '../../event-sourcing/instant.js';
import { episodes } from './episodes.js';

const told = (clock: readonly [atMs: number, runs: boolean][]) =>
  episodes({ openedAtMs: 0, clock: clock.map(([atMs, runs]) => ({ atMs, runs })) }).map(({ from, to }) => [from, to]);
const at = (ms: number) => fromMillis(ms);

describe('the episodes of a relationship', () => {
  it('are one that lasts, until it lapses', () => {
    expect(told([])).toEqual([[at(0), null]]);
    expect(told([[5, false]])).toEqual([[at(0), at(5)]]);
  });

  it('begin anew with every return, and end with the end', () => {
    const clock: [number, boolean][] = [
      [5, false],
      [8, true],
      [9, false],
      [12, true],
      [20, false],
    ];
    expect(told(clock)).toEqual([
      [at(0), at(5)],
      [at(8), at(9)],
      [at(12), at(20)],
    ]);
  });

  it('are not ended twice when it ends while it is lapsed', () => {
    expect(
      told([
        [5, false],
        [9, false],
      ]),
    ).toEqual([[at(0), at(5)]]);
  });
});
