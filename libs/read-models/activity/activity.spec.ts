import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asksVersusGives, byFunction, channelMix, reciprocity, weakest } from './activity.js';
import { shareOf, sharesOf } from './shares.js';

const touch = (direction: string, intent = 'SERVE', part: string | null = null, atMs = 0) => ({
  atMs,
  channel: 'EMAIL',
  direction,
  intent,
  function: part,
});

describe('shares in basis points', () => {
  it('give what rounding leaves to the largest remainders, the first one of equals', () => {
    expect(sharesOf([1, 1, 1])).toEqual([3334, 3333, 3333]);
    expect(sharesOf([2, 1])).toEqual([6667, 3333]);
    expect(sharesOf([0, 7])).toEqual([0, 10_000]);
    expect(sharesOf([0, 0])).toEqual([0, 0]);
    expect(sharesOf([])).toEqual([]);
  });

  it('sum to the whole, each less than one point from its exact share', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 20 }), (weights) => {
        const sum = weights.reduce((x, y) => x + y, 0);
        fc.pre(sum > 0);
        const shares = sharesOf(weights);
        expect(shares.reduce((x, y) => x + y, 0)).toBe(10_000);
        shares.forEach((share, i) => expect(Math.abs(share - (weights[i]! * 10_000) / sum)).toBeLessThan(1));
      }),
    );
  });

  it('of nothing are nothing', () => {
    expect(shareOf(0, 0)).toBeNull();
    expect(shareOf(0, 2)).toBe(0);
    expect(shareOf(1.5, 0.5)).toBe(7500);
  });
});

describe('the channel mix', () => {
  const used = [
    { key: 'EMAIL', count: 3 },
    { key: 'MEAL', count: 1 },
  ];

  it('is as far from its target as half the sum of the differences', () => {
    expect(channelMix(used, { EMAIL: 5000, MEAL: 2500, FAX: 2500 })).toEqual({
      shares: [
        { channel: 'EMAIL', count: 3, shareBp: 7500 },
        { channel: 'MEAL', count: 1, shareBp: 2500 },
      ],
      distanceBp: 2500,
    });
    expect(channelMix(used, { EMAIL: 7500, MEAL: 2500 }).distanceBp).toBe(0);
    expect(channelMix(used, { FAX: 10_000 }).distanceBp).toBe(10_000);
  });

  it('is at no distance without a target, nor before the first touch', () => {
    expect(channelMix(used, null).distanceBp).toBeNull();
    expect(channelMix([], { FAX: 10_000 })).toEqual({ shares: [], distanceBp: null });
  });
});

describe('who turns to whom', () => {
  it('takes MUTUAL for half in each direction', () => {
    const touches = [touch('INBOUND'), touch('MUTUAL'), touch('OUTBOUND'), touch('OUTBOUND')];
    expect(reciprocity(touches)).toEqual({ inbound: 1.5, outbound: 2.5, inboundBp: 3750 });
    expect(reciprocity([])).toEqual({ inbound: 0, outbound: 0, inboundBp: null });
  });
});

describe('asks and gives', () => {
  it('are those of our side', () => {
    const touches = [
      touch('OUTBOUND', 'ASK'),
      touch('OUTBOUND', 'SELL'),
      touch('INBOUND', 'ASK'),
      touch('MUTUAL', 'GIVE'),
      touch('OUTBOUND', 'CELEBRATE'),
      touch('OUTBOUND', 'LISTEN'),
    ];
    expect(asksVersusGives(touches, [])).toEqual({ asks: 2, gives: 1.5, shareBp: 5714 });
  });

  it('are of trust actions, too', () => {
    const actions = [
      { atMs: 0, meaning: 'GIVE' },
      { atMs: 0, meaning: 'GIVE' },
      { atMs: 0, meaning: 'ASK' },
    ] as const;
    expect(asksVersusGives([touch('OUTBOUND', 'ASK')], actions)).toEqual({ asks: 2, gives: 2, shareBp: 5000 });
    expect(asksVersusGives([], [])).toEqual({ asks: 0, gives: 0, shareBp: null });
  });
});

describe('the parts of the organisation', () => {
  const touches = [
    touch('OUTBOUND', 'SERVE', 'FOOD', 1),
    touch('OUTBOUND', 'SERVE', null, 2),
    touch('OUTBOUND', 'SERVE', 'BILLING', 3),
    touch('OUTBOUND', 'SERVE', 'FOOD', 4),
  ];
  const opinion = (part: string | null, sentimentBp: number) => ({ atMs: 5, function: part, sentimentBp });

  it('come in the order of their touches, with the last one of each and what is thought of them', () => {
    const opinions = [opinion('FOOD', -5000), opinion('FOOD', -4999), opinion('CLINICAL', -9000), opinion(null, 7)];
    expect(byFunction(touches, opinions)).toEqual([
      { function: 'FOOD', touches: 2, lastTouchAtMs: 4, opinions: 2, sentimentBp: -4999 },
      { function: 'BILLING', touches: 1, lastTouchAtMs: 3, opinions: 0, sentimentBp: null },
      { function: null, touches: 1, lastTouchAtMs: 2, opinions: 1, sentimentBp: 7 },
    ]);
  });

  it('are as strong as the one that is thought worst of', () => {
    const of = (...opinions: ReturnType<typeof opinion>[]) => weakest(byFunction(touches, opinions))?.function;
    expect(of(opinion('FOOD', 300), opinion('BILLING', 200))).toBe('BILLING');
    expect(of(opinion('FOOD', 200), opinion('BILLING', 200))).toBe('FOOD');
    expect(of(opinion(null, -200), opinion('FOOD', 100))).toBe('FOOD');
    expect(of()).toBeUndefined();
  });
});
