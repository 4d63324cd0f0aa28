import { parseArgs } from 'node:util';
import { Applying } from './applying.js';
import { Faults } from './faults.js';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '30' },
    events: { type: 'string', default: '12000' },
    seconds: { type: 'string', default: 'Infinity' },
    apply: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
  },
});
const options = {
  cycles: Number(values.cycles),
  events: Number(values.events),
  seconds: Number(values.seconds),
  seed: values.seed,
  report: (line: string) => {
    console.log(line);
  },
};

console.log(`seed ${options.seed}`);
if (values.apply !== undefined) {
  await apply(Number(values.apply));
  process.exit();
}
const faults = await Faults.open(options);
try {
  await faults.run();
  await faults.endIdleSessions();
  const { lost, doubled, unknown, gaps, problems, ...counts } = await faults.conclude();
  console.log(`
cycles        ${String(counts.cycles)}
killed        ${tally(counts.killed)}
attempts      ${String(counts.attempts)} (${tally(counts.unanswered)})
acknowledged  ${String(counts.acknowledged)}
events        ${String(counts.events)}
lost          ${String(lost.length)}
doubled       ${String(doubled.length)}`);
  const wrong = [...lost, ...doubled, ...unknown, ...gaps, ...problems];
  for (const line of wrong) console.error(line);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  await faults.close();
}

/** Definitions of metrics, applied while whatever takes part in it is killed. */
async function apply(cycles: number): Promise<void> {
  const applying = await Applying.open({ ...options, cycles, relationships: 1000 });
  try {
    await applying.run();
    const { problems, ...done } = await applying.conclude();
    console.log(`\ncycles        ${String(done.cycles)}\nproblems      ${String(problems.length)}`);
    for (const line of problems) console.error(line);
    process.exitCode = problems.length > 0 ? 1 : 0;
  } finally {
    await applying.close();
  }
}

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ');
}
