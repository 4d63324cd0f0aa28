import type { Hindsight, Warning } from '../../../libs/metrics/hindsight.js';
import { count, duration, table } from '../terminal.js';

interface Version {
  readonly metric: string;
  readonly version: number;
}
interface Spread {
  readonly scored: number;
  readonly mean: number | null;
  readonly quartiles: readonly number[] | null;
  readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}
/** A plan as the API gives it. */
export interface ShownPlan {
  readonly hash: string;
  readonly published: Version | null;
  readonly inForce: Version | null;
  readonly asOf: string;
  readonly position: string;
  readonly changes: readonly {
    readonly path: readonly string[];
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly relationships: number;
  readonly affected: number;
  readonly distribution: { readonly before: Spread; readonly after: Spread };
  readonly bandMoves: readonly { readonly from: string | null; readonly to: string | null; readonly count: number }[];
  readonly movers: readonly {
    readonly relationshipId: string;
    readonly before: number;
    readonly after: number;
    readonly points: number;
    readonly because: string | null;
    readonly relationship: { readonly a: { displayName: string }; readonly b: { displayName: string } } | null;
  }[];
  readonly rankCorrelation: { readonly spearman: number | null; readonly kendall: number | null };
  readonly hindsight: Hindsight & { readonly days: number; readonly knowing: 'THEN' | 'NOW' };
  readonly cost: { readonly relationships: number; readonly facts: number; readonly milliseconds: number };
}

/** A plan for people. */
export function planReport(plan: ShownPlan): string {
  const { inForce, published, changes, relationships, affected, cost, asOf } = plan;
  const before = inForce ? nameOf(inForce) : 'nothing of that metric';
  const after = published ? nameOf(published) : 'the file';
  const work = `${count(cost.relationships)} relationships, ${count(cost.facts)} facts in ${duration(cost.milliseconds / 1000)}`;
  if (changes.length === 0) return `${after} is as ${before}. Nothing changes (${work}).`;
  return [
    `${after} beside ${before}, as of ${asOf.slice(0, 10)} (${work})`,
    section('what differs', table(changes.map(({ path, ...change }) => [path.join('.'), arrow(change)]))),
    section('who is affected', `${count(affected)} of ${count(relationships)} relationships`),
    section('bands', plan.bandMoves.length === 0 ? 'no moves' : table(plan.bandMoves.map(bandRow))),
    section('scores', spreads(plan.distribution)),
    section('who moves most', plan.movers.length === 0 ? 'nobody' : table(plan.movers.map(moverRow))),
    section(
      'order',
      `Spearman ${figure(plan.rankCorrelation.spearman)}, Kendall ${figure(plan.rankCorrelation.kendall)}`,
    ),
    section('in hindsight', hindsight(plan.hindsight)),
  ].join('\n\n');
}

const nameOf = ({ metric, version }: Version): string => `${metric}@${String(version)}`;
const figure = (value: number | null, digits = 3): string => (value === null ? '-' : value.toFixed(digits));
const share = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(0)} %`);
const section = (title: string, text: string): string => `${title}\n${text.replace(/^/gm, '  ')}`;
const arrow = ({ before, after }: { readonly before: string | null; readonly after: string | null }): string =>
  `${shortened(before)} → ${shortened(after)}`;

const LONGEST = 60;
const shortened = (json: string | null): string =>
  json === null ? 'nothing' : json.length > LONGEST ? `${json.slice(0, LONGEST)}…` : json;

const bandRow = ({ from, to, count: many }: ShownPlan['bandMoves'][number]): string[] => [
  `${from ?? 'no score'} → ${to ?? 'no score'}`,
  count(many),
];

function moverRow({
  relationshipId,
  before,
  after,
  points,
  because,
  relationship,
}: ShownPlan['movers'][number]): string[] {
  const who = relationship ? `${relationship.a.displayName} – ${relationship.b.displayName}` : '';
  const moved = `${before.toFixed(1)} → ${after.toFixed(1)}`;
  return [`${points > 0 ? '+' : ''}${points.toFixed(1)}`, moved, because ?? 'a cap', who, relationshipId];
}

const WIDEST = 24;

/** Two bars a row, of those rows that have any. */
function spreads({ before, after }: ShownPlan['distribution']): string {
  const most = Math.max(1, ...[before, after].flatMap(({ bins }) => bins.map((bin) => bin.count)));
  const bar = (many: number): string => '█'.repeat(Math.ceil((many / most) * WIDEST)).padEnd(WIDEST);
  const rows = before.bins.flatMap((bin, at) => {
    const then = after.bins[at]!.count;
    if (bin.count === 0 && then === 0) return [];
    return [[`${String(bin.from)}–${String(bin.to)}`, count(bin.count), bar(bin.count), count(then), bar(then)]];
  });
  const summary = ({ scored, mean, quartiles }: Spread): string =>
    `${count(scored)} scored, mean ${figure(mean, 1)}, quartiles ${(quartiles ?? []).map((each) => each.toFixed(1)).join(', ') || '-'}`;
  return [
    table([['score', 'now', '', 'then', ''], ...rows]),
    `now:  ${summary(before)}`,
    `then: ${summary(after)}`,
  ].join('\n');
}

function hindsight({ days, knowing, lost, kept, unknownLost, before, after }: ShownPlan['hindsight']): string {
  const by = knowing === 'THEN' ? 'what was known then' : 'all that is known now';
  const said = `${count(lost)} lost within a year, ${count(kept)} kept; flagged ${String(days)} days before, by ${by}:`;
  const row = (name: string, warning: Warning): string[] => [
    name,
    ...[count(warning.lost), count(warning.kept), share(warning.recall), share(warning.precision)],
  ];
  const head = ['', 'of the lost', 'of the kept', 'recall', 'precision'];
  const lines = [said, table([head, row('now', before), row('then', after)])];
  if (unknownLost > 0) {
    lines.push(
      `Nothing was known of ${count(unknownLost)} of the lost then. Was it imported later? See --knowing now.`,
    );
  }
  return lines.join('\n');
}
