// The Node that npm brought along (an optional dependency), where the machine's own is too old.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);

export const isNewEnough = major > 24 || (major === 24 && minor >= 9);

/** Path of a Node that runs Rapport. */
export function newNode() {
  if (isNewEnough) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const found = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]
    .map((name) => `${MODULES}${name}/bin/node${platform === 'win' ? '.exe' : ''}`)
    .find(existsSync);
  if (found) return found;
  throw new Error(`Rapport needs Node 24.9 or newer; this is ${process.version}, and \`npm ci\` installed no other.`);
}

/** Runs Node and passes signals on. Resolves with its exit code, as a shell has it. */
export function runNode(args, options = {}) {
  const child = spawn(newNode(), args, { stdio: 'inherit', ...options });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
