import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { described } from './described.js';

use([LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer]);

export interface HealthCurve {
  readonly relationshipId: string;
  /** Rising. */
  readonly points: readonly {
    readonly at: string;
    /** 0 to 100; null where nothing was known. */
    readonly score: number | null;
    readonly band: string | null;
    readonly definitionVersion: string;
  }[];
  readonly entries: readonly { readonly kind: string; readonly occurredAt: string }[];
}

const [WIDTH, HEIGHT] = [960, 360];

/**
 * The curve of a score as SVG: a mark at the foot for every entry, a line wherever another version of the definition
 * came into force. It says in words what it shows, for those who do not see it.
 */
export function healthChart(curve: HealthCurve): string {
  const { points, entries } = curve;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      grid: { left: 48, right: 24, top: 24, bottom: 40 },
      xAxis: { type: 'time' },
      yAxis: { type: 'value', min: 0, max: 100 },
      series: [
        {
          type: 'line',
          showSymbol: false,
          data: points.map(({ at, score }) => [at, score]),
          markLine: {
            silent: true,
            symbol: 'none',
            data: versionsOf(points).map(({ at, definitionVersion }) => ({ xAxis: at, name: definitionVersion })),
            label: { formatter: '{b}' },
          },
        },
        { type: 'scatter', symbolSize: 5, data: entries.map(({ occurredAt }) => [occurredAt, 1]) },
      ],
    });
    return described(chart.renderToSVGString(), `Health of ${curve.relationshipId}`, told(curve));
  } finally {
    chart.dispose();
  }
}

/** Where a version takes over from another. */
const versionsOf = (points: HealthCurve['points']): HealthCurve['points'] =>
  points.filter(
    ({ definitionVersion }, index, all) => index > 0 && definitionVersion !== all[index - 1]!.definitionVersion,
  );

/** The curve in words. */
function told({ points, entries }: HealthCurve): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return 'Nothing is known of it.';
  const spoken = ({ score, band }: HealthCurve['points'][number]): string =>
    score === null ? 'unknown' : `${score.toFixed(1)}${band === null ? '' : ` (${band})`}`;
  return `From ${first.at.slice(0, 10)} to ${last.at.slice(0, 10)} it went from ${spoken(first)} to ${spoken(last)}, with ${String(entries.length)} entries.`;
}
