import { Option, type Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { apiUrl, ask, authorization, refusedBy } from './api.js';
import { EXIT, Failure } from './failure.js';
import { list, wholeNumber } from './options.js';
import { dim, print, printJson, say, table } from './terminal.js';

interface EventLine {
  readonly id: string;
  readonly position: string;
  readonly recordedAt: string;
  readonly occurredAt: string;
  readonly type: string;
  readonly stream: string;
}

interface Page {
  readonly nodes: readonly EventLine[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface HistoryOptions {
  readonly type?: readonly string[];
  readonly stream?: string;
  readonly actor?: string;
  readonly from?: string;
  readonly before?: string;
  readonly oldestFirst?: boolean;
}

interface ListOptions extends HistoryOptions {
  readonly limit: number;
  readonly json?: boolean;
}

const FIELDS = `id type schemaVersion stream revision position occurredAt recordedAt actor { id kind } correlationId
  causationId idempotencyKey inputHash dataClass data`;
export const PAGE = 200;
const RETRY_MS = 1000;

export function eventsCommand(program: Command): void {
  const events = program.command('events').description('The history of the ledger.');
  events
    .command('list')
    .description('Events straight from the log, the newest first.')
    .option('--type <type,…>', 'only these types', list)
    .addOption(new Option('--stream <name>', 'only this stream: relationship-demo.rel_…').conflicts(['type', 'actor']))
    .option('--actor <id>', 'only what this actor recorded')
    .option('--from <time>', 'recorded at or after, RFC 3339')
    .option('--before <time>', 'recorded before, RFC 3339')
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--oldest-first', 'in the order in which they were recorded')
    .action((_options: unknown, command: Command) => listEvents(command.optsWithGlobals()));
  events
    .command('follow')
    .description('Events as they are recorded, until Ctrl-C. A lost connection loses none.')
    .option('--type <type,…>', 'only these types', list)
    .option('--after <position>', 'begin after this position; else with what comes now')
    .action((_options: unknown, command: Command) => followEvents(command.optsWithGlobals()));
  events
    .command('show')
    .description('One event with all that is known of it.')
    .argument('<id>', 'evt_…')
    .action((id: string, _options: unknown, command: Command) => showEvent(id, command.optsWithGlobals()));
}

async function listEvents(options: ListOptions): Promise<void> {
  let left = options.limit;
  let after: string | null = null;
  const found: EventLine[] = [];
  while (left > 0) {
    const page: Page = await readPage(options, Math.min(left, PAGE), after);
    if (options.json) page.nodes.forEach(printJson);
    else found.push(...page.nodes);
    left -= page.nodes.length;
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) break;
  }
  if (!options.json && found.length > 0) print(table([HEAD, ...found.map(row)]));
}

/** One page of history, in the order of `after`. */
export async function readPage(options: HistoryOptions, first: number, after: string | null): Promise<Page> {
  const order = options.oldestFirst ? 'OLDEST_FIRST' : 'NEWEST_FIRST';
  const page = `nodes { ${FIELDS} } pageInfo { hasNextPage endCursor }`;
  if (options.stream !== undefined) {
    const query = `query ($stream: String!, $order: HistoryOrder!, $first: Int, $after: String) {
      ledger { stream(name: $stream) { events(order: $order, first: $first, after: $after) { ${page} } } } }`;
    const variables = { stream: options.stream, order, first, after };
    return (await ask<{ ledger: { stream: { events: Page } } }>(query, variables)).ledger.stream.events;
  }
  const query = `query ($filter: LedgerEventFilter, $order: HistoryOrder!, $first: Int, $after: String) {
    ledger { events(filter: $filter, order: $order, first: $first, after: $after) { ${page} } } }`;
  const { type: types, actor: actorId, from: recordedFrom, before: recordedBefore } = options;
  const variables = { filter: { types, actorId, recordedFrom, recordedBefore }, order, first, after };
  return (await ask<{ ledger: { events: Page } }>(query, variables)).ledger.events;
}

async function followEvents(options: { type?: readonly string[]; after?: string; json?: boolean }): Promise<void> {
  const { createClient } = await import('graphql-sse');
  const client = createClient({ url: apiUrl('/graphql').href, headers: authorization, retryAttempts: 0 });
  const query = `subscription ($types: [String!], $after: Position) {
    ledgerEvents(types: $types, after: $after) { ${FIELDS} } }`;
  let after = options.after ?? (await headPosition());
  if (!options.json) say(dim(HEAD.join('  ')));
  for (;;) {
    try {
      const results = client.iterate<{ ledgerEvents: EventLine }>({ query, variables: { types: options.type, after } });
      for await (const { data, errors } of results) {
        if (errors?.[0]) throw refusedBy(String(errors[0].extensions['code']), errors[0].message);
        if (!data) continue;
        if (options.json) printJson(data.ledgerEvents);
        else print(row(data.ledgerEvents).join('  '));
        after = data.ledgerEvents.position;
      }
    } catch (error) {
      if (error instanceof Failure && error.exitCode !== EXIT.storeDown) throw error;
    }
    say(dim('The connection ended; trying again.'));
    await delay(RETRY_MS);
  }
}

async function headPosition(): Promise<string> {
  const { ledger } = await ask<{ ledger: { head: { position: string } } }>('{ ledger { head { position } } }');
  return ledger.head.position;
}

async function showEvent(id: string, { json }: { json?: boolean }): Promise<void> {
  const query = `query ($id: ID!) { ledger { event(id: $id) { ${FIELDS} } } }`;
  const { event } = (await ask<{ ledger: { event: EventLine | null } }>(query, { id })).ledger;
  if (!event) throw new Failure(`There is no event ${id}.`);
  print(JSON.stringify(event, null, json ? undefined : 2));
}

const HEAD = ['position', 'recorded', 'occurred', 'type', 'stream', 'id'];

const row = ({ position, recordedAt, occurredAt, type, stream, id }: EventLine): string[] => [
  position.padStart(8),
  recordedAt,
  occurredAt,
  type.padEnd(22),
  stream,
  id,
];
