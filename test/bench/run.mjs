// `npm run bench`, `npm run bench append mutation`, `npm run bench growth -- --events 100000`: measures each path beside its
// floor in the same run. `--cpu-prof DIR` profiles the processes of the product while it does.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../../apps/dev/build.mjs';
import { newNode } from '../../apps/dev/node.mjs';

const BENCHES = ['append', 'mutation', 'import', 'lag', 'rebuild', 'queries', 'metrics', 'growth'];
const TYPESCRIPT = new URL('../typescript.mjs', import.meta.url).href;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string' }, 'cpu-prof': { type: 'string' } },
});
const unknown = positionals.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are ${BENCHES.join(', ')}.`);
  process.exit(2);
}

const env = { ...process.env };
if (values.events) env.BENCH_EVENTS = values.events;
if (values['cpu-prof']) {
  env.BENCH_PROFILE = resolve(values['cpu-prof']);
  mkdirSync(env.BENCH_PROFILE, { recursive: true });
}

await buildIfStale(); // the command line runs as it is installed
console.log(machine());
for (const name of positionals.length > 0 ? positionals : BENCHES) {
  const file = fileURLToPath(new URL('one.ts', import.meta.url));
  const child = fork(file, [name], { execPath: newNode(), execArgv: ['--import', TYPESCRIPT], env });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  if (code !== 0) process.exit(code ?? 1);
}

function machine() {
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0].toFixed(1);
  return `${availableParallelism()} cores (${cpus()[0].model}), ${memoryGb} GB, load ${load} before the start\n`;
}
