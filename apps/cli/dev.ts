import type { Command } from 'commander';

export function devCommand(program: Command): void {
  program
    .command('dev')
    .description('Starts everything on this machine, as `npm start` does: database, demo data, API, projector.')
    .action(async () => {
      await import('../dev/main.js');
    });
}
