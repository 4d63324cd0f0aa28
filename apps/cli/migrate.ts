import type { Command } from 'commander';
import { databaseDown, likelyProgram, settingsOf } from './settings.js';
import { printJson, say } from './terminal.js';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Brings the database of DATABASE_URL (else the embedded one) up to date, as its owner.')
    .action(async (_options: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const settings = settingsOf(likelyProgram() === 'dev' ? 'dev' : 'projector');
      const [{ openDatabase }, { migrate }, { migrations }] = await Promise.all([
        import('../dev/database.js'),
        import('../../libs/database/migrate.js'),
        import('../migrations.js'),
      ]);
      const database = await openDatabase(settings).catch(databaseDown);
      try {
        const done = await migrate(database.url, migrations);
        if (json) printJson({ done });
        for (const name of done) say(`applied ${name}`);
        if (done.length === 0) say('up to date');
      } finally {
        await database.stop?.();
      }
    });
}
