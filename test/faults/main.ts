import { parseArgs } from 'node:util';
import { Faults } from './faults.js';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '30' },
    events: { type: 'string', default: '12000' },
    seconds: { type: 'string', default: 'Infinity' },
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

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ');
}
