import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const KEPT_LINES = 30;

/** A process of the product as its users run it: from `dist`, by the environment. */
export class Program {
  /** What it said last. */
  readonly said: string[] = [];
  /** Resolves once it listens; of a program that does not, never. */
  readonly url: Promise<string>;
  /** How it ended, once all is read that it said: an exit code or a signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  isDown = false;
  private readonly child: ChildProcess;

  constructor(
    readonly name: string,
    file: string,
    environment: Readonly<Record<string, string>>,
    words: readonly string[] = [],
  ) {
    this.child = spawn(process.execPath, [file, ...words], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.child, 'close').then((values) => {
      const [code, signal] = values as [number | null, NodeJS.Signals | null];
      return code ?? signal!;
    });
    this.url = new Promise((resolve) => {
      for (const stream of [this.child.stdout!, this.child.stderr!]) {
        createInterface({ input: stream }).on('line', (line) => {
          this.said.push(line);
          if (this.said.length > KEPT_LINES) this.said.shift();
          const url = /"url":"([^"]+)"/.exec(line)?.[1];
          if (url) resolve(url);
        });
      }
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** SIGKILL resolves once it is gone; SIGTERM too, after whatever it still had to do. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.isDown = true;
    this.child.kill(signal);
    return this.ended;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }
}
