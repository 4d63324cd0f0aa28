import { describe, expect, it } from '@jest/globals';
import { healthChart } from './health-chart.js';

const point = (day: number, score: number | null, definitionVersion = 'relationship-health@1') => ({
  at: `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`,
  score,
  band: score === null ? null : score > 50 ? 'GREEN <1>' : 'RED',
  definitionVersion,
});

describe('the chart of a score', () => {
  it('says in words what it shows', () => {
    const svg = healthChart({
      relationshipId: 'rel_x',
      points: [point(1, null), point(10, 80), point(20, 41.26)],
      entries: [{ kind: 'TOUCH', occurredAt: '2026-01-05T00:00:00.000Z' }],
    });
    expect(svg).toMatch(/^<svg role="img" aria-labelledby="title desc" [^>]*>/);
    expect(svg).toContain('<title id="title">Health of rel_x</title>');
    expect(svg).toContain('From 2026-01-01 to 2026-01-20 it went from unknown to 41.3 (RED), with 1 entries.');
  });

  it('names the version that took over, and escapes what people named', () => {
    const points = [point(1, 80), point(10, 70), point(20, 90, 'relationship-health@2')];
    const svg = healthChart({ relationshipId: 'rel_x', points, entries: [] });
    expect(svg).toContain('relationship-health@2');
    expect(svg).not.toContain('relationship-health@1');
    expect(svg).toContain('(GREEN &lt;1&gt;)');
  });

  it('is drawn of nothing, too', () => {
    expect(healthChart({ relationshipId: 'rel_x', points: [], entries: [] })).toContain('Nothing is known of it.');
  });
});
