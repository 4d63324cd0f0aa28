import type { Command } from 'commander';
import type { Id, IdPrefix } from '../../libs/event-sourcing/id.js';
import { fromMillis, isInstant, parseInstant, type Instant } from '../../libs/event-sourcing/instant.js';
import type { Rejected, Summary } from '../api/import/reports.js';
import { EXIT, Failure } from './failure.js';
import { wholeNumber } from './options.js';
import { tallyTable } from './tallies.js';
import { dim, print, printJson, ProgressBar, say } from './terminal.js';

interface DemoOptions {
  readonly parties: number;
  readonly years: number;
  readonly seed: string;
  readonly until?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('Fills in an invented practice, the physicians who refer to it, and years of touches between them.')
    .option('--parties <count>', 'physicians, each with one relationship', wholeNumber, 40)
    .option('--years <count>', 'how far it goes back', wholeNumber, 2)
    .option('--seed <text>', 'another seed, another story', '1')
    .option('--until <date>', 'where it ends, as YYYY-MM-DD (today)')
    .option('--dry-run', 'check and decide everything, record nothing')
    .addHelpText('after', '\nThe same options make the same events: filled in again, nothing is recorded twice.')
    .action((_options: unknown, command: Command) => run(command.optsWithGlobals()));
}

const CHUNK_CHARS = 64 * 1024;
const TOLD_REJECTIONS = 5;

async function run({ parties, years, seed, until, dryRun = false, json }: DemoOptions): Promise<void> {
  const [{ demoCommands }, { upload }] = await Promise.all([
    import('../../libs/demo/demo.js'),
    import('./import/upload.js'),
  ]);
  const tell = () => demoCommands({ parties, years, seed, until: endOf(until), id: reference });
  let total = 0;
  for (const _ of tell()) total++;

  let interrupted = false;
  process.once('SIGINT', () => (interrupted = true));
  function* lines(): Generator<string> {
    let chunk = '';
    for (const { idempotencyKey, command } of tell()) {
      if (interrupted) break;
      const { type, ...input } = command;
      // Told again on another day, the chapters are about the same people.
      const ensure = type === 'RegisterParty';
      chunk += `${JSON.stringify({ type, idempotencyKey, input, ensure })}\n`;
      if (chunk.length < CHUNK_CHARS) continue;
      yield chunk;
      chunk = '';
    }
    yield chunk;
  }

  const bar = new ProgressBar('commands', total);
  const rejected: Rejected[] = [];
  let summary: Summary | undefined;
  for await (const report of upload('/import', lines(), dryRun)) {
    if ('code' in report && rejected.push(report) <= TOLD_REJECTIONS) say(`${report.code}: ${report.message}`);
    if ('done' in report) summary = report;
    if ('read' in report) bar.at(report.read);
  }
  bar.end();
  const { done: _, ...result } = summary!;
  if (json) printJson({ ...result, dryRun });
  else print(tallyTable(result.byType));
  if (rejected.length > 0) process.exitCode = EXIT.failed;
  if (interrupted) {
    say(dim('Interrupted. Run the same command again: it goes on where it stopped, nothing is recorded twice.'));
    process.exitCode = EXIT.interrupted;
  }
}

function endOf(date: string | undefined): Instant {
  const end = parseInstant(`${date ?? fromMillis(Date.now()).slice(0, 10)}T00:00:00Z`);
  if (isInstant(end)) return end;
  throw new Failure(`--until is a day, as 2026-03-09; this is none: ${String(date)}`, EXIT.usage);
}

// The server makes the id from the key: it knows the tenant.
const reference = <Prefix extends IdPrefix>(prefix: Prefix, key: string) => `${prefix}:${key}` as Id<Prefix>;
