import { styleText } from 'node:util';

// Data goes to stdout, talk goes to stderr: `rapport … > file` keeps only data. styleText keeps to NO_COLOR.

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const printJson = (value: unknown): void => {
  print(JSON.stringify(value));
};
export const say = (line: string): void => void process.stderr.write(`${line}\n`);
export const dim = (text: string): string => styleText('dim', text, { stream: process.stderr });
export const red = (text: string): string => styleText('red', text, { stream: process.stderr });
export const green = (text: string): string => styleText('green', text, { stream: process.stdout });

export const count = (number: number): string => number.toLocaleString('en-US');

/** Columns side by side, the first row as the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** `3 h 20 min`, `4 min 5 s`, `12 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole >= 3600) return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
  return whole >= 60 ? `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s` : `${String(whole)} s`;
}

const BAR = 24;
const REDRAW_MS = 100;

/** How far a long job is: a bar on a terminal, elsewhere a line per 10 %. */
export class ProgressBar {
  private readonly startedAt = performance.now();
  private readonly drawn = process.stderr.isTTY;
  private drawnAt = 0;
  private tenths = 0;

  constructor(
    private readonly what: string,
    private readonly total: number,
  ) {}

  /** `done` of the total, and what else there is to say. Whoever knows the rate and the time left better says `figures`. */
  at(done: number, more = '', figures?: string): void {
    const share = this.total > 0 ? Math.min(1, done / this.total) : 1;
    const now = performance.now();
    if (this.drawn ? now - this.drawnAt < REDRAW_MS : Math.floor(share * 10) <= this.tenths) return;
    this.drawnAt = now;
    this.tenths = Math.floor(share * 10);
    const said = (figures ?? this.measured(done, (now - this.startedAt) / 1000)) + more;
    if (!this.drawn) return void process.stderr.write(`${String(this.tenths * 10)} %  ${said}\n`);
    const filled = '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░');
    process.stderr.write(`\r\u001b[K${filled} ${said}`);
  }

  private measured(done: number, seconds: number): string {
    const rate = done / Math.max(seconds, 0.001);
    const left = rate > 0 ? (this.total - done) / rate : Infinity;
    const eta = Number.isFinite(left) ? `, ${duration(left)} left` : '';
    return `${count(done)} of ${count(this.total)} ${this.what}, ${count(Math.round(rate))}/s${eta}`;
  }

  /** Makes room for other lines. */
  end(): void {
    if (this.drawn && this.drawnAt > 0) process.stderr.write('\r\u001b[K');
  }
}
