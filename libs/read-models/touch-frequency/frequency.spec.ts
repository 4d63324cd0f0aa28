import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adherence, count, DAY_MS, gaps, marks, per30Days, standing, tally, type History } from './frequency.js';
import { slowRhythm } from './testing/slow-reference.js';

const day = (days: number): number => days * DAY_MS;
const touch = (days: number, more: Partial<History['touches'][number]> = {}): History['touches'][number] => ({
  atMs: day(days),
  channel: 'EMAIL',
  direction: 'OUTBOUND',
  intent: 'GIVE',
  function: null,
  ...more,
});
const history = (more: Partial<History>): History => ({
  openedAtMs: 0,
  touches: [],
  cadences: [{ atMs: 0, intervalDays: 30, graceDays: 7 }],
  clock: [],
  stewards: [],
  ...more,
});

const hour = fc.integer({ min: 0, max: 1000 }).map((hours) => hours * 3_600_000);
const inOrder = <T extends { atMs: number }>(list: T[]): T[] => list.sort((x, y) => x.atMs - y.atMs);
const anyHistory: fc.Arbitrary<History> = fc.record({
  openedAtMs: hour,
  touches: fc
    .array(
      hour.map((atMs) => touch(atMs / DAY_MS)),
      { maxLength: 12 },
    )
    .map(inOrder),
  cadences: fc
    .array(
      fc.record({
        atMs: hour,
        intervalDays: fc.integer({ min: 1, max: 15 }),
        graceDays: fc.integer({ min: 0, max: 5 }),
      }),
      { maxLength: 4 },
    )
    .map(inOrder),
  clock: fc.array(fc.record({ atMs: hour, runs: fc.boolean() }), { maxLength: 4 }).map(inOrder),
  stewards: fc.constant([]),
});

const standingAt = (facts: History, atMs: number) => {
  const { lastTouchAtMs, dueAtMs, ...rest } = marks(facts, atMs);
  return { lastTouchAtMs, dueAtMs, ...standing({ lastTouchAtMs, dueAtMs, ...rest }, atMs) };
};

describe('cadence adherence', () => {
  it('is covered time by elapsed time: 30 + 20 + 25 days of 100 with touches on day 55 and 75', () => {
    const kept = adherence(history({ touches: [touch(55), touch(75)] }), day(100));
    expect(kept).toBeCloseTo((30 + 20 + 25) / 100, 12);
  });

  it('counts the opening as the first mark when there is no touch yet', () => {
    expect(adherence(history({}), day(20))).toBe(1);
    expect(adherence(history({}), day(60))).toBe(0.5);
  });

  it('starts at the first touch when that was before the opening', () => {
    const opened = history({ openedAtMs: day(50), touches: [touch(0), touch(100)] });
    expect(adherence(opened, day(100))).toBeCloseTo(30 / 100, 12);
  });

  it('splits the sum where the cadence changes', () => {
    const cadences = [
      { atMs: 0, intervalDays: 30, graceDays: 0 },
      { atMs: day(40), intervalDays: 10, graceDays: 0 },
    ];
    // 0..40 covers 30 of 40 days, 40..60 covers 10 of 20, 60..65 all of 5
    expect(adherence(history({ cadences, touches: [touch(60)] }), day(65))).toBeCloseTo(45 / 65, 12);
  });

  it('measures a history that is older than its first cadence by that cadence', () => {
    const cadences = [{ atMs: day(90), intervalDays: 30, graceDays: 0 }];
    expect(adherence(history({ cadences, touches: [touch(60)] }), day(100))).toBeCloseTo(60 / 100, 12);
    expect(adherence(history({ cadences, touches: [touch(60)] }), day(89))).toBeNull();
  });

  it('stands still while the relationship is lapsed', () => {
    const clock = [
      { atMs: day(20), runs: false },
      { atMs: day(500), runs: true },
    ];
    expect(adherence(history({ clock }), day(400))).toBe(1);
    expect(adherence(history({ clock }), day(520))).toBeCloseTo(30 / 40, 12);
  });
});

describe('due and overdue', () => {
  it('goes from ON_TRACK over DUE to OVERDUE as time passes', () => {
    const one = history({ touches: [touch(10)] });
    expect(standingAt(one, day(39))).toMatchObject({ status: 'ON_TRACK', dueAtMs: day(40), overdueDays: 0 });
    expect(standingAt(one, day(40)).status).toBe('DUE');
    expect(standingAt(one, day(47))).toMatchObject({ status: 'DUE', overdueDays: 0 });
    expect(standingAt(one, day(50))).toMatchObject({ status: 'OVERDUE', overdueDays: 3 });
  });

  it('knows no status without a cadence', () => {
    const none = history({ cadences: [], touches: [touch(10)] });
    expect(standingAt(none, day(50))).toEqual({
      lastTouchAtMs: day(10),
      dueAtMs: null,
      overdueDays: null,
      status: null,
    });
  });

  it('keeps what was overdue when the clock stopped, and goes on from there', () => {
    const stopped = [{ atMs: day(50), runs: false }];
    expect(standingAt(history({ clock: stopped }), day(900))).toMatchObject({
      status: 'LAPSED',
      dueAtMs: null,
      overdueDays: 13,
    });
    const again = [...stopped, { atMs: day(100), runs: true }];
    expect(standingAt(history({ clock: again }), day(102))).toMatchObject({ status: 'OVERDUE', overdueDays: 15 });
  });
});

describe('counts and gaps', () => {
  it('counts what lies in the window, its end included and its start not', () => {
    const three = history({ touches: [touch(10), touch(20), touch(40)] });
    expect(count(three, { asOfMs: day(40) })).toBe(3);
    expect(count(three, { asOfMs: day(40), windowDays: 20 })).toBe(1);
    expect(count(three, { asOfMs: day(39) })).toBe(2);
  });

  it('rates touches per 30 days of the window, or of the relationship when it is younger', () => {
    const three = history({ touches: [touch(10), touch(20), touch(40)] });
    expect(per30Days(three, { asOfMs: day(90) })).toBeCloseTo(1, 12);
    expect(per30Days(three, { asOfMs: day(45), windowDays: 30 })).toBeCloseTo(2, 12);
    expect(per30Days(three, { asOfMs: day(45), windowDays: 365 })).toBeCloseTo(2, 12);
    expect(per30Days(three, { asOfMs: 0 })).toBeNull();
  });

  it('tallies by what the touch was and by who was steward then', () => {
    const many = history({
      touches: [touch(5), touch(10, { channel: 'MEAL', function: 'LIAISON' }), touch(20)],
      stewards: [
        { atMs: day(8), stewardId: 'pty_anna' },
        { atMs: day(15), stewardId: null },
      ],
    });
    const at = { asOfMs: day(30) };
    expect(tally(many, 'channel', at)).toEqual([
      { key: 'EMAIL', count: 2 },
      { key: 'MEAL', count: 1 },
    ]);
    expect(tally(many, 'function', at)).toEqual([
      { key: null, count: 2 },
      { key: 'LIAISON', count: 1 },
    ]);
    expect(tally(many, 'steward', at)).toEqual([
      { key: null, count: 2 },
      { key: 'pty_anna', count: 1 },
    ]);
  });

  it('describes the gaps between touches', () => {
    const four = history({ touches: [touch(0), touch(10), touch(14), touch(30)] });
    const found = gaps(four, { asOfMs: day(100) });
    expect(found).toMatchObject({ n: 3, meanDays: 10, maxDays: 16, medianDays: 10 });
    expect(found.varianceDays2).toBeCloseTo(24, 12);
    expect(gaps(history({ touches: [touch(3)] }), { asOfMs: day(9) }).meanDays).toBeNull();
  });
});

describe('any history', () => {
  it('gives what a clock gives that walks through it hour by hour', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 0, max: 1500 }), (facts, hour) => {
        const fast = standingAt(facts, hour * 3_600_000);
        const slow = slowRhythm(facts, hour);
        expect(fast.status).toBe(slow.status);
        expect(fast.lastTouchAtMs).toBe(slow.lastTouchAtMs);
        expect(adherence(facts, hour * 3_600_000) ?? -1).toBeCloseTo(slow.adherence ?? -1, 9);
        expect(fast.overdueDays ?? -1).toBeCloseTo(slow.overdueDays ?? -1, 9);
      }),
      { numRuns: 500 },
    );
  });
});
