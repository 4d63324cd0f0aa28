import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A directory for what it keeps; whoever asks removes it. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), `rapport-test-${process.pid}-`)); // the name: see test/global-setup.mjs
  chmodSync(directory, 0o755); // or the socket, which has to be elsewhere then, would remain
  return directory;
}

/** What `npm start` runs, without the demo, on any free port. */
export function npmStart(directory: string, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const { DATABASE_URL: _, EVENTSTORE_URL: __, ...inherited } = process.env;
  const env = { ...inherited, RAPPORT_DIR: directory, RAPPORT_DEMO: 'off', PORT: '0', ...environment };
  return spawn(process.execPath, ['apps/dev/start.mjs'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What it printed up to its token, which is the last thing it does before it is ready. */
export async function ready(child: ChildProcess): Promise<string> {
  let printed = '';
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    if (/token\s+\S+\n/.test(printed)) break;
  }
  child.stdout!.resume();
  return printed;
}

export async function endOf(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  const [said, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit') as Promise<[number | null]>]);
  return { code, said };
}
