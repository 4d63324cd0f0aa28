import { execFileSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { chown, lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { accountFor, canReach, PostgresPrograms, type Account } from './postgres-programs.js';

/** A running server, as `postmaster.pid` has it. */
export interface Postmaster {
  readonly pid: number;
  /** Directory of its socket; on Windows an address. */
  readonly host: string;
  readonly port: number;
  readonly ready: boolean;
}

const WINDOWS = process.platform === 'win32';
// Another server of this directory is about to be ready, or the processes of a killed one are still ending.
const BUSY = /lock file "postmaster.pid" already exists|pre-existing shared memory block/;
const INITDB = [
  ...['--username=rapport', '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'],
  ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'], // whatever this machine has
  '--set=scram_iterations=1', // stretching a password of 256 random bits would only slow down every connection
];

/** One data directory: made, launched, found running. */
export class PostgresCluster {
  readonly log: string;
  private logStart = 0;
  /** Marks the server's processes as this directory's, also in their titles. */
  private readonly name: string;

  private constructor(
    private readonly data: string,
    private readonly account: Account | undefined,
    private readonly programs: PostgresPrograms,
  ) {
    this.log = `${data}.log`;
    const place = join(realpathSync(dirname(data)), basename(data));
    this.name = `rapport-${createHash('sha256').update(place).digest('hex').slice(0, 12)}`;
  }

  /** Makes the data directory when it is absent. */
  static async open(data: string): Promise<PostgresCluster> {
    await mkdir(dirname(data), { recursive: true });
    const account = accountFor(data);
    const cluster = new PostgresCluster(data, account, await PostgresPrograms.locate(account));
    if (!cluster.exists()) await cluster.create();
    return cluster;
  }

  async launch(settings: Readonly<Record<string, string>>): Promise<ChildProcess> {
    const all = {
      cluster_name: this.name,
      unix_socket_directories: WINDOWS ? '' : await this.privateDirectory(),
      listen_addresses: WINDOWS ? '127.0.0.1' : '',
      port: String(WINDOWS ? await freePort() : 5432),
      timezone: 'UTC',
      log_timezone: 'UTC',
      ...settings,
    };
    this.logStart = statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
    const log = await open(this.log, 'a', 0o600);
    try {
      const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      this.removeMisleadingPid();
      const child = this.programs.spawn('postgres', this.data, args, ['ignore', log.fd, log.fd]);
      await once(child, 'spawn');
      return child;
    } finally {
      await log.close();
    }
  }

  /** The server of this directory, whoever launched it. */
  running(): Postmaster | undefined {
    const found = this.pidFile();
    if (!found) return undefined;
    return (WINDOWS ? isAlive(found.pid) : commandLine(found.pid).includes(this.name)) ? found : undefined;
  }

  hasSocket({ host, port }: Postmaster): boolean {
    return WINDOWS || existsSync(join(host, `.s.PGSQL.${port}`));
  }

  /** Fast: ends the sessions and writes everything. Immediate: leaves that to the recovery of the next start. */
  shutDown({ pid }: Postmaster, mode: 'fast' | 'immediate' = 'fast'): void {
    if (WINDOWS) this.programs.spawn('pg_ctl', this.data, ['stop', `--mode=${mode}`], 'ignore');
    else process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  }

  url({ host, port }: Postmaster): string {
    const password = readFileSync(join(this.data, 'password'), 'utf8');
    return `postgres://rapport:${password}@${encodeURIComponent(host)}:${port}/postgres`;
  }

  /** Throws what the launched server said before it ended, unless it is worth another try. */
  throwUnlessBusy(): void {
    const said = readFileSync(this.log).subarray(this.logStart).toString();
    if (!BUSY.test(said)) throw new Error(`PostgreSQL did not start:\n${said.slice(-2000)}`);
  }

  private exists(): boolean {
    return existsSync(join(this.data, 'PG_VERSION'));
  }

  // The directory appears whole or not at all: a start that is killed leaves none, and of two that race one wins.
  private async create(): Promise<void> {
    await this.removeUnfinished();
    const own = `${process.pid}.${randomBytes(4).toString('hex')}`;
    const unfinished = `${this.data}.${own}`;
    await mkdir(unfinished, { mode: 0o700 });
    await this.handOver(unfinished);
    const password = randomBytes(32).toString('base64url');
    const passwordFile = join(await this.privateDirectory(), `password.${own}`);
    try {
      await this.writeSecret(passwordFile, password);
      const args = [...INITDB, `--pwfile=${passwordFile}`];
      const initdb = this.programs.spawn('initdb', unfinished, args, ['ignore', 'ignore', 'pipe']);
      const [problem] = await Promise.all([text(initdb.stderr!), once(initdb, 'exit')]);
      if (initdb.exitCode !== 0) throw new Error(`initdb could not make a database: ${problem}`);
      await this.writeSecret(join(unfinished, 'password'), password);
      await rename(unfinished, this.data);
    } catch (error) {
      if (!this.exists()) throw error;
    } finally {
      for (const path of [passwordFile, unfinished]) await rm(path, { recursive: true, force: true });
    }
  }

  private async removeUnfinished(): Promise<void> {
    const unfinished = (await readdir(dirname(this.data))).filter((name) => /^postgres\.\d+\.\w+$/.test(name));
    for (const name of unfinished.filter((name) => !isAlive(Number(name.split('.')[1])))) {
      await rm(join(dirname(this.data), name), { recursive: true, force: true });
    }
  }

  // PostgreSQL clears a leftover of a crash away by itself, unless its process id now is another process of the same
  // user: then it would refuse to start for ever.
  private removeMisleadingPid(): void {
    const found = this.pidFile();
    if (found && isAlive(found.pid) && !this.running()) rmSync(join(this.data, 'postmaster.pid'), { force: true });
  }

  private pidFile(): Postmaster | undefined {
    try {
      const lines = readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n');
      const [pid, , , port, sockets, address, , status] = lines;
      if (!Number(pid)) return undefined; // about to be written
      return {
        pid: Number(pid),
        port: Number(port),
        host: sockets || address || '',
        ready: status?.trim() === 'ready',
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** For the socket, whose path may have 103 bytes: beside the data where that is short and open enough. */
  private async privateDirectory(): Promise<string> {
    const fits = (parent: string) => Buffer.byteLength(parent) < 65 && canReach(this.account, join(parent, this.name));
    const parent = [dirname(this.data), tmpdir()].find(fits) ?? '/tmp';
    const directory = join(parent, this.name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = await lstat(directory);
    if (uid === process.getuid?.()) await this.handOver(directory);
    else if (uid !== (this.account?.uid ?? uid) || mode & 0o077) throw new Error(`${directory} is somebody else's.`);
    return directory;
  }

  private async writeSecret(path: string, secret: string): Promise<void> {
    await writeFile(path, secret, { mode: 0o600 });
    await this.handOver(path);
  }

  private async handOver(path: string): Promise<void> {
    if (this.account) await chown(path, this.account.uid, this.account.gid);
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return ''; // no such process
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
