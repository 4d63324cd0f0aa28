import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { described } from './described.js';

use([BarChart, GridComponent, LegendComponent, SVGRenderer]);

interface Spread {
  readonly scored: number;
  readonly mean: number | null;
  readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

export interface PlanPicture {
  /** What is compared: `relationship-health@1`, and what the proposed one is called. */
  readonly names: readonly [string, string];
  readonly relationships: number;
  readonly affected: number;
  readonly distribution: { readonly before: Spread; readonly after: Spread };
  readonly bandMoves: readonly { readonly from: string | null; readonly to: string | null; readonly count: number }[];
}

const [WIDTH, HEIGHT] = [960, 360];
/** Apart also for those who see few colours, and in print. */
const COLOURS = ['#9aa5b1', '#1f5fa8'];

/** How scores spread before and after, as SVG: two bars for every five points. */
export function planChart(picture: PlanPicture): string {
  const { names, distribution } = picture;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      color: COLOURS,
      legend: { top: 0, data: [...names] },
      grid: { left: 56, right: 24, top: 40, bottom: 48 },
      xAxis: {
        type: 'category',
        name: 'score',
        nameLocation: 'middle',
        nameGap: 28,
        data: distribution.before.bins.map(({ from, to }) => `${String(from)}–${String(to)}`),
        axisLabel: { interval: 1 },
      },
      yAxis: { type: 'value', name: 'relationships', minInterval: 1 },
      series: [distribution.before, distribution.after].map(({ bins }, index) => ({
        type: 'bar',
        name: names[index],
        barGap: '10%',
        data: bins.map(({ count }) => count),
      })),
    });
    return described(chart.renderToSVGString(), `${names[1]} beside ${names[0]}`, told(picture));
  } finally {
    chart.dispose();
  }
}

function told({ relationships, affected, distribution: { before, after }, bandMoves }: PlanPicture): string {
  const mean = ({ mean }: Spread): string => (mean === null ? 'none' : mean.toFixed(1));
  const moves = bandMoves.map(
    ({ from, to, count }) => `${from ?? 'no score'} to ${to ?? 'no score'}: ${String(count)}`,
  );
  return [
    `${String(affected)} of ${String(relationships)} relationships are affected.`,
    `The mean score goes from ${mean(before)} to ${mean(after)}.`,
    moves.length > 0 ? `Other bands: ${moves.join(', ')}.` : 'No band changes.',
  ].join(' ');
}
