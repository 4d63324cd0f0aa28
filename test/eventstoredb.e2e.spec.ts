import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rapport, type Rapport } from '../apps/cli/testing/rapport.js';
import { endOf, newDirectory, npmStart, ready } from '../apps/dev/testing/npm-start.js';
import { EventStoreDbDouble } from '../libs/event-store/eventstoredb/testing/eventstoredb-double.js';

const TOUCHES = 400;
const FREQUENCY = `query ($at: Position!) {
  relationships(first: 200, atLeastPosition: $at) { totalCount nodes { id touches { count lastTouchAt } } }
}`;

describe('the whole of Rapport with its log in EventStoreDB', () => {
  let server: EventStoreDbDouble;
  const directories: string[] = [];
  let running: ChildProcess | undefined;
  let environment: Record<string, string> = {};
  beforeAll(async () => {
    server = await EventStoreDbDouble.start();
  });
  afterEach(async () => {
    running?.kill('SIGKILL');
    if (running?.exitCode === null && running.signalCode === null) await once(running, 'exit');
  });
  afterAll(async () => {
    await server.close();
    for (const directory of directories) rmSync(directory, { recursive: true });
  });

  /** With a database of its own. */
  async function start(): Promise<Rapport> {
    const directory = newDirectory();
    directories.push(directory);
    running = npmStart(directory, { EVENTSTORE_URL: server.url });
    const told = await ready(running);
    expect(told).toContain('in EventStoreDB');
    environment = { RAPPORT_URL: /http:\/\/[^/]+/.exec(told)![0] };
    return rapport(environment);
  }

  async function stop(): Promise<void> {
    const ended = endOf(running!);
    running!.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, said: '' });
  }

  async function asked<Data>(run: Rapport, ...query: readonly string[]): Promise<Data> {
    const { stdout, stderr } = await run('query', ...query, '--json');
    if (stdout !== '') return JSON.parse(stdout) as Data;
    if (stderr.includes('Ask again')) return asked(run, ...query); // the read models are on their way
    throw new Error(stderr);
  }

  async function head(run: Rapport): Promise<{ position: string; size: number }> {
    type Data = { ledger: { head: { position: string; size: number } } };
    return (await asked<Data>(run, '{ ledger { head { position size } } }')).ledger.head;
  }

  /** What the read models say once they are where the log is. */
  async function frequency(run: Rapport) {
    type Data = { relationships: { totalCount: number; nodes: { touches: { count: number } }[] } };
    const { position } = await head(run);
    return (await asked<Data>(run, FREQUENCY, '--var', `at=${position}`)).relationships;
  }

  let before: Awaited<ReturnType<typeof frequency>>;

  it('imports while the server restarts, counts what is there, and is rebuilt while it is read', async () => {
    const run = await start();
    const file = join(directories[0]!, 'touches.csv');
    const rows = Array.from({ length: TOUCHES }, (_, i) => `p${i % 7},q${i % 5},${1_700_000_000 + i * 3_600}`);
    writeFileSync(file, `sender,receiver,time\n${rows.join('\n')}\n`);
    const importing = run('import', file, '--type', 'touches', '--json');
    await server.appendReceived(60);
    await server.restart();
    const told = JSON.parse((await importing).stdout) as { recorded: number };
    expect(told).toMatchObject({ recorded: TOUCHES + 12 + 35, repeated: 0, rejectedRows: 0 });

    before = await frequency(run);
    expect(before.totalCount).toBe(35);
    expect(before.nodes.reduce((sum, { touches }) => sum + touches.count, 0)).toBe(TOUCHES);
    const ours = server.log.events.filter(({ stream }) => stream.startsWith('rapport.'));
    expect((await head(run)).size).toBe(ours.length);

    expect(await run('projections', 'rebuild', 'touch_frequency')).toMatchObject({ code: 0 });
    expect(await frequency(run)).toEqual(before);
    const env = { ...environment, EVENTSTORE_URL: server.url };
    expect(JSON.parse((await rapport(env)('doctor', '--json')).stdout)).toContainEqual({
      check: 'event store',
      state: 'ok',
      finding: 'EventStoreDB answers',
    });
    const away = await rapport({ ...env, EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false' })('doctor');
    expect(away).toMatchObject({ code: 69, stdout: expect.stringMatching(/fail +event store/) });
    await stop();
  }, 120_000);

  it('is all there for a new database: the log is the only truth', async () => {
    const run = await start();
    expect(await frequency(run)).toEqual(before);
    const again = JSON.parse(
      (await run('import', join(directories[0]!, 'touches.csv'), '--type', 'touches', '--json')).stdout,
    ) as object;
    expect(again).toMatchObject({ recorded: 0, repeated: TOUCHES + 12 + 35 });
    await stop();
  }, 120_000);
});
