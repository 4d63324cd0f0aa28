// Builds `dist` when a source is newer. `npm start`, the CLI, the tests and scripts all come through here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = ['apps', 'libs', 'test', 'nest-cli.json', '.swcrc', 'tsconfig.json', 'package-lock.json'];
const STAMP = join(ROOT, 'dist', '.built');
const LOCK = join(ROOT, 'dist', '.lock');

/** True: it was stale and has been built. Throws when a source does not compile. Several may call it at once. */
export async function buildIfStale() {
  if (!isStale()) return false;
  await lock();
  try {
    if (!isStale()) return false; // another one has just built it
    const begun = new Date();
    const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
    const built = spawnSync(process.execPath, [nest, 'build'], { cwd: ROOT, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`The build failed.\n${built.stdout}${built.stderr}`);
    writeFileSync(STAMP, '');
    utimesSync(STAMP, begun, begun);
    return true;
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function isStale() {
  const built = statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return SOURCES.some((source) => newest(join(ROOT, source)) > built);
}

/** Of the files and, as a removal touches only them, of the directories. */
function newest(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return entry?.mtimeMs ?? 0;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

async function lock() {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (;;) {
    try {
      return writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (existsSync(LOCK) && !isAlive(Number(readFileSync(LOCK, 'utf8')))) rmSync(LOCK, { force: true });
      await delay(50);
    }
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
