import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

describe('npm start', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), `rapport-test-${process.pid}-`)); // the name: see test/global-setup.mjs
    chmodSync(directory, 0o755); // or the socket, which has to be elsewhere then, would remain
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const isUp = () => existsSync(join(directory, 'postgres', 'postmaster.pid'));

  function start(environment: Record<string, string> = {}) {
    const { DATABASE_URL: _, ...inherited } = process.env;
    const env = { ...inherited, RAPPORT_DIR: directory, RAPPORT_DEMO: 'off', PORT: '0', ...environment };
    return spawn(process.execPath, ['apps/dev/start.mjs'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** What it printed up to its token, which is the last thing it does before it is ready. */
  async function ready(child: ChildProcess): Promise<string> {
    let printed = '';
    for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
      printed += String(chunk);
      if (/token\s+\S+\n/.test(printed)) break;
    }
    child.stdout!.resume();
    return printed;
  }

  async function endOf(child: ChildProcess): Promise<{ code: number | null; said: string }> {
    const [said, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit') as Promise<[number | null]>]);
    return { code, said };
  }

  it('tells its stages, and takes the database down with it when it is interrupted', async () => {
    const child = start();
    expect(await ready(child)).toMatch(/database .* s .*\nmigrations .* s /);
    expect(isUp()).toBe(true);
    child.kill('SIGINT');
    expect(await endOf(child)).toEqual({ code: 130, said: '' });
    expect(isUp()).toBe(false);
  });

  it('goes on with the database that a killed run left behind', async () => {
    const killed = start();
    await ready(killed);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const child = start();
    expect(await ready(child)).toContain('up already');
    child.kill('SIGTERM');
    expect(await endOf(child)).toEqual({ code: 0, said: '' });
    expect(isUp()).toBe(false);
  });

  it('names every wrong setting and exits with 78', async () => {
    const { code, said } = await endOf(start({ PORT: 'many', HOST: '0.0.0.0' }));
    expect(code).toBe(78);
    expect(said.trim().split('\n')).toHaveLength(2);
  });

  it('exits with 69 when the database is down', async () => {
    const { code, said } = await endOf(start({ DATABASE_URL: 'postgres://rapport@127.0.0.1:1/rapport' }));
    expect(code).toBe(69);
    expect(said).toContain('ECONNREFUSED');
  });
});
