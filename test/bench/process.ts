import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const TYPESCRIPT = new URL('../typescript.mjs', import.meta.url).href;

export interface BenchProcess<Answer> {
  /** What it said when it was ready. */
  readonly answer: Answer;
  readonly stop: () => Promise<void>;
}

/**
 * Starts `serve` of a file beside this one in a process of its own, as the parts of the product run: it does not share
 * the event loop of whoever measures it. It ends with us.
 */
export async function startProcess<Options extends object, Answer>(
  file: string,
  options: Options,
): Promise<BenchProcess<Answer>> {
  const profile = process.env['BENCH_PROFILE'];
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', TYPESCRIPT, ...(profile ? ['--cpu-prof', '--cpu-prof-dir', profile] : [])],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(options);
  const answer = await answerOf<Answer>(child, file);
  return {
    answer,
    async stop() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

function answerOf<Answer>(child: ChildProcess, file: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${String(code)}.`)));
  });
}

export interface Served<Answer> {
  readonly answer: Answer;
  readonly stop: () => Promise<void>;
}

/** The other side: what the process does from its first message until it is left alone. */
export function serve<Options, Answer extends object>(start: (options: Options) => Promise<Served<Answer>>): void {
  process.once('message', (options) => {
    void start(options as Options).then(({ answer, stop }) => {
      process.once('disconnect', () => void stop().finally(() => process.exit()));
      process.send!(answer);
    });
  });
  // Ctrl-C reaches every process of the terminal; whoever started us ends us in good order.
  process.on('SIGINT', () => undefined);
}
