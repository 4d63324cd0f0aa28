import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startEmbeddedPostgres } from '../../libs/database/embedded-postgres.js';

// Outlives a run by a moment, however the run ends: then nothing that it started does. The run says which processes
// it has started (`12`) and seen end (`-12`); what ends the run, a kill -9 included, ends that conversation.
const directory = process.argv[2]!;
const running = new Set<number>();
for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line);
  if (pid > 0) running.add(pid);
  else running.delete(-pid);
}
for (const pid of running) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
if (existsSync(join(directory, 'postgres'))) await (await startEmbeddedPostgres({ directory })).stop();
rmSync(directory, { recursive: true, force: true, maxRetries: 10 }); // what ends last may still write its last
