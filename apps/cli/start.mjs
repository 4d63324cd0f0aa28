// `npm run rapport -- …`: builds what is stale, then runs it.
import { fileURLToPath } from 'node:url';
import { buildIfStale } from '../dev/build.mjs';
import { isNewEnough, runNode } from '../dev/node.mjs';

const MAIN = new URL('../../dist/apps/cli/main.js', import.meta.url);

await buildIfStale();
if (isNewEnough) await import(MAIN.href);
else process.exitCode = await runNode([fileURLToPath(MAIN), ...process.argv.slice(2)]);
