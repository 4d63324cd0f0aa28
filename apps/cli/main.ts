#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { attributionCommand } from './attribution.js';
import { configCommand } from './config.js';
import { demoCommand } from './demo.js';
import { devCommand } from './dev.js';
import { doctorCommand } from './doctor.js';
import { eventsCommand } from './events.js';
import { exportCommand } from './export.js';
import { EXIT, Failure } from './failure.js';
import { importCommand } from './import.js';
import { metricsCommand } from './metrics.js';
import { migrateCommand } from './migrate.js';
import { projectionsCommand } from './projections.js';
import { queryCommand } from './query.js';
import { red, say } from './terminal.js';

const HELP = `
Where the API is and who asks: RAPPORT_URL (http://127.0.0.1:4000) and RAPPORT_TOKEN.
Exit codes: 0 ok, 1 failed, 2 usage, 3 verification failed, 4 plan has changes, 69 store down, 78 configuration,
130 interrupted.`;

const program = new Command('rapport')
  .description('The command line of Rapport, the relationship ledger. Data goes to stdout, talk to stderr.')
  .option('--json', 'data as JSON')
  .version(version())
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', HELP)
  .showHelpAfterError('(--help shows how)')
  .exitOverride();

devCommand(program);
migrateCommand(program);
demoCommand(program);
importCommand(program);
exportCommand(program);
queryCommand(program);
eventsCommand(program);
attributionCommand(program);
metricsCommand(program);
projectionsCommand(program);
configCommand(program);
doctorCommand(program);

// Whoever reads may stop, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : EXIT.failed));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}

function version(): string {
  const file = new URL('../../../package.json', import.meta.url); // seen from dist
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function tell(error: unknown): number {
  // Commander has said what was wrong with the words already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (!(error instanceof Failure)) throw error;
  say(red(error.message));
  if (error.hint !== undefined) say(error.hint);
  return error.exitCode;
}
