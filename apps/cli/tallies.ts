import type { Tally } from '../api/import/reports.js';
import { count, table } from './terminal.js';

/** What became of commands, a line per type. */
export function tallyTable(byType: Readonly<Record<string, Tally>>): string {
  const figures = Object.entries(byType).map(([type, tally]) => [
    type,
    ...[tally.recorded, tally.repeated, tally.rejected].map(count),
  ]);
  return table([['command', 'recorded', 'repeated', 'rejected'], ...figures]);
}
