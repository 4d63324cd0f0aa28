import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ask } from './api.js';
import { EXIT, Failure } from './failure.js';
import { setting } from './options.js';
import { print } from './terminal.js';

interface QueryOptions {
  readonly var?: readonly [string, string][];
  readonly json?: boolean;
}

export function queryCommand(program: Command): void {
  program
    .command('query')
    .description('Sends a GraphQL operation and prints its data.')
    .argument('<operation>', 'the operation itself, a file that holds it, or - for standard input')
    .option('--var <name=value>', 'a variable, as JSON or else as text; may be repeated', setting)
    .action(async (operation: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<QueryOptions>();
      const variables = Object.fromEntries((options.var ?? []).map(([name, value]) => [name, valueOf(value)]));
      const data = await ask<unknown>(await read(operation), variables);
      print(JSON.stringify(data, null, options.json ? undefined : 2));
    });
}

async function read(operation: string): Promise<string> {
  if (operation === '-') return text(process.stdin);
  if (/[{\s]/.test(operation)) return operation;
  return readFile(operation, 'utf8').catch(() => {
    throw new Failure(`${operation} is no operation and no file.`, EXIT.usage);
  });
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
