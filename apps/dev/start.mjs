// `npm start`: builds what is stale, then runs it.
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build.mjs';
import { isNewEnough, runNode } from './node.mjs';

const MAIN = new URL('../../dist/apps/dev/main.js', import.meta.url);

const began = performance.now();
if (await buildIfStale()) console.log(`built      ${((performance.now() - began) / 1000).toFixed(1)} s`);
if (isNewEnough) await import(MAIN.href);
else process.exitCode = await runNode([fileURLToPath(MAIN)]);
