import { describe, expect, it } from '@jest/globals';
import type { MetricDefinition } from './definition.js';
import { compile } from './fold.js';
import { commitment, dayMs, touch } from './testing/facts.js';

/** The golden case of domain.md 5a. */
const golden: MetricDefinition = {
  metric: 'golden',
  cadenceDays: 30,
  components: [
    { type: 'recency', name: 'recency', weight: 0.3, mode: 'GRACE', halfLifeDays: 60 },
    { type: 'frequency', name: 'frequency', weight: 0.3, halfLifeDays: 60 },
    { type: 'reciprocity', name: 'reciprocity', weight: 0.2, halfLifeDays: 60, ideal: 0.5 },
    { type: 'commitments', name: 'commitments', weight: 0.2 },
    {
      ...{ type: 'decayed', name: 'D', weight: 0, when: 'kind == "TOUCH"', halfLifeDays: 60 },
      saturation: { mode: 'LINEAR', full: 1000 },
    },
  ],
  bands: [
    { name: 'GREEN', from: 70 },
    { name: 'RED', from: 0 },
  ],
};
const facts = [
  touch(0, { direction: 'OUTBOUND' }),
  touch(30, { direction: 'INBOUND' }),
  touch(60, { direction: 'OUTBOUND' }),
  commitment('COMMITMENT_KEPT', 20, 'one'),
  commitment('COMMITMENT_KEPT', 40, 'two'),
  commitment('COMMITMENT_BROKEN', 50, 'three'),
];

describe('the golden case', () => {
  const metric = compile(golden);
  const value = metric.value(metric.foldAll(facts, { asOf: dayMs(75) }), dayMs(75));
  const of = (name: string) => value.components.find((each) => each.name === name)!;

  it('has the decayed sum, the components and the score of the book', () => {
    expect(of('D').value! * 1000).toBeCloseTo(1.8559481804, 9);
    expect(of('recency').value).toBe(1);
    expect(of('frequency').value).toBeCloseTo(0.6432226242, 9);
    expect(of('reciprocity').value).toBeCloseTo(0.6407544821, 9);
    expect(1 - of('reciprocity').value!).toBeCloseTo(1 - 2 * 0.320377241, 9);
    expect(of('commitments').value).toBeCloseTo(0.6, 9);
    expect(value.score).toBeCloseTo(74.1117683681, 9);
  });

  it('has the contributions of the book, which are the score', () => {
    const contributions = value.components.map(({ contribution }) => contribution);
    [30, 19.2966787275, 12.8150896406, 12, 0].forEach((points, index) => {
      expect(contributions[index]).toBeCloseTo(points, 9);
    });
    expect(contributions.reduce((sum, points) => sum + points, 0)).toBe(value.score);
  });
});
