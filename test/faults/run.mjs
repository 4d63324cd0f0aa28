// `npm run test:faults -- --cycles 30 --seconds 600 --seed 1`: kills parts of the product under load, and counts.
// `npm run test:faults -- --apply 30`: kills them while definitions of metrics are applied.
import { fileURLToPath } from 'node:url';
import { buildIfStale } from '../../apps/dev/build.mjs';
import { runNode } from '../../apps/dev/node.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

await buildIfStale();
process.exitCode = await runNode(['dist/test/faults/main.js', ...process.argv.slice(2)], { cwd: ROOT });
