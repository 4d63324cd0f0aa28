import type { Command } from 'commander';
import { Option } from 'commander';
import { writeFile } from 'node:fs/promises';
import { apiUrl, ask, authorization, refusedBy, unreachable } from '../api.js';
import { EXIT, Failure } from '../failure.js';
import { wholeNumber } from '../options.js';
import { printJson, print, say } from '../terminal.js';
import { definitionFile, DEFINITION_ERRORS, refuseProblems, type DefinitionFile } from './definition-file.js';
import { planReport, type ShownPlan } from './plan-report.js';

interface PlanOptions {
  readonly asOf?: string;
  readonly movers: number;
  readonly days: number;
  readonly knowing: 'then' | 'now';
  readonly svg?: string;
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

const PLAN = `query ($metric: String!, $body: String!, $asOf: DateTime, $movers: Int!, $days: Int!, $knowing: HindsightKnowing!) {
  metricPlan(metric: $metric, body: $body, asOf: $asOf, movers: $movers, hindsightDays: $days, hindsightKnowing: $knowing) {
    ${DEFINITION_ERRORS}
    hash published { metric version } inForce { metric version } asOf position
    changes { path before after } relationships affected
    distribution { before { ...spread } after { ...spread } }
    bandMoves { from to count }
    movers { relationshipId before after points because relationship { a { displayName } b { displayName } } }
    rankCorrelation { spearman kendall }
    hindsight { days knowing lost kept unknownLost unknownKept before { ...warning } after { ...warning } }
    cost { relationships facts milliseconds }
  }
}
fragment spread on ScoreDistribution { scored mean quartiles bins { from to count } }
fragment warning on HindsightWarning { lost kept recall precision }`;

export function planCommand(metrics: Command): void {
  metrics
    .command('plan')
    .summary('what a definition would change; writes nothing')
    .description('What would be another way if the definition in a file were in force. Nothing is written.')
    .argument('<file>', 'the definition, in YAML or JSON; - for standard input')
    .option('--as-of <time>', 'as things were then, RFC 3339; absent: now')
    .option('--movers <n>', 'how many of those who move most', wholeNumber, 10)
    .option('--days <n>', 'how long before a loss one looks in hindsight', wholeNumber, 60)
    .addOption(
      new Option('--knowing <when>', 'what one knows in hindsight: now, for history that was imported later')
        .choices(['then', 'now'])
        .default('then'),
    )
    .option('--svg <file>', 'also draw how scores spread before and after')
    .option('--exit-code', `end with ${String(EXIT.changes)} when there are changes`)
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<PlanOptions>();
      const definition = await definitionFile(file);
      const plan = await planOf(definition, options);
      if (options.json) printJson(plan);
      else print(planReport(plan));
      if (options.svg !== undefined) await draw(definition, options.svg, plan.asOf);
      if (options.exitCode && plan.changes.length > 0) process.exitCode = EXIT.changes;
    });
}

async function planOf({ file, metric, body }: DefinitionFile, options: PlanOptions): Promise<ShownPlan> {
  const { asOf = null, movers, days, knowing } = options;
  const variables = { metric, body, asOf, movers, days, knowing: knowing.toUpperCase() };
  const { metricPlan } = await ask<{ metricPlan: ShownPlan & { readonly errors: readonly [] } }>(PLAN, variables);
  const { errors, ...plan } = metricPlan;
  refuseProblems(file, errors);
  return plan;
}

async function draw({ metric, body }: DefinitionFile, file: string, asOf: string): Promise<void> {
  const path = `/charts/metrics/${encodeURIComponent(metric)}/plan.svg?asOf=${encodeURIComponent(asOf)}`;
  const headers = { 'content-type': 'application/yaml', ...authorization() };
  const response = await fetch(apiUrl(path), { method: 'POST', headers, body }).catch(unreachable);
  const text = await response.text();
  if (!response.ok) {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    throw refusedBy(error.code, error.message);
  }
  await writeFile(file, text).catch((error: unknown) => {
    throw new Failure(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  });
  say(`${file} shows how scores spread.`);
}
