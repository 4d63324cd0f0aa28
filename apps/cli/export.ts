import type { Command } from 'commander';
import { PAGE, readPage } from './events.js';
import { count, printJson, say } from './terminal.js';

interface ExportOptions {
  readonly from?: string;
  readonly before?: string;
}

export function exportCommand(program: Command): void {
  program
    .command('export')
    .summary('write the whole ledger as NDJSON')
    .description('Writes every event of the tenant, the oldest first: what rapport import --type events takes back.')
    .option('--from <time>', 'recorded at or after, RFC 3339')
    .option('--before <time>', 'recorded before, RFC 3339')
    .action((_options: unknown, command: Command) => exportEvents(command.optsWithGlobals()));
}

async function exportEvents(options: ExportOptions): Promise<void> {
  let exported = 0;
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo }: Awaited<ReturnType<typeof readPage>> = await readPage(
      { ...options, oldestFirst: true },
      PAGE,
      after,
    );
    nodes.forEach(printJson);
    exported += nodes.length;
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
  }
  say(`${count(exported)} events`);
}
