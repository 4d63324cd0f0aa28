import { isUtf8 } from 'node:buffer';
import { addAbortSignal, PassThrough, type Readable } from 'node:stream';

/** A line longer than this is rejected unread: no command is that long. */
export const LONGEST_LINE_BYTES = 256 * 1024;
/** Lines that have come while the ones before are under way wait here: bounds the memory of an import. */
const WAITING_BYTES = 4 * 1024 * 1024;

/** A line of the body, counted from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** Why it cannot be read; its text is empty then. */
  readonly unreadable?: string;
}

const NEWLINE = 0x0a;

/** The lines of a body, each time all that have come in the meantime. Blank lines are counted and left out. */
export async function* linesOf(body: Readable, signal: AbortSignal): AsyncGenerator<Line[]> {
  const waiting = addAbortSignal(signal, new PassThrough({ highWaterMark: WAITING_BYTES }));
  body.once('error', (error) => waiting.destroy(error));
  const lines = new LineReader();
  // A paused stream gives everything that it holds at once.
  for await (const bytes of body.pipe(waiting)) {
    const complete = lines.read(bytes as Buffer);
    if (complete.length > 0) yield complete;
  }
  const last = lines.read(Buffer.from('\n'));
  if (last.length > 0) yield last;
}

class LineReader {
  private begun: Buffer = Buffer.alloc(0);
  private tooLong = false;
  private number = 0;

  read(bytes: Buffer): Line[] {
    const end = bytes.lastIndexOf(NEWLINE);
    if (end < 0) {
      this.begin(bytes);
      return [];
    }
    const whole = Buffer.concat([this.begun, bytes.subarray(0, end)]);
    const { tooLong } = this;
    this.begun = Buffer.alloc(0);
    this.tooLong = false;
    this.begin(bytes.subarray(end + 1));
    return this.split(whole, tooLong);
  }

  /** Keeps the beginning of a line; of one that is too long already only that it is. */
  private begin(bytes: Buffer): void {
    const begun = this.begun.length + bytes.length;
    this.tooLong ||= begun > LONGEST_LINE_BYTES;
    this.begun = this.tooLong ? Buffer.alloc(0) : Buffer.concat([this.begun, bytes]);
  }

  private split(bytes: Buffer, firstTooLong: boolean): Line[] {
    const lines: Line[] = [];
    const sound = isUtf8(bytes);
    for (let start = 0; start <= bytes.length;) {
      const at = bytes.indexOf(NEWLINE, start);
      const end = at < 0 ? bytes.length : at;
      const number = ++this.number;
      if ((firstTooLong && start === 0) || end - start > LONGEST_LINE_BYTES) {
        const kib = String(LONGEST_LINE_BYTES / 1024);
        lines.push({ number, text: '', unreadable: `The line is longer than ${kib} KiB.` });
      } else if (!sound && !isUtf8(bytes.subarray(start, end))) {
        lines.push({ number, text: '', unreadable: 'The line is not UTF-8.' });
      } else {
        const text = bytes.toString('utf8', start, end);
        if (text.trim() !== '') lines.push({ number, text });
      }
      start = end + 1;
    }
    return lines;
  }
}
