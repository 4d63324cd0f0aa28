import { Option, type Command } from 'commander';
import { createReadStream } from 'node:fs';
import type { AttributionResult, Credited } from '../../libs/metrics/attribution/attribution.js';
import type { AttributionModel } from '../../libs/metrics/attribution/models.js';
import { EXIT, Failure } from './failure.js';
import { print, printJson, say, table } from './terminal.js';

/** TIME_DECAY and W ask when things happened, which bare paths do not say. */
const MODELS = [
  'FIRST',
  'LAST',
  'LINEAR',
  'POSITION',
  'MARKOV',
  'SHAPLEY',
] as const satisfies readonly AttributionModel[];

interface PathsOptions {
  readonly model: (typeof MODELS)[number];
  readonly json?: boolean;
}

export function attributionCommand(program: Command): void {
  const attribution = program.command('attribution').description('Who earned what: models of attribution.');
  attribution
    .command('paths')
    .description('Runs a model over bare paths, without a ledger, to compare its results with published tables.')
    .argument('<file>', 'lines of `source > source > …, conversions, value, nulls`; - for standard input')
    .addOption(new Option('--model <model>', 'how credit is split').choices(MODELS).default('MARKOV'))
    .addHelpText('after', '\nA head is passed over; commas, semicolons and tabs cut; value and nulls may be absent.')
    .action((file: string, _options: unknown, command: Command) => run(file, command.optsWithGlobals()));
}

async function run(file: string, { model, json }: PathsOptions): Promise<void> {
  const { result, nulls } = await attributed(file, model);
  const { unattributed, total } = result;
  if (model === 'MARKOV' && nulls === 0) {
    say('No path led to nothing: MARKOV can only say how often a source is on the way.');
  }
  if (json) {
    const rows = result.rows.map(({ key, ...credited }) => ({ source: key, ...shown(credited) }));
    return printJson({ model, rows, unattributed: shown(unattributed), total: shown(total) });
  }
  const line = (source: string | null, credited: Credited): string[] => {
    const { conversions, value, assists } = shown(credited);
    return [source ?? '', conversions.toFixed(6), value.toFixed(6), String(assists)];
  };
  const rows = result.rows.map(({ key, ...credited }) => line(key, credited));
  if (unattributed.outcomes > 0) rows.push(line('(unattributed)', unattributed));
  print(table([['source', 'conversions', 'value', 'assists'], ...rows, line('(total)', total)]));
}

async function attributed(
  file: string,
  model: AttributionModel,
): Promise<{ result: AttributionResult; nulls: number }> {
  const [{ Attribution }, { barePaths, PathProblem }, { TooManySources }] = await Promise.all([
    import('../../libs/metrics/attribution/attribution.js'),
    import('../../libs/metrics/attribution/paths.js'),
    import('../../libs/metrics/attribution/markov.js'),
  ]);
  const attribution = new Attribution(model, { halfLifeDays: 1 });
  try {
    const input = file === '-' ? process.stdin : createReadStream(file);
    let nulls = 0;
    for await (const journey of barePaths(input)) {
      attribution.add(journey);
      nulls += journey.nulls;
    }
    return { result: attribution.result(), nulls };
  } catch (error) {
    if (error instanceof PathProblem || error instanceof TooManySources) throw new Failure(error.message);
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Failure(`There is no file ${file}.`, EXIT.usage);
    }
    throw error;
  }
}

/** Conversions and value with six digits that are exact, and the conversions that it has a part in. */
const shown = ({ creditMicros, values, outcomes }: Credited) => ({
  conversions: creditMicros / 1e6,
  value: Number(values[0]?.amountMinor ?? 0n) / 1e6,
  assists: outcomes,
});
