import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { ImportResult } from '../../apps/cli/import/import-run.js';
import { openPool } from '../../libs/database/pool.js';
import { START } from '../../libs/event-sourcing/position.js';
import { ProjectedPositions } from '../../libs/projecting/positions.js';
import { projections } from '../../libs/read-models/read-models.js';
import { onGround } from './ground.js';
import { ledgerOn } from './ledger.js';
import { perSecond, percentile, type Ratio } from './measure.js';
import { startProcess } from './process.js';

const TOUCHES = 30_000;
const PAIRS = 1_000;
const ROUNDS = 4;

/**
 * `rapport import` of a file of touches, as a user runs it, into a ledger whose projector is at work; by turns with COPY
 * of the rows of the log that it made into a table like the log's, indexes and all.
 */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const ledger = await ledgerOn(ground, 'import');
    const owner = openPool(ledger.url, { applicationName: 'bench', max: 1 });
    ground.onEnd(() => owner.end());
    const positions = new ProjectedPositions(ledger.pool);
    ground.onEnd(() => positions.close());
    const { url } = await ground.started(startProcess<object, { url: string }>('api-process.ts', { url: ledger.url }));
    await ground.started(startProcess('projector-process.ts', { url: ledger.url }));
    await owner.query('CREATE TABLE copied (LIKE log.events INCLUDING ALL)');
    const file = join(ground.directory, 'touches.ndjson');
    await writeFile(file, touches());

    const readModels = projections.map(({ name }) => name);
    const imported: number[] = [];
    const readable: number[] = [];
    const copied: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await ledger.store.head();
      const begun = performance.now();
      const { recorded } = await importFile(file, `round-${round}`, url);
      const acknowledged = performance.now();
      const head = await ledger.store.head();
      await positions.waitFor(readModels, head, 600_000);
      const shown = performance.now();
      if (BigInt(recorded) > head - before) throw new Error(`${recorded} commands made ${head - before} events.`);

      const events = Number(head - before);
      imported.push((events / (acknowledged - begun)) * 1000);
      readable.push((events / (shown - begun)) * 1000);
      copied.push(events / (await copySeconds(owner, before, join(ground.directory, 'rows'))));
    }
    const [ours, shown, floor] = [imported, readable, copied].map((rates) => percentile(rates.slice(1), 50));
    const row = (path: string, rate: number, target?: string): Ratio => ({
      path,
      measured: `${perSecond(rate)} events`,
      floor: `COPY ${perSecond(floor!)}`,
      ratio: rate / floor!,
      ...(target && { target }),
    });
    return [row('import into a live ledger', ours!, '>= 0.5'), row('import, until every read model shows it', shown!)];
  });

/** Rows like those of an interaction log: who, to whom, when, and a little more. */
function touches(): string {
  const begin = Date.parse('2024-01-01T00:00:00Z');
  const rows = Array.from({ length: TOUCHES }, (_, number) => {
    const pair = (number * 7919) % PAIRS;
    const [one, other] = [`staff-${pair % 40}`, `dr-${pair}`];
    const [from, to] = number % 3 === 0 ? [other, one] : [one, other];
    const at = new Date(begin + number * 60_000).toISOString();
    const channel = number % 2 === 0 ? 'EMAIL' : 'PHONE_CALL';
    return JSON.stringify({ id: `t-${number}`, from, to, at, channel, topic: 'Follow-up on a shared patient' });
  });
  return rows.join('\n');
}

const CLI = fileURLToPath(new URL('../../dist/apps/cli/main.js', import.meta.url));

async function importFile(file: string, source: string, url: string): Promise<ImportResult> {
  const args = [CLI, 'import', file, '--type', 'touches', '--source', source, '--ours', OURS, '--json'];
  const env = { ...process.env, RAPPORT_URL: url };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const [said, problem, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  if (code !== 0) throw new Error(`rapport import ended with ${String(code)}: ${problem}`);
  const result = JSON.parse(said) as ImportResult;
  if (result.rejectedRows > 0) throw new Error(`${result.rejectedRows} rows were rejected.`);
  return result;
}

const OURS = Array.from({ length: 40 }, (_, number) => `staff-${number}`).join();

/** How long COPY takes for the rows of the log behind a position. They wait in a file, so that only COPY is measured. */
async function copySeconds(owner: pg.Pool, after: typeof START, path: string): Promise<number> {
  const session = await owner.connect();
  try {
    const rows = session.query(
      copyTo(`COPY (SELECT * FROM log.events WHERE position > ${after} ORDER BY position) TO STDOUT`),
    );
    await pipeline(rows, createWriteStream(path));
    const begun = performance.now();
    await pipeline(createReadStream(path), session.query(copyFrom('COPY copied FROM STDIN')));
    return (performance.now() - begun) / 1000;
  } finally {
    session.release();
  }
}
