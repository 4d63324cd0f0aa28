import { CsvError, parse } from 'csv-parse';
import type { Readable } from 'node:stream';
import { MICROS } from './credits.js';
import type { Journey } from './journey.js';

/** A line that is no path. */
export class PathProblem extends Error {
  constructor(
    readonly line: number,
    problem: string,
  ) {
    super(`Line ${String(line)}: ${problem}`);
    this.name = 'PathProblem';
  }
}

/**
 * Bare paths, as published tables have them: lines of `source > source > …, conversions, value, nulls`, cut by commas,
 * semicolons or tabs, with or without a head. Value and nulls may be absent. Values are taken as millionths of a unit
 * of no currency. Throws `PathProblem`.
 */
export async function* barePaths(input: Readable): AsyncGenerator<Journey> {
  const rows = input.pipe(
    parse({
      bom: true,
      delimiter: [',', ';', '\t'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  );
  input.on('error', (error) => rows.destroy(error));
  let first = true;
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const isHead = first && record.length > 1 && Number.isNaN(Number(record[1]));
      first = false;
      if (!isHead) yield pathOf(record, info.lines);
    }
  } catch (error) {
    if (error instanceof CsvError) throw new PathProblem(Number(error['lines'] ?? 0), error.message);
    throw error;
  }
}

function pathOf([path = '', conversions = '', value = '0', nulls = '0', ...more]: string[], line: number): Journey {
  if (more.length > 0) throw new PathProblem(line, 'there are more than path, conversions, value and nulls.');
  const sources = path.split('>').map((source) => source.trim());
  if (path !== '' && sources.includes('')) throw new PathProblem(line, 'a source has no name.');
  const worth = Math.round(number(value, 'value', line) * MICROS);
  const journey = {
    touchpoints: path === '' ? [] : sources.map((key) => ({ key, atMs: 0 })),
    atMs: 0,
    conversions: whole(conversions, 'conversions', line),
    nulls: whole(nulls, 'nulls', line),
    values: worth === 0 ? [] : [{ currency: '', amountMinor: BigInt(worth) }],
  };
  if (worth > 0 && journey.conversions === 0) throw new PathProblem(line, 'a value without a conversion.');
  return journey;
}

function number(text: string, what: string, line: number): number {
  const value = Number(text === '' ? '0' : text);
  if (value >= 0 && value * MICROS <= Number.MAX_SAFE_INTEGER) return value;
  throw new PathProblem(line, `${what} is no number from 0 to 9007199254: ${text}`);
}

function whole(text: string, what: string, line: number): number {
  const value = number(text, what, line);
  if (Number.isInteger(value)) return value;
  throw new PathProblem(line, `${what} is no whole number: ${text}`);
}
