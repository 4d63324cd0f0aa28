import { parse } from 'csv-parse/sync';
import { parseInstant } from '../../../libs/event-sourcing/instant.js';

/** In the order in which they are taken when a line could be cut by several. */
const DELIMITERS = [',', ';', '\t', '|', ' '] as const;
const LINES_LOOKED_AT = 20;

/** Comments that some public data begins with, and blank lines. */
export function preambleOf(text: string): { lines: number; rest: string } {
  const before = /^(?:(?:[#%][^\n]*|[ \t\r]*)\n)*/.exec(text)?.[0] ?? '';
  return { lines: before.split('\n').length - 1, rest: text.slice(before.length) };
}

/** The delimiter that cuts the first lines into the same number of cells, more than one. */
export function delimiterOf(text: string): string {
  const cutting = DELIMITERS.filter((delimiter) => {
    const lengths = firstRows(text, delimiter).map((row) => row.length);
    return (lengths[0] ?? 0) > 1 && lengths.every((length) => length === lengths[0]);
  });
  return cutting[0] ?? DELIMITERS.find((delimiter) => text.split('\n', 1)[0]!.includes(delimiter)) ?? ',';
}

/** The first rows of a text whose last line may be cut off. */
export function firstRows(text: string, delimiter: string): string[][] {
  const lines = text.split(/\r\n|\n|\r/);
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  return parse(whole.slice(0, LINES_LOOKED_AT).join('\n'), {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  });
}

/** A number or a time among the cells: names of columns are neither. */
export const looksLikeData = (row: readonly string[]): boolean =>
  row.some((cell) => /^\s*-?\d+(\.\d+)?\s*$/.test(cell) || parseInstant(cell.trim()) !== 'INVALID_INPUT');
