import { describe, expect, it } from '@jest/globals';
import { compile } from './fold.js';
import { readDefault } from './testing/default.js';
import { commitment, dayMs, said, touch } from './testing/facts.js';
import { dump, restore, STATE_FORMAT } from './state.js';

const metric = compile(readDefault());
const state = metric.foldAll(
  [
    said('OPENED', 0, { detail: 'CARE' }),
    touch(0),
    touch(30, { direction: 'INBOUND' }),
    commitment('COMMITMENT_KEPT', 40, 'cmt_1'),
    commitment('COMMITMENT_MADE', 50, 'cmt_2', { dueAt: dayMs(60) }),
  ],
  { asOf: dayMs(75) },
);

const [first, second, made] = [0, 30, 50].map(dayMs);

/** By place, what differs from a state that nothing was folded into. */
const WRITTEN: readonly (readonly [place: number, value: number | undefined])[] = [
  [0, made],
  [1, made],
  [2, 5],
  [3, first],
  [9, 1],
  [10, 18588991.999386255],
  [13, 1],
  [14, second],
  [15, 7],
  [16, 21.749932820740113],
  [17, second],
  [20, second],
  [21, 3],
  [54, 3],
  [55, 228209.6068646991],
  [56, 203311.64622307115],
  [58, 431521.25308777025],
  [75, 2],
  [79, 35468556.82724957],
];

describe('a state that is written down', () => {
  it('says the same as ever; else its format is another one, and STATE_FORMAT wants to be raised', () => {
    const { numbers, rest } = dump(state);
    const [written, initial] = [restore({ numbers, rest }).numbers, metric.init().numbers];
    const differing = [...written.entries()].filter(([place, value]) => value !== initial[place]);
    expect(STATE_FORMAT).toBe(1);
    expect(written.length).toBe(86);
    expect(differing.map(([place]) => place)).toEqual(WRITTEN.map(([place]) => place));
    for (const [place, value] of WRITTEN) expect(written[place]! / value!).toBeCloseTo(1, 12);
    expect(rest).toEqual({ relationshipKind: 'CARE', promises: { cmt_2: dayMs(60) } });
  });

  it('is read from bytes wherever they lie', () => {
    const { numbers, rest } = dump(state);
    const elsewhere = new Uint8Array(numbers.length + 3);
    elsewhere.set(numbers, 3);
    expect(restore({ numbers: elsewhere.subarray(3), rest })).toEqual(state);
  });
});
