import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../dist/apps/cli/main.js', import.meta.url));

export interface Ended {
  /** As a shell has it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Rapport {
  /** The built command line, to its end. */
  (...args: readonly string[]): Promise<Ended>;
  /** The same while it runs. */
  start(...args: readonly string[]): { readonly process: ChildProcess; readonly ended: Promise<Ended> };
}

/** The command line with an environment. */
export function rapport(environment: Readonly<Record<string, string>>): Rapport {
  const start: Rapport['start'] = (...args) => {
    const env = { PATH: process.env['PATH'], NO_COLOR: '1', ...environment };
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
    return {
      process: child,
      ended: ended.then(([[code], stdout, stderr]) => ({ code: code === null ? 130 : Number(code), stdout, stderr })),
    };
  };
  return Object.assign((...args: readonly string[]) => start(...args).ended, { start });
}
