import type { Command } from 'commander';
import { apiUrl, ask } from './api.js';
import { EXIT, Failure } from './failure.js';
import { likelyProgram, settingsOf } from './settings.js';
import { green, print, printJson, red, table } from './terminal.js';
import type { Settings } from '../settings.js';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly finding: string;
  /** What the shell is told when this is the worst. */
  readonly exitCode?: number;
}

const PATIENCE_MS = 3000;

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Looks at Node, settings, database and API, and says what is wrong and what helps.')
    .action(async (_options: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const findings = await examine();
      if (json) printJson(findings);
      else print(table(findings.map(({ check, state, finding }) => [coloured(state), check, finding])));
      process.exitCode = findings.find(({ state }) => state === 'fail')?.exitCode ?? 0;
    });
}

const coloured = (state: Finding['state']): string =>
  state === 'ok' ? green('ok  ') : state === 'warn' ? 'warn' : red('fail');

async function examine(): Promise<Finding[]> {
  const node = nodeVersion();
  let settings: Settings;
  try {
    settings = settingsOf(likelyProgram());
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problems = error.message.split('\n');
    return [node, ...problems.map((finding) => ({ ...BAD_SETTING, finding })), ...(await api())];
  }
  const found: Finding = { check: 'settings', state: 'ok', finding: `complete for ${likelyProgram()}` };
  return [node, found, ...(await database(settings)), ...(await eventStore(settings)), ...(await api())];
}

const BAD_SETTING: Finding = { check: 'settings', state: 'fail', finding: '', exitCode: EXIT.configuration };

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 24 || (major === 24 && minor >= 9);
  const finding = enough ? process.version : `${process.version}: the server needs 24.9 or newer; npm ci brings one`;
  return { check: 'node', state: enough ? 'ok' : 'warn', finding };
}

async function database({ databaseUrl }: Settings): Promise<Finding[]> {
  if (databaseUrl === undefined) {
    return [{ check: 'database', state: 'ok', finding: 'embedded PostgreSQL, looked after by npm start' }];
  }
  const [{ openPool }, { migrations }] = await Promise.all([
    import('../../libs/database/pool.js'),
    import('../migrations.js'),
  ]);
  const pool = openPool(databaseUrl, { applicationName: 'rapport: doctor', max: 1 });
  try {
    const { rows } = await pool.query<{ version: string; fsync: string; pages: string; commit: string }>(
      `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
              current_setting('full_page_writes') AS pages, current_setting('synchronous_commit') AS commit`,
    );
    const { version, fsync, pages, commit } = rows[0]!;
    const safe = fsync === 'on' && pages === 'on' && commit !== 'off';
    const done = await pool
      .query<{ name: string }>('SELECT name FROM kysely_migration')
      .then(({ rows }) => new Set(rows.map(({ name }) => name)))
      .catch(() => new Set<string>());
    const missing = Object.keys(migrations).filter((name) => !done.has(name));
    return [
      { check: 'database', state: 'ok', finding: `PostgreSQL ${version}` },
      safe
        ? { check: 'durability', state: 'ok', finding: 'an acknowledged event is on disk' }
        : { ...UNSAFE, finding: `fsync ${fsync}, full_page_writes ${pages}, synchronous_commit ${commit}` },
      missing.length === 0
        ? { check: 'migrations', state: 'ok', finding: 'up to date' }
        : { ...UNMIGRATED, finding: `${String(missing.length)} to apply: rapport migrate` },
    ];
  } catch (error) {
    const finding = error instanceof Error ? error.message : String(error);
    return [{ check: 'database', state: 'fail', finding, exitCode: EXIT.storeDown }];
  } finally {
    await pool.end();
  }
}

const UNSAFE: Finding = { check: 'durability', state: 'fail', finding: '', exitCode: EXIT.configuration };
const UNMIGRATED: Finding = { check: 'migrations', state: 'fail', finding: '', exitCode: EXIT.failed };

async function eventStore({ eventStoreUrl }: Settings): Promise<Finding[]> {
  if (eventStoreUrl === undefined) return [];
  const check = 'event store';
  const { reach } = await import('../../libs/event-store/eventstoredb/connection.js');
  return reach(eventStoreUrl, PATIENCE_MS).then(
    () => [{ check, state: 'ok', finding: 'EventStoreDB answers' }],
    (error: Error) => [{ check, state: 'fail', finding: error.message, exitCode: EXIT.storeDown }],
  );
}

async function api(): Promise<Finding[]> {
  const { origin } = apiUrl('/');
  try {
    const response = await fetch(apiUrl('/health/ready'), { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { status } = (await response.json()) as { status?: string };
    const state = status === 'ready' ? 'ok' : status === 'degraded' ? 'warn' : 'fail';
    const health: Finding = {
      check: 'api',
      state,
      finding: `${origin} is ${status ?? 'no Rapport'}`,
      exitCode: EXIT.storeDown,
    };
    return state === 'fail' ? [health] : [health, await access(), await projections()];
  } catch {
    const finding = `nothing answers at ${origin}: npm start, or RAPPORT_URL`;
    return [{ check: 'api', state: 'fail', finding, exitCode: EXIT.storeDown }];
  }
}

async function access(): Promise<Finding> {
  const asked = await ask('{ __typename }').catch((error: unknown) => error);
  if (!(asked instanceof Error)) return { check: 'access', state: 'ok', finding: 'the API answers' };
  return { check: 'access', state: 'fail', finding: asked.message, exitCode: EXIT.configuration };
}

async function projections(): Promise<Finding> {
  const check = 'projections';
  try {
    const query = '{ projections { name state lagSeconds } }';
    const all = (await ask<{ projections: { name: string; state: string; lagSeconds: number }[] }>(query)).projections;
    const behind = all.filter(({ state }) => state !== 'LIVE');
    if (behind.length === 0) return { check, state: 'ok', finding: `${String(all.length)} live` };
    return { check, state: 'warn', finding: behind.map(({ name, state }) => `${name} ${state}`).join(', ') };
  } catch (error) {
    return { check, state: 'warn', finding: error instanceof Error ? error.message : String(error) };
  }
}
