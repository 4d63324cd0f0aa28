let number = 0;

/** Work that a bench repeats; the number is a new one at every call. */
export type Work = (number: number) => Promise<unknown>;

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Race {
  /** Calls under way at any moment. */
  readonly callers: number;
  readonly rounds?: number;
  readonly roundMs?: number;
}

/**
 * Measures contenders by turns, so that whatever else the machine does falls on all of them alike. The rate is the
 * median of the rounds, the percentiles are over all calls. A first turn of each warms up and is left out.
 */
export async function race<Name extends string>(
  contenders: Readonly<Record<Name, Work>>,
  { callers, rounds = 25, roundMs = 200 }: Race,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(contenders) as Name[];
  for (const name of names) await drive(callers, 1_000, () => contenders[name](number++));
  const rates = new Map(names.map((name) => [name, [] as number[]]));
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { each, totalMs } = await drive(callers, roundMs, () => contenders[name](number++));
      rates.get(name)!.push((each.length / totalMs) * 1_000);
      for (const time of each) times.get(name)!.push(time);
    }
  }
  const measured = names.map((name) => {
    const taken = times.get(name)!;
    const perSecond = percentile(rates.get(name)!, 50);
    return [name, { perSecond, p50Ms: percentile(taken, 50), p99Ms: percentile(taken, 99) }];
  });
  return Object.fromEntries(measured) as Record<Name, Measured>;
}

/** Every caller calls again as soon as it is answered, until the time is over. */
async function drive(callers: number, forMs: number, work: () => Promise<unknown>) {
  const each: number[] = [];
  const begin = performance.now();
  const end = begin + forMs;
  const call = async () => {
    for (let start = performance.now(); start < end;) {
      await work();
      const now = performance.now();
      each.push(now - start);
      start = now;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return { each, totalMs: performance.now() - begin };
}

/** The value that so many per cent of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}

export interface Ratio {
  readonly path: string;
  readonly measured: string;
  /** What it is compared with, and how that did in the same run. */
  readonly floor: string;
  readonly ratio: number;
  /** What the design asks for: `>= 2`, `< 1.3`, `<= 5 ms`; absent where it asks for nothing. */
  readonly target?: string;
  /** What the target is about where that is not the ratio. */
  readonly value?: number;
}

/** Prints what was measured beside its floor, as a table of Markdown. */
export function printRatios(ratios: readonly Ratio[]): void {
  const rows = ratios.map((row) => [row.path, row.measured, row.floor, row.ratio.toFixed(2), verdict(row)]);
  const table = [['path', 'measured', 'floor in the same run', 'ratio', 'target'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const [head, ...body] = table.map(line);
  console.log([head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n'));
}

function verdict({ ratio, target, value = ratio }: Ratio): string {
  if (target === undefined) return '';
  const [sign, limit] = target.split(' ');
  const isMet = sign === '>=' ? value >= Number(limit) : sign === '<=' ? value <= Number(limit) : value < Number(limit);
  return `${target} ${isMet ? 'met' : 'MISSED'}`;
}

/** How `ours` did beside its floor, in calls per second. */
export const compared = (
  path: string,
  { floor, ours }: Readonly<Record<'floor' | 'ours', Measured>>,
  target?: string,
): Ratio[] => [{ path, measured: spoken(ours), floor: spoken(floor), ratio: ours.perSecond / floor.perSecond, target }];

/** `12,345/s, p50 1.20 ms, p99 3.40 ms` */
export const spoken = ({ perSecond: rate, p50Ms, p99Ms }: Measured): string =>
  `${perSecond(rate)}, p50 ${millis(p50Ms)}, p99 ${millis(p99Ms)}`;

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en-US')}/s`;
export const millis = (ms: number): string => `${ms.toPrecision(3)} ms`;
