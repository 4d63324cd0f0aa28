import { Option, type Command } from 'commander';
import { likelyProgram, PROGRAMS, settingsOf, type Program } from './settings.js';
import { print, printJson, table } from './terminal.js';

const SECRETS = new Set(['authSecret']);

export function configCommand(program: Command): void {
  program
    .command('config')
    .description('Shows the settings as the environment makes them; exit code 78 names every problem at once.')
    .addOption(
      new Option('--for <program>', 'who is to work with them (api with DATABASE_URL, else dev)').choices(PROGRAMS),
    )
    .action((_options: unknown, command: Command) => {
      const { json, for: whom = likelyProgram() } = command.optsWithGlobals<{ json?: boolean; for?: Program }>();
      const settings = Object.entries({ program: whom, ...settingsOf(whom) }).map(
        ([name, value]) => [name, shown(name, value)] as const,
      );
      if (json) printJson(Object.fromEntries(settings));
      else print(table(settings.map(([name, value]) => [name, value === null ? '-' : String(value)])));
    });
}

function shown(name: string, value: string | number | boolean | undefined): string | number | boolean | null {
  if (value === undefined) return null;
  if (SECRETS.has(name)) return '(set)';
  return typeof value === 'string' ? value.replace(/(:\/\/[^/:@]+):[^/@]+@/, '$1:***@') : value;
}
