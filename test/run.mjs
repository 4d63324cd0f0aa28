// `npm test`: Jest with the Node and the flags it needs; the last line counts what passed and failed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from '../apps/dev/build.mjs';
import { runNode } from '../apps/dev/node.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

const args = process.argv.slice(2);
const isPartial = args.some((arg) => !arg.startsWith('-'));
// Tests of the whole start the built programs.
if (!isPartial || args.some((arg) => /e2e|faults|bench/.test(arg))) await buildIfStale();

const temporary = mkdtempSync(join(tmpdir(), 'rapport-jest-'));
const output = join(temporary, 'result.json');
const jest = [...FLAGS, 'node_modules/jest/bin/jest.js', '--json', `--outputFile=${output}`, ...args];
process.exitCode = await runNode(jest, { cwd: ROOT });
if (existsSync(output)) report(JSON.parse(readFileSync(output, 'utf8')));
rmSync(temporary, { recursive: true });

function report({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter(({ status }) => status === 'pending' || status === 'todo');
  // A suite that cannot run here says why in its own name.
  for (const suite of new Set(skipped.map(({ ancestorTitles, title }) => ancestorTitles[0] ?? title))) {
    console.log(`skipped: ${suite}`);
  }
  console.log(`${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`);
}
