import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';

const isRoot = process.getuid?.() === 0;

describe('the embedded PostgreSQL', () => {
  let directory: string;
  let sockets: string;
  let started: EmbeddedPostgres[] = [];
  beforeAll(() => {
    // 0700: as root, the server runs as somebody else who cannot enter. The name: see test/global-setup.mjs.
    directory = mkdtempSync(join(tmpdir(), `rapport-test-${process.pid}-`));
  });
  afterEach(async () => {
    for (const server of started) await server.stop();
    started = [];
  });
  afterAll(() => {
    for (const path of [directory, sockets]) rmSync(path, { recursive: true });
  });

  async function start(settings?: Record<string, string>): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ directory, settings });
    started.push(server);
    sockets = decodeURIComponent(new URL(server.url).host.replace(/:\d+$/, ''));
    return server;
  }

  it('is made by one of many that start at once, and ended by the last one out', async () => {
    mkdirSync(join(directory, 'postgres.4194305.ab'), { recursive: true }); // a start that was killed in the middle
    const servers = await Promise.all([start(), start(), start()]);
    expect(readdirSync(directory).filter((name) => name.startsWith('postgres.'))).toEqual(['postgres.log']);
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    expect(servers.filter(({ started }) => started).length).toBe(1);
    await servers[0].stop();
    await servers[1].stop();
    await query(servers[2].url, 'SELECT');
    await servers[2].stop();
    await expect(query(servers[2].url, 'SELECT')).rejects.toThrow();
    await Promise.all(servers.map(({ exited }) => exited));
  });

  (isRoot ? it : it.skip)('needs root: runs as somebody else, who cannot even enter our home', async () => {
    const { pid } = await start();
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
  });

  it('is durable, in UTC, and reached by a socket alone', async () => {
    const { url } = await start();
    const settings = ['fsync', 'full_page_writes', 'synchronous_commit', 'timezone', 'listen_addresses'];
    const { rows } = await query(
      url,
      `SELECT ${settings.map((name) => `current_setting('${name}') AS ${name}`).join()}`,
    );
    expect(rows).toEqual([
      { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', timezone: 'UTC', listen_addresses: '' },
    ]);
  });

  it('keeps its data when it is stopped', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE stopped ()');
    await first.stop();
    await first.exited;
    const second = await start();
    await query(second.url, 'SELECT FROM stopped');
    expect(second.pid).not.toBe(first.pid);
  });

  it('is used again when its parent was killed', async () => {
    const { parent, pid, url } = await startInAnotherProcess(directory);
    await query(url, 'CREATE TABLE orphaned ()');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const adopted = await start();
    expect(adopted).toMatchObject({ pid, url, started: false });
    await query(adopted.url, 'SELECT FROM orphaned');
    await adopted.stop();
    await adopted.exited;
    await expect(query(url, 'SELECT')).rejects.toThrow();
  });

  it('is left running for another living process', async () => {
    const { parent, url } = await startInAnotherProcess(directory);
    await (await start()).stop();
    await query(url, 'SELECT');
    parent.kill('SIGTERM');
    await once(parent, 'exit');
    await expect(query(url, 'SELECT')).rejects.toThrow();
  });

  it('comes back with everything that was committed when it was killed itself', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE killed ()');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await query((await start()).url, 'SELECT FROM killed');
  });

  it('is ended by stop although the session that claims it was terminated', async () => {
    const server = await start();
    await query(server.url, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    await server.stop();
    await server.exited;
  });

  it('is replaced when its socket was cleaned away', async () => {
    const first = await start();
    rmSync(join(sockets, '.s.PGSQL.5432'));
    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    await query(second.url, 'SELECT');
  });

  it('starts although the process id of its last run is taken over by another process', async () => {
    await (await start()).stop();
    writeFileSync(
      join(directory, 'postgres', 'postmaster.pid'),
      `${process.pid}\n/elsewhere\n1\n5432\n/tmp\n\n1 1\nready\n`,
    );
    await query((await start()).url, 'SELECT');
  });

  it('says in its own words why it does not start', async () => {
    await expect(start({ shared_buffers: 'plenty' })).rejects.toThrow('invalid value for parameter "shared_buffers"');
  });
});

async function query(url: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

const PARENT = `
  const { startEmbeddedPostgres } = await import('./libs/database/embedded-postgres.ts');
  const server = await startEmbeddedPostgres({ directory: process.argv[1] });
  process.once('SIGTERM', () => server.stop());
  console.log(JSON.stringify({ pid: server.pid, url: server.url }));`;

async function startInAnotherProcess(directory: string): Promise<{ parent: ChildProcess; pid: number; url: string }> {
  const args = ['--import', './test/typescript.mjs', '--input-type=module', '--eval', PARENT, directory];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, ...(JSON.parse(line.toString()) as { pid: number; url: string }) };
}
