import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PostgresCluster, type Postmaster } from './postgres-cluster.js';
import { ServerClaim } from './server-claim.js';

export interface EmbeddedPostgresOptions {
  /** The data is its subdirectory `postgres`. Made when absent. */
  readonly directory: string;
  /** PostgreSQL settings over its own defaults, which are the durable ones; without effect on a server already up. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** As the owner, database `postgres`. */
  readonly url: string;
  /** Process id of the server. */
  readonly pid: number;
  /** False: it was up already, left behind by a killed process or shared with a living one. */
  readonly started: boolean;
  /** Resolves once the server has ended, asked to or not. */
  readonly exited: Promise<void>;
  /** Ends the server and waits for that, unless another process uses it too. */
  stop(): Promise<void>;
}

const START_MS = 60_000; // recovery after a crash may have much to read
const STOP_MS = 30_000;

/**
 * The PostgreSQL of a directory, started if it is not up. Every user holds a claim that dies with its process, and the
 * last one out ends the server: two may start at once, and a server left behind by SIGKILL is simply used again.
 * Rejects with what PostgreSQL says when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await PostgresCluster.open(join(resolve(options.directory), 'postgres'));
  const { server, child, claim } = await reach(cluster, options.settings ?? {});
  const exited = child ? once(child, 'exit').then(() => undefined) : ended(cluster, server);
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    if (await claim.release()) {
      cluster.shutDown(server);
      const late = setTimeout(() => cluster.shutDown(server, 'immediate'), STOP_MS);
      await exited;
      clearTimeout(late);
    }
    await claim.close();
  }
  return {
    url: cluster.url(server),
    pid: server.pid,
    started: child !== undefined,
    exited,
    stop: () => (stopped ??= stop()),
  };
}

/** Joins the server that is up, else launches one. However many do so at once, they end up at one server. */
async function reach(cluster: PostgresCluster, settings: Readonly<Record<string, string>>) {
  let child: ChildProcess | undefined;
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await delay(10)) {
    const server = cluster.running();
    if (server?.ready) {
      const claim = new ServerClaim(cluster.url(server));
      if (await claim.take()) return { server, claim, child: child?.pid === server.pid ? child : undefined };
      // Cleaners of temporary directories take old sockets away; then nobody can reach the server any more.
      if (!cluster.hasSocket(server)) cluster.shutDown(server);
    } else if (!server && !isRunning(child)) {
      if (child) cluster.throwUnlessBusy();
      child = await cluster.launch(settings);
    }
  }
  throw new Error(`PostgreSQL was not ready within ${START_MS / 1000} s. Its log: ${cluster.log}`);
}

const isRunning = (child: ChildProcess | undefined) => child?.exitCode === null && child.signalCode === null;

/** For a server that is not our child. */
async function ended(cluster: PostgresCluster, server: Postmaster): Promise<void> {
  while (cluster.running()?.pid === server.pid) await delay(100, undefined, { ref: false });
}
