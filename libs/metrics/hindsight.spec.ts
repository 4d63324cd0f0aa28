import { describe, expect, it } from '@jest/globals';
import { fateOf, HindsightTally, knownThen } from './hindsight.js';
import { dayMs, said, touch } from './testing/facts.js';

const opened = said('OPENED', 0);
const referred = (...days: readonly number[]) => days.map((day) => said('REFERRAL', day));

describe('what became of a relationship', () => {
  it('is that it lapsed, or ended, or neither', () => {
    expect(fateOf([opened, touch(3)], dayMs(900))).toEqual({ openedAt: dayMs(0), lostAt: null, endedAt: null });
    expect(fateOf([opened, said('LAPSED', 50)], dayMs(60))).toMatchObject({ lostAt: dayMs(50) });
    expect(fateOf([opened, said('LAPSED', 50)], dayMs(40))).toMatchObject({ lostAt: null });
    expect(fateOf([opened, said('ENDED', 50)], dayMs(60))).toMatchObject({ lostAt: null, endedAt: dayMs(50) });
  });

  it('is that its referrals ended: three within a year, then none for 90 days', () => {
    const habit = [opened, ...referred(10, 40, 70)];
    expect(fateOf(habit, dayMs(159))).toMatchObject({ lostAt: null });
    expect(fateOf(habit, dayMs(160))).toMatchObject({ lostAt: dayMs(160) });
    expect(fateOf([...habit, ...referred(150)], dayMs(200))).toMatchObject({ lostAt: null });
    expect(fateOf([opened, ...referred(10, 40)], dayMs(900))).toMatchObject({ lostAt: null });
    expect(fateOf([opened, ...referred(10, 200, 400)], dayMs(900))).toMatchObject({ lostAt: null });
  });

  it('is no loss of referrals when it had ended before that could be seen', () => {
    const facts = [opened, ...referred(10, 40, 70), said('ENDED', 100)];
    expect(fateOf(facts, dayMs(400))).toMatchObject({ lostAt: null, endedAt: dayMs(100) });
  });
});

describe('what was known at a moment', () => {
  const early = touch(10, { recordedAt: dayMs(10), position: 100 });
  const late = touch(20, { recordedAt: dayMs(90), position: 300 });
  const retracted = touch(5, { recordedAt: dayMs(5), position: 90, retractedAtPosition: 200 });
  const takenBackAt = (position: number): number => (position === 200 ? dayMs(60) : Infinity);
  const known = (day: number) => knownThen([retracted, early, late], dayMs(day), takenBackAt);

  it('leaves out what was learnt later, and holds what was taken back later', () => {
    expect(known(4)).toBeNull();
    expect(known(30)).toEqual([retracted, early]);
    expect(known(60)).toEqual([early]);
    expect(known(90)).toEqual([early, late]);
  });

  it('is only what had happened by then', () => {
    expect(knownThen([touch(50, { recordedAt: dayMs(1), position: 1 })], dayMs(2), takenBackAt)).toEqual([]);
  });
});

describe('hindsight', () => {
  it('says how many of the lost were flagged before, and how many of the flagged were lost', () => {
    const tally = new HindsightTally();
    tally.add({ isLost: true, flagged: { before: false, after: true } });
    tally.add({ isLost: true, flagged: { before: true, after: true } });
    tally.add({ isLost: true, flagged: { before: false, after: false } });
    tally.add({ isLost: true, flagged: null });
    tally.add({ isLost: false, flagged: { before: false, after: true } });
    expect(tally.summary()).toEqual({
      ...{ lost: 4, kept: 1, unknownLost: 1, unknownKept: 0 },
      before: { lost: 1, kept: 0, recall: 1 / 3, precision: 1 },
      after: { lost: 2, kept: 1, recall: 2 / 3, precision: 2 / 3 },
    });
  });

  it('says nothing of nobody', () => {
    expect(new HindsightTally().summary().before).toEqual({ lost: 0, kept: 0, recall: null, precision: null });
  });
});
