import { describe, expect, it } from '@jest/globals';
import type { ComponentDefinition } from './definition.js';
import { compile } from './fold.js';
import { commitment, dayMs, touch } from './testing/facts.js';

const alone = (component: ComponentDefinition, green: number) =>
  compile({
    metric: 'alone',
    cadenceDays: 30,
    components: [component],
    bands: [
      { name: 'GREEN', from: green },
      { name: 'RED', from: 0 },
    ],
  });

describe('when the band changes next', () => {
  it('is known from the half-life, after the grace', () => {
    const metric = alone({ type: 'recency', name: 'recency', weight: 1, mode: 'GRACE', halfLifeDays: 20 }, 50);
    const state = metric.foldAll([touch(0)], { asOf: dayMs(1) });
    const next = metric.nextBandChangeAt(state, dayMs(1))!;
    expect(next - dayMs(50)).toBeGreaterThan(0);
    expect(next - dayMs(50)).toBeLessThanOrEqual(60_000);
    expect(metric.nextBandChangeAt(state, dayMs(1), 40)).toBeUndefined();
    expect(metric.nextBandChangeAt(state, dayMs(51))).toBeUndefined();
  });

  it('is right after a promise is due, though the score recovers from it and from what was broken', () => {
    const promises = { type: 'commitments', name: 'c', weight: 1, halfLifeDays: 20, overdueWeight: 0.5 } as const;
    const metric = alone(promises, 28);
    const broken = ['a', 'b', 'c', 'd'].map((id) => commitment('COMMITMENT_BROKEN', 0, id));
    const open = commitment('COMMITMENT_MADE', 1, 'open', { dueAt: dayMs(30) });
    const state = metric.foldAll([...broken, open], { asOf: dayMs(29) });
    expect(metric.nextBandChangeAt(state, dayMs(29))).toBe(dayMs(30) + 1);
    expect(metric.value(state, dayMs(1000)).band).toBe('GREEN');
  });

  it('may be to a better one, as what was bad fades', () => {
    const feedback = { type: 'decayed', name: 'd', weight: 1, when: 'kind == "TOUCH"', halfLifeDays: 10 } as const;
    const metric = alone({ ...feedback, saturation: { mode: 'LINEAR', full: 1 }, inverted: true }, 50);
    const state = metric.foldAll([touch(0)], { asOf: dayMs(0) });
    expect(Math.abs(metric.nextBandChangeAt(state, dayMs(0))! - dayMs(10))).toBeLessThanOrEqual(60_000);
  });

  it('is never where there is no score', () => {
    const metric = alone({ type: 'frequency', name: 'f', weight: 1, halfLifeDays: 20 }, 50);
    expect(metric.nextBandChangeAt(metric.init(), dayMs(0))).toBeUndefined();
  });
});

describe('a touch that may count twice', () => {
  const once = { type: 'frequency', name: 'f', weight: 1, halfLifeDays: 60, dedupeMinutes: 15 } as const;
  const metric = alone(once, 50);
  const valueOf = (...minutes: number[]) => {
    const facts = minutes.map((minute) => touch(minute / 1440));
    return metric.value(metric.foldAll(facts, { asOf: dayMs(1) }), dayMs(1)).components[0]!.value!;
  };

  it('counts once with those close before it, each the reach of the next', () => {
    expect(valueOf(0, 10, 20)).toBe(valueOf(0));
    expect(valueOf(0, 10, 26)).toBe(valueOf(0, 26));
    expect(valueOf(0, 26)).toBeGreaterThan(valueOf(0) * 1.9);
  });

  it('is not folded out of order: whether it counts, and what after it, is seen from all facts', () => {
    const state = metric.foldAll([touch(20 / 1440)], { asOf: dayMs(1) });
    expect(metric.step(state, touch(10 / 1440))).toBe(false);
    expect(metric.step(state, touch(10 / 1440, { channel: 'EMAIL' }))).toBe(true);
  });
});
