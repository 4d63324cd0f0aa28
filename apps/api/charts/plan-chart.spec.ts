import { describe, expect, it } from '@jest/globals';
import { planChart, type PlanPicture } from './plan-chart.js';

const bins = (...counts: readonly number[]) =>
  Array.from({ length: 20 }, (_, at) => ({ from: at * 5, to: at * 5 + 5, count: counts[at] ?? 0 }));
const picture: PlanPicture = {
  names: ['relationship-health@1', 'proposed <2>'],
  ...{ relationships: 3, affected: 2 },
  distribution: {
    before: { scored: 3, mean: 4, bins: bins(2, 1) },
    after: { scored: 0, mean: null, bins: bins() },
  },
  bandMoves: [{ from: 'RED', to: null, count: 2 }],
};

describe('the chart of a plan', () => {
  it('says in words what it shows, and escapes what people named', () => {
    const svg = planChart(picture);
    expect(svg).toMatch(/^<svg role="img" aria-labelledby="title desc" [^>]*><title id="title">/);
    expect(svg).toContain('<title id="title">proposed &lt;2&gt; beside relationship-health@1</title>');
    expect(svg).toContain('2 of 3 relationships are affected. The mean score goes from 4.0 to none.');
    expect(svg).toContain('Other bands: RED to no score: 2.');
    expect(svg).not.toContain('proposed <2>');
  });

  it('has a bar for every count, as high as it is', () => {
    const bars = planChart(picture).matchAll(/<path d="M\S+ \S+l15\.3 0l0 -([\d.]+)[^>]*fill="#9aa5b1"/g);
    const [two, one, ...others] = [...bars].map(([, height]) => Number(height));
    expect(two! / one!).toBeCloseTo(2, 1);
    expect(others).toEqual([]);
  });
});
