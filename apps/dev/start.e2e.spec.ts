import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { endOf, newDirectory, npmStart, ready } from './testing/npm-start.js';

describe('npm start', () => {
  let directory: string;
  beforeAll(() => {
    directory = newDirectory();
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const isUp = () => existsSync(join(directory, 'postgres', 'postmaster.pid'));

  const start = (environment?: Record<string, string>) => npmStart(directory, environment);

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

  it('says in a line that its port is taken, and exits with 78', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, said } = await endOf(start({ PORT: String(port) }));
    other.close();
    expect(code).toBe(78);
    expect(said).toMatch(new RegExp(`^api: .*127\\.0\\.0\\.1:${port}\\. Choose another PORT\\.\\n$`));
  });

  it('exits with 69 when the event store is down', async () => {
    const { code, said } = await endOf(start({ EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false' }));
    expect(code).toBe(69);
    expect(said).toBe('log: The event store could not be reached.\n');
  });

  it('exits with 69 when the database is down', async () => {
    const { code, said } = await endOf(start({ DATABASE_URL: 'postgres://rapport@127.0.0.1:1/rapport' }));
    expect(code).toBe(69);
    expect(said).toContain('ECONNREFUSED');
  });
});
