import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** A mutation as a client sends it: any number of times, always the same, under one idempotency key. */
export interface Command {
  readonly key: string;
  readonly mutation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Entry {
  readonly command: Command;
  /** Of its acknowledgement. */
  position?: bigint;
}

type Line = { readonly sent: Command } | { readonly acknowledged: string; readonly position: string };

/** What the clients know of the ledger, kept where no fault reaches it: in a file that only grows. */
export class Journal {
  /** By idempotency key. */
  readonly entries = new Map<string, Entry>();
  /** Times that something was sent. */
  attempts = 0;
  /** Commands of which one answer at least has come. */
  acknowledged = 0;

  private constructor(
    readonly path: string,
    private readonly file?: number,
  ) {}

  static create(path: string): Journal {
    return new Journal(path, openSync(path, 'ax', 0o600));
  }

  static read(path: string): Journal {
    const journal = new Journal(path);
    for (const line of readFileSync(path, 'utf8').split('\n')) if (line) journal.take(JSON.parse(line) as Line);
    return journal;
  }

  /** Before the command goes out, so that nothing can be in the log of which the journal does not know. */
  sent(command: Command): void {
    this.write({ sent: command });
  }

  acknowledge({ key }: Command, position: bigint): void {
    this.write({ acknowledged: key, position: String(position) });
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
  }

  private write(line: Line): void {
    if (this.file !== undefined) writeSync(this.file, `${JSON.stringify(line)}\n`);
    this.take(line);
  }

  private take(line: Line): void {
    if ('sent' in line) {
      this.attempts++;
      if (!this.entries.has(line.sent.key)) this.entries.set(line.sent.key, { command: line.sent });
    } else {
      const entry = this.entries.get(line.acknowledged)!;
      if (entry.position === undefined) this.acknowledged++;
      entry.position = BigInt(line.position);
    }
  }
}
