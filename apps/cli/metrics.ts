import type { Command } from 'commander';
import { stringify } from 'yaml';
import { ask } from './api.js';
import { EXIT, Failure } from './failure.js';
import { applyCommand, rollbackCommand } from './metrics/apply.js';
import { planCommand } from './metrics/plan.js';
import { print, printJson, say, table } from './terminal.js';

interface Definition {
  readonly metric: string;
  readonly version: number;
  readonly state: 'ACTIVE' | 'READY' | 'BUILDING' | 'PUBLISHED';
  readonly active: boolean;
  readonly hash: string;
  readonly reason: string | null;
  readonly publishedAt: string | null;
  readonly publishedBy: string | null;
}

const FIELDS = 'metric version state active hash reason publishedAt publishedBy';

export function metricsCommand(program: Command): void {
  const metrics = program
    .command('metrics')
    .description('Definitions of metrics: plan what a new one changes, apply it, roll it back.');
  metrics
    .command('list')
    .description('Every published definition.')
    .action(async (_options: unknown, command: Command) => {
      const { metricDefinitions: all } = await ask<{ metricDefinitions: readonly Definition[] }>(
        `{ metricDefinitions { ${FIELDS} } }`,
      );
      if (command.optsWithGlobals<{ json?: boolean }>().json) printJson(all);
      else print(table([HEAD, ...all.map(row)]));
    });
  metrics
    .command('pull')
    .description('Prints a definition, to be changed and applied.')
    .argument('<metric>', 'metric@version; a metric alone: the version in force')
    .action((reference: string, _options: unknown, command: Command) =>
      pull(reference, command.optsWithGlobals<{ json?: boolean }>().json ?? false),
    );
  planCommand(metrics);
  applyCommand(metrics);
  rollbackCommand(metrics);
}

async function pull(reference: string, json: boolean): Promise<void> {
  const [, metric, version] = /^([^@]+)(?:@(\d{1,9}))?$/.exec(reference) ?? [];
  if (metric === undefined) throw new Failure(`${reference} is no metric@version.`, EXIT.usage);
  const query = `query ($metric: String!, $version: Int) { found: metricDefinition(metric: $metric, version: $version) { metric version body } }`;
  const variables = { metric, version: version === undefined ? null : Number(version) };
  const { found } = await ask<{ found: { metric: string; version: number; body: string } | null }>(query, variables);
  if (!found) throw new Failure(`There is no ${reference}.`, EXIT.failed, 'rapport metrics list shows what there is.');
  say(`${found.metric}@${String(found.version)}`);
  print(json ? found.body : stringify(JSON.parse(found.body)).trimEnd());
}

const HEAD = ['metric', 'version', 'state', 'published', 'by', 'reason'];

const row = ({ metric, version, state, publishedAt, publishedBy, reason }: Definition): string[] => [
  metric,
  String(version),
  state,
  publishedAt?.slice(0, 16) ?? 'it ships',
  publishedBy ?? '-',
  reason ?? '-',
];
