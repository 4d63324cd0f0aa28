import { START, type Position } from '../../event-sourcing/position.js';
import type { HeadWatch } from './head-watch.js';
import { PAGE_EVENTS, type LogReader } from './log-reader.js';
import type { EventRow, RowPage } from './rows.js';

/** Bytes of events kept, about: followers that are slower than the others find theirs here. */
const CAPACITY = 8 << 20;

/**
 * The end of the log as this process has read it. Followers at the head share one read of what is new, and those that
 * are a little behind find here what was read for the others.
 */
export class NewestEvents {
  /** The events up to `end`, none left out. */
  private rows: EventRow[] = [];
  private bytes = 0;
  private end: Position = START;
  /** The changes that the watch knew of when the log was found to hold no more than this. */
  private headAt = -1;
  private session = -1;
  private reading: { readonly key: string; readonly page: Promise<RowPage> } | undefined;

  constructor(
    private readonly reader: LogReader,
    private readonly watch: HeadWatch,
  ) {}

  /**
   * What comes after a position; undefined: that is too long ago for those who have not found the head yet, or has been
   * forgotten, and has to be read apart.
   */
  page(from: Position, limit: number, atHead: boolean): Promise<RowPage> | undefined {
    // Whatever happened to the database while nobody listened: what it holds is asked anew.
    if (this.session !== this.watch.sessions) this.restart(START);
    const isKept = this.rows.length > 0 && from <= this.end && from >= this.end - BigInt(this.rows.length);
    if (!isKept) {
      if (!atHead || from < this.end) return undefined;
      this.restart(from);
    }
    return this.after(from, limit);
  }

  private async after(from: Position, limit: number): Promise<RowPage> {
    if (from === this.end) return cut(await this.readOn(), limit);
    const first = this.rows.length - Number(this.end - from);
    // One more than is wanted, so that it shows whether there are more.
    const rows = this.rows.slice(first, first + limit + 1);
    return cut({ rows, position: this.end, caughtUp: this.headAt === this.watch.changes }, limit);
  }

  private restart(end: Position): void {
    this.rows = [];
    this.bytes = 0;
    this.end = end;
    this.headAt = -1;
    this.session = this.watch.sessions;
  }

  private readOn(): Promise<RowPage> {
    const from = this.end;
    const { changes } = this.watch;
    const key = `${String(changes)} ${String(from)}`;
    if (this.reading?.key === key) return this.reading.page;
    const page = this.reader.page({ from, limit: PAGE_EVENTS });
    const reading = { key, page };
    this.reading = reading;
    const done = (): void => {
      if (this.reading === reading) this.reading = undefined;
    };
    page.then((read) => {
      done();
      this.add(from, read, changes);
    }, done);
    return page;
  }

  private add(from: Position, { rows, position, caughtUp }: RowPage, changes: number): void {
    if (from > this.end || position < this.end) return; // of an end that is no longer this one
    for (const row of rows.slice(Number(this.end - from))) {
      this.rows.push(row);
      this.bytes += sizeOf(row);
    }
    this.end = position;
    if (caughtUp) this.headAt = changes;
    if (this.bytes > CAPACITY) this.forget(rows.length);
  }

  /** Half at once, so that few are moved; never the page that came last. */
  private forget(last: number): void {
    let forgotten = 0;
    while (this.bytes > CAPACITY / 2 && forgotten < this.rows.length - last) {
      this.bytes -= sizeOf(this.rows[forgotten++]!);
    }
    this.rows = this.rows.slice(forgotten);
  }
}

const sizeOf = ({ meta, data }: EventRow): number => meta.length + data.length;

function cut(page: RowPage, limit: number): RowPage {
  if (page.rows.length <= limit) return page;
  const rows = page.rows.slice(0, limit);
  return { rows, position: BigInt(rows.at(-1)!.position), caughtUp: false };
}
