import { Option, type Command } from 'commander';
import { basename } from 'node:path';
import { EXIT, Failure } from './failure.js';
import { ENCODINGS, type Encoding } from './import/encoding.js';
import type { ImportOptions as RunOptions, ImportResult } from './import/import-run.js';
import { ROW_TYPES, rowKinds, type RowType } from './import/rows/kinds.js';
import type { RowKind } from './import/rows/row-kind.js';
import { list, pairs, setting } from './options.js';
import { tallyTable } from './tallies.js';
import { count, dim, duration, print, printJson, say } from './terminal.js';

interface ImportOptions {
  readonly type: RunOptions['type'];
  readonly map?: readonly [string, string][];
  readonly set?: readonly [string, string][];
  readonly kind?: string;
  readonly channel?: string;
  readonly source?: string;
  readonly ours?: readonly string[];
  readonly columns?: readonly string[];
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly offset?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function importCommand(program: Command): void {
  program
    .command('import')
    .summary('import a CSV or NDJSON file of touches, parties, relationships and all else, or an export')
    .description('Imports a file through the running Rapport. Importing it again records nothing twice.')
    .argument('<file>', 'CSV (comma, semicolon, tab, | or space) or NDJSON; may be gzipped (.gz)')
    .addOption(new Option('--type <type>', 'what a row is').choices([...ROW_TYPES, 'events']).makeOptionMandatory())
    .option('--map <column=field,…>', 'which column is which field', pairs)
    .option('--set <field=value>', 'a value for rows that have none; may be repeated', setting)
    .option('--kind <kind>', 'kind of the relationships that touches open, short for --set kind=… (PEER)')
    .option('--channel <channel>', 'channel of touches, short for --set channel=… (EMAIL)')
    .option('--source <name>', 'what the ids of the file belong to (name of the file)')
    .option('--ours <id,…>', 'ids of our side: side A of relationships (else the smaller id)', list)
    .option('--columns <name,…>', 'names of the columns of a file without names', list)
    .option('--delimiter <character>', 'between cells, "tab" for tabs (found out)')
    .addOption(new Option('--encoding <encoding>', 'what the file is written in (utf-8)').choices(ENCODINGS))
    .option('--offset <offset>', 'offset from UTC of times that name none: +01:00, Z')
    .option('--dry-run', 'read, check and decide everything, record nothing')
    .addHelpText('after', HELP)
    .action((file: string, _options: unknown, command: Command) => run(file, command.optsWithGlobals()));
}

async function run(path: string, options: ImportOptions): Promise<void> {
  // Loaded when it is needed: every other verb starts faster without.
  const { ImportRun } = await import('./import/import-run.js');
  const source = sourceOf(path, options.source);
  const set = [...(options.set ?? []), ...shorthand('kind', options.kind), ...shorthand('channel', options.channel)];
  const { type } = options;
  const reading = {
    type,
    columns: options.columns,
    encoding: options.encoding,
    delimiter: options.delimiter === 'tab' ? '\t' : options.delimiter,
    map: options.map ?? [],
    set,
    offset: options.offset,
    source,
  };
  const ours = options.ours ?? [];
  const importing = await ImportRun.open(path, { ...reading, ours: new Set(ours) });
  const interrupt = (): void => {
    say('\nEnding with the rows that are on their way. Press Ctrl-C again to leave at once.');
    importing.interrupt();
    process.once('SIGINT', () => process.exit(EXIT.interrupted));
  };
  process.once('SIGINT', interrupt);
  const { columns, ignored } = importing.reading;
  if (columns.size > 0) say(dim([...columns].map(([column, field]) => `${column} → ${field}`).join(', ')));
  if (ignored.length > 0) say(dim(`not imported: ${ignored.join(', ')}`));
  const { rows, pairs } = await importing.survey();
  say(dim(`${count(rows)} rows${pairs > 0 ? ` between ${count(pairs)} pairs` : ''}, source ${source}`));

  // An export brings its own history, imports included.
  const isTold = options.dryRun !== true && type !== 'events';
  const { InLedger } = await import('./import/in-ledger.js');
  const inLedger = isTold
    ? await InLedger.begin(path, { ...reading, ours }, { source, rowType: type, rows })
    : undefined;
  const result = await importing.run(options.dryRun ?? false);
  if (!result.interrupted) await inLedger?.complete(result, importing.rejections.first);
  process.removeListener('SIGINT', interrupt);
  if (options.json) printJson(result);
  else print(summaryOf(result));
  conclude(result, { ...options, set, source });
}

const shorthand = (name: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[name, value]];

/** The name of the file, unless it is one of ours: its rows belong to the source of the first import. */
function sourceOf(path: string, given: string | undefined): string {
  const name = basename(path)
    .replace(/(\.[a-z]+)?(\.gz)?$/i, '')
    .replace(/[^\w.-]+/g, '-');
  if (given === undefined && /^rejected(-\d+)?$/.test(name)) {
    throw new Failure('Say where these rows come from: --source as in the first import.', EXIT.usage);
  }
  const source = given ?? name;
  if (/^[\w.-]{1,40}$/.test(source)) return source;
  throw new Failure('A source has 1 to 40 letters, digits, _ . or -', EXIT.usage, 'Name it: --source crm');
}

function summaryOf({ byType, seconds, rows, dryRun }: ImportResult): string {
  const rate = count(Math.round(rows / Math.max(seconds, 0.001)));
  const last = `${count(rows)} rows in ${duration(seconds)}, ${rate}/s`;
  return `${tallyTable(byType)}\n${last}${dryRun ? '; a dry run: nothing was recorded' : ''}`;
}

function conclude(result: ImportResult, options: ImportOptions): void {
  const { rejectedFile, rejectedRows, rows, interrupted } = result;
  if (rejectedFile !== null) {
    say(`${count(rejectedRows)} rows were rejected: ${rejectedFile} says why. Correct them there, then:`);
    say(`  ${again(rejectedFile, options)}`);
    if (rejectedRows === rows) process.exitCode = EXIT.failed;
  }
  if (interrupted) {
    say('Interrupted. Run the same command again: it goes on where it stopped, nothing is recorded twice.');
    process.exitCode = EXIT.interrupted;
  }
}

/** The command that imports what was rejected: a file of ours, so of known columns and encoding. */
function again(file: string, { type, source, map = [], set = [], ours, offset }: ImportOptions): string {
  const equations = (pairs: readonly [string, string][]): string[] => pairs.map(([left, right]) => `${left}=${right}`);
  const words = [
    file,
    ...['--type', type, '--source', source ?? ''],
    ...(map.length > 0 ? ['--map', equations(map).join(',')] : []),
    ...equations(set).flatMap((equation) => ['--set', equation]),
    ...(ours ? ['--ours', ours.join(',')] : []),
    ...(offset === undefined ? [] : ['--offset', offset]),
  ];
  const quoted = words.map((word) => (/^[\w.,=:/+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return `rapport import ${quoted.join(' ')}`;
}

const HELP = `
Fields (other names that columns may have):
${ROW_TYPES.map((type) => `  ${type}\n${fieldsHelp(type)}`).join('\n')}

A column that bears the name of a field needs no --map. Rows that cannot be used go to rejected.csv beside the file,
with line, code, reason and hint: correct them there and import that file with the same --source. Parties that rows
name are found, or registered, under their id in the source; relationships of touches begin with their first touch.

Type events takes back what rapport export wrote, into a ledger that does not have those streams yet: every event with
its time, its key and its ids, recorded as an import. It takes the role operator.

A bare log of who turned to whom and when is enough:
  rapport import log.csv --type touches --map sender=from,receiver=to,time=at
  rapport import CollegeMsg.txt --type touches     (three columns without names are from, to, at)
`;

function fieldsHelp(type: RowType): string {
  const { fields }: RowKind = rowKinds[type];
  return Object.entries(fields)
    .map(([name, { help, aliases }]) => `    ${name.padEnd(15)} ${help}${aliases ? ` (${aliases.join(', ')})` : ''}`)
    .join('\n');
}
