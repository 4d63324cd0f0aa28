// Writes schema.graphql from the code; with --check it only says whether the file is what the code means.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isNewEnough, runNode } from '../dev/node.mjs';

const FILE = new URL('../../schema.graphql', import.meta.url);

if (!isNewEnough) {
  process.exitCode = await runNode([fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else {
  await import('../../test/typescript.mjs');
  await import('reflect-metadata');
  const { printedSchema } = await import('./print-schema.ts');
  const schema = await printedSchema();
  if (!process.argv.includes('--check')) {
    writeFileSync(FILE, schema);
  } else if (readFileSync(FILE, 'utf8') !== schema) {
    console.error('schema.graphql is not what the code means: run `npm run schema` and commit it.');
    process.exitCode = 1;
  }
}
