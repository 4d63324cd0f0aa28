import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../api.js';
import { EXIT, Failure } from '../failure.js';
import { wholeNumber } from '../options.js';
import { count, duration, print, printJson, ProgressBar, say } from '../terminal.js';
import { definitionFile, DEFINITION_ERRORS, refuseProblems, type DefinitionError } from './definition-file.js';

interface ApplyOptions {
  readonly reason: string;
  readonly sample: number;
  readonly json?: boolean;
}

interface Version {
  readonly metric: string;
  readonly version: number;
}

interface Progress {
  readonly state: 'ACTIVE' | 'READY' | 'BUILDING' | 'PUBLISHED';
  readonly active: boolean;
  readonly progress: number;
  readonly ratePerSecond: number | null;
  readonly etaSeconds: number | null;
}

interface Parity {
  readonly same: boolean;
  readonly sample: number;
  readonly events: number;
  readonly position: string;
  readonly differing: readonly { readonly relationshipId: string; readonly what: string }[];
}

const LOOK_MS = 100;
/** What was published is being built within this time, if a projector runs. */
const BEGIN_MS = 15_000;
const AGAIN = 'Run it again: it goes on where it was. Until it is done, the version in force serves as before.';

export function applyCommand(metrics: Command): void {
  metrics
    .command('apply')
    .summary('publish, build beside, compare, then switch over')
    .description(
      'Publishes the definition in a file, builds lists by it beside those that serve, compares a sample with the raw events, and then puts it in force. Reads never stop. Interrupted, it goes on when it is run again.',
    )
    .argument('<file>', 'the definition, in YAML or JSON; - for standard input')
    .requiredOption('--reason <text>', 'what it is to make better: this is recorded')
    .option('--sample <n>', 'how many relationships are computed anew from raw events', wholeNumber, 200)
    .action((file: string, _options: unknown, command: Command) => apply(file, command.optsWithGlobals()));
}

async function apply(file: string, { reason, sample, json }: ApplyOptions): Promise<void> {
  const interrupted = (): void => {
    say(`\n${AGAIN}`);
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', interrupted);
  const { metric, body } = await definitionFile(file);
  const version = await publish(file, { metric, body, reason });
  const name = `${metric}@${String(version)}`;
  const { active: wasActive } = await built({ metric, version }, name);
  const parity = await compared({ metric, version }, sample, name);
  if (!wasActive) await decide('activate', { metric, version, position: parity.position, reason });
  process.removeListener('SIGINT', interrupted);
  if (json) printJson({ metric, version, activated: !wasActive, parity });
  else print(`${name} is in force${wasActive ? ' already' : ''}.`);
}

interface Published {
  readonly errors: readonly DefinitionError[];
  readonly metricDefinition: Version | null;
}

async function publish(file: string, input: { metric: string; body: string; reason: string }): Promise<number> {
  const { result } = await ask<{ result: Published }>(
    `mutation ($input: PublishMetricDefinitionInput!, $key: String!) {
      result: publishMetricDefinition(input: $input, idempotencyKey: $key) { ${DEFINITION_ERRORS} metricDefinition { metric version } } }`,
    { input, key: randomUUID() },
  );
  refuseProblems(file, result.errors);
  const { metric, version } = result.metricDefinition!;
  say(`${metric}@${String(version)} is published.`);
  return version;
}

const PROGRESS = `query ($metric: String!, $version: Int!) {
  found: metricDefinition(metric: $metric, version: $version) { state active progress ratePerSecond etaSeconds } }`;

/** Until lists by it are there. */
async function built(which: Version, name: string): Promise<Progress> {
  const bar = new ProgressBar('relationships', 1);
  const since = performance.now();
  for (; ; await delay(LOOK_MS)) {
    const { found } = await ask<{ found: Progress | null }>(PROGRESS, { ...which });
    if (!found) throw new Failure(`There is no ${name}.`);
    const { state, progress, ratePerSecond, etaSeconds } = found;
    if (state === 'READY' || state === 'ACTIVE') {
      bar.end();
      if (!found.active) say('All that it needs is built, beside what serves.');
      return found;
    }
    if (state === 'BUILDING') {
      const eta = etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`;
      const share = `${(progress * 100).toFixed(0)} % built`;
      const rate = ratePerSecond === null ? '' : `, ${count(Math.round(ratePerSecond))} relationships/s`;
      bar.at(progress, eta, share + rate);
    } else if (performance.now() - since > BEGIN_MS) {
      throw new Failure(
        `${name} is not being built.`,
        EXIT.failed,
        'Does a projector run? Was a newer version published meanwhile?',
      );
    }
  }
}

async function compared(which: Version, sample: number, name: string): Promise<Parity> {
  const { parity } = await ask<{ parity: Parity | null }>(
    `query ($metric: String!, $version: Int!, $sample: Int!) {
      parity: metricParity(metric: $metric, version: $version, sample: $sample) {
        same sample events position differing { relationshipId what } } }`,
    { ...which, sample },
  );
  if (!parity) throw new Failure(`${name} is not built any more.`, EXIT.failed, AGAIN);
  const what = `${count(parity.sample)} relationships computed anew from ${count(parity.events)} raw events`;
  if (!parity.same) {
    const told = parity.differing.map(({ relationshipId, what }) => `${relationshipId}: ${what}`);
    const hint = 'It was not put in force. Build the facts anew: rapport projections rebuild facts';
    throw new Failure([`${what} are not what was built:`, ...told].join('\n'), EXIT.verification, hint);
  }
  if (parity.sample > 0) say(`${what} are the same.`);
  return parity;
}

async function decide(verb: 'activate' | 'rollback', input: object): Promise<Version> {
  const type = `${verb === 'activate' ? 'Activate' : 'Rollback'}MetricDefinitionInput!`;
  const { result } = await ask<{
    result: { errors: readonly { message: string }[]; metricDefinition: Version | null };
  }>(
    `mutation ($input: ${type}, $key: String!) {
      result: ${verb}MetricDefinition(input: $input, idempotencyKey: $key) { errors { message } metricDefinition { metric version } } }`,
    { input, key: randomUUID() },
  );
  const [error] = result.errors;
  if (error || !result.metricDefinition) throw new Failure(error?.message ?? 'It was not decided.');
  return result.metricDefinition;
}

export function rollbackCommand(metrics: Command): void {
  metrics
    .command('rollback')
    .description('Puts the version in force again that was before. Lists by it are kept: it serves at once.')
    .argument('<metric>')
    .requiredOption('--reason <text>', 'why: this is recorded')
    .action(async (metric: string, _options: unknown, command: Command) => {
      const { reason, json } = command.optsWithGlobals<{ reason: string; json?: boolean }>();
      const found = await decide('rollback', { metric, reason });
      if (json) printJson(found);
      else print(`${found.metric}@${String(found.version)} is in force again.`);
    });
}
