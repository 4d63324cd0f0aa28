import { printRatios, type Ratio } from './measure.js';

// One bench in a process of its own: what another left in memory, or made the compiler believe, is not measured.
const name = process.argv[2];
const { run } = (await import(`./${name}.bench.ts`)) as { run: () => Promise<readonly Ratio[]> };
const begun = performance.now();
const ratios = await run();
console.log(`${name}, ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
printRatios(ratios);
console.log();
