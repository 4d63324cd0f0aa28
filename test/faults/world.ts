import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrations } from '../../apps/migrations.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../libs/database/embedded-postgres.js';
import { migrate } from '../../libs/database/migrate.js';
import { openPool } from '../../libs/database/pool.js';
import { projections } from '../../libs/read-models/read-models.js';
import { eventually } from './eventually.js';
import { Program } from './program.js';

export const SECRET = 'a secret of tests, of thirty-two bytes at least';

export type Victim = 'PostgreSQL' | 'its backends' | 'api' | 'projector' | 'sessions';

/** A build of a read model, as the engine's own table has it. */
export interface BuildRow {
  readonly projection: string;
  readonly schema: string;
  readonly role: 'LIVE' | 'NEXT' | 'PREVIOUS' | 'RETIRED';
  readonly phase: 'BULK' | 'FOLLOWING';
  readonly position: bigint;
  readonly owner: string | null;
  readonly parity: object | null;
  readonly error: { readonly reason: string } | null;
}

/**
 * The product as it runs for real, a PostgreSQL of its own, API and projector processes, and what a supervisor of
 * them does: they are started again after they were killed. One that ends by itself is a problem.
 */
export class World {
  readonly directory: string;
  readonly apis = new Set<Program>();
  readonly projectors = new Set<Program>();
  private readonly urls = new Map<Program, string>();
  readonly killed: Record<Victim, number> = {
    PostgreSQL: 0,
    'its backends': 0,
    api: 0,
    projector: 0,
    sessions: 0,
  };
  readonly problems: string[] = [];
  private readonly guard: ChildProcess;
  private server!: EmbeddedPostgres;
  private pool!: pg.Pool;
  private started = 0;
  private isOver = false;

  private constructor() {
    this.directory = mkdtempSync(join(tmpdir(), `rapport-test-${String(process.pid)}-`)); // the name: see test/global-setup.mjs
    chmodSync(this.directory, 0o755); // or the socket, which has to be elsewhere then, would remain
    this.guard = spawn(process.execPath, ['dist/test/faults/guard.js', this.directory], {
      detached: true, // Ctrl-C is not meant for it
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    this.guard.stdin!.on('error', () => undefined);
  }

  static async open(size: { readonly apis: number; readonly projectors: number }): Promise<World> {
    const world = new World();
    try {
      await world.startServer();
      await migrate(world.databaseUrl, migrations);
      for (let i = 0; i < size.projectors; i++) world.startProjector();
      await Promise.all(Array.from({ length: size.apis }, () => world.startApi()));
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  get databaseUrl(): string {
    return this.server.url;
  }

  /** Of the APIs that listen. Waits while there is none. */
  async addresses(): Promise<readonly string[]> {
    return eventually('an API listens', () => {
      if (this.isOver) throw new Error('The run is over.');
      return this.urls.size > 0 && [...this.urls.values()];
    });
  }

  /** Asks everything to stop, as an operator would: a problem if something does not. */
  async stop(): Promise<void> {
    const programs = [...this.apis, ...this.projectors];
    const ends = await Promise.all(programs.map((program) => program.end('SIGTERM')));
    for (const [index, end] of ends.entries()) {
      if (end !== 0) this.problems.push(tell(programs[index]!, `answered SIGTERM with ${String(end)}`));
    }
  }

  /** Ends whatever is left. */
  async close(): Promise<void> {
    this.isOver = true;
    for (const program of [...this.apis, ...this.projectors]) program.isDown = true;
    await (this.pool as pg.Pool | undefined)?.end();
    await (this.server as EmbeddedPostgres | undefined)?.stop();
    this.guard.stdin!.end();
    if (this.guard.exitCode === null) await once(this.guard, 'exit');
  }

  async startApi(): Promise<void> {
    const api = this.start('api', this.apis);
    const url = await Promise.race([api.url, api.ended.then(() => undefined)]);
    if (url !== undefined && !api.isDown) this.urls.set(api, url);
  }

  startProjector(): Program {
    return this.start('projector', this.projectors);
  }

  private start(kind: 'api' | 'projector', among: Set<Program>): Program {
    const program = new Program(`${kind} ${String(++this.started)}`, `dist/apps/${kind}/main.js`, {
      DATABASE_URL: this.databaseUrl,
      EVENTSTORE_URL: '',
      AUTH_SECRET: SECRET,
      AUTH_JWKS_URL: '',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
    });
    among.add(program);
    this.guard.stdin!.write(`${String(program.pid)}\n`);
    void program.ended.then((end) => {
      this.guard.stdin!.write(`-${String(program.pid)}\n`);
      among.delete(program);
      this.urls.delete(program);
      if (!program.isDown) this.problems.push(tell(program, `ended by itself with ${String(end)}`));
    });
    return program;
  }

  async kill(program: Program): Promise<void> {
    this.killed[program.name.startsWith('api') ? 'api' : 'projector']++;
    this.urls.delete(program);
    await program.end('SIGKILL');
  }

  /** The postmaster alone leaves its children to notice; with all its processes it is gone within the same moment. */
  async killServer(whole: boolean): Promise<void> {
    const children = whole ? await this.serverProcesses('true') : [];
    this.killed.PostgreSQL++;
    for (const pid of [this.server.pid, ...children]) signal(pid, 'SIGKILL');
    await this.server.exited;
  }

  /** After a kill; recovers from the log of the database. */
  async startServer(): Promise<void> {
    const before = this.server as EmbeddedPostgres | undefined;
    this.server = await startEmbeddedPostgres({ directory: this.directory, settings: { max_connections: '200' } });
    await before?.stop(); // gives up its claim: the server goes on
    this.pool ??= openPool(this.databaseUrl, { applicationName: 'faults', max: 4 });
  }

  /** Kills one process that serves the product: PostgreSQL then throws all others out and recovers by itself. */
  async killBackend(pick: (pids: readonly number[]) => number): Promise<void> {
    const pids = await this.serverProcesses(OF_PRODUCT);
    if (pids.length === 0) return;
    this.killed['its backends']++;
    signal(pick(pids), 'SIGKILL');
  }

  private async serverProcesses(which: string): Promise<number[]> {
    const rows = await this.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE ${which}`);
    return rows.map(({ pid }) => pid);
  }

  /** Ends that share of the sessions of the product. */
  async terminateSessions(share: number): Promise<void> {
    const ended = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OF_PRODUCT} AND random() < $1`,
      [share],
    );
    this.killed.sessions += ended.length;
  }

  /** Asks the database as an onlooker who waits while it is away. */
  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const { rows } = await eventually('the database answers', async () => {
      if (this.isOver) throw new Error('The run is over.');
      try {
        return await this.pool.query<Row>(text, [...values]);
      } catch (error) {
        if (error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? '')) throw error;
        return undefined;
      }
    });
    return rows;
  }

  /** For whoever wants to know why a run failed. */
  async describe(): Promise<string> {
    const builds = (await this.builds()).map((build) =>
      JSON.stringify(build, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
    const programs = [...this.apis, ...this.projectors].map((program) => tell(program, 'said last'));
    return [...this.problems, ...builds, ...programs].join('\n');
  }

  /** Does something while a long report reads a table. */
  async whileReading<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
    const session = await this.pool.connect();
    try {
      await session.query(`BEGIN; SELECT FROM ${table} LIMIT 1`);
      return await work();
    } finally {
      session.release(true);
    }
  }

  /** Of projections: live health is followed under a lock, not by a lease. */
  async builds(): Promise<readonly BuildRow[]> {
    return this.query<BuildRow & pg.QueryResultRow>(
      `SELECT projection, schema_name AS schema, role, phase, position, owner, parity, error FROM projecting.builds
        WHERE role <> 'RETIRED' AND projection <> 'health'`,
    );
  }

  /** Until every read model shows what the log has up to a position. */
  async shown(position: bigint): Promise<void> {
    await eventually(`all read models are at ${String(position)}`, async () => {
      const builds = await this.builds();
      const failed = builds.find(({ error }) => error);
      if (failed) throw new Error(`${failed.schema} stopped: ${failed.error!.reason}`);
      return projections.every(({ name }) =>
        builds.some(
          (build) =>
            build.projection === name &&
            build.role === 'LIVE' &&
            build.phase === 'FOLLOWING' &&
            build.position >= position,
        ),
      );
    });
  }
}

const OF_PRODUCT = `application_name LIKE 'rapport:%' AND pid <> pg_backend_pid()`;

const tell = (program: Program, what: string): string => `${program.name} ${what}:\n  ${program.said.join('\n  ')}`;

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
