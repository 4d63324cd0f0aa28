import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Projection } from '../event-sourcing/projection.js';
import type { EventStore } from '../event-store/event-store.js';
import type { Work } from './applier.js';
import { dropRetired, makeMissing, missing, readKnown, recordFailure, type Build, type Known } from './builds.js';
import type { OwnedBuild } from './checkpoint.js';
import { followControl } from './control.js';
import { messageOf } from './failures.js';
import { follow } from './follow.js';
import { CHANGED_CHANNEL, Leases } from './lease.js';
import { listen } from './listen.js';
import { rebuild } from './rebuild.js';
import { pause, retrying } from './retry.js';
import { compile, type CompiledProjection } from './tables.js';
import { Turns } from './turns.js';

export interface ProjectorOptions {
  readonly store: EventStore;
  /** Needs some three connections, and one more per projection that works at the same moment. */
  readonly pool: pg.Pool;
  readonly projections: readonly Projection[];
  /** Runs rebuilds somewhere else, in a thread: calls `rebuild` there. Absent: here, between everything else. */
  readonly rebuildElsewhere?: (job: RebuildJob, signal: AbortSignal) => Promise<void>;
  /** How long a process may be silent before others take over its work. Default 10 s. */
  readonly leaseMs?: number;
  /** Hears of what failed and is tried again. */
  readonly report?: (problem: string) => void;
}

export interface RebuildJob {
  readonly projection: string;
  readonly build: OwnedBuild;
}

export interface Projector {
  /** Ends after the batches in work are written, and lets others take over at once. */
  stop(): Promise<void>;
}

/** Keeps projections up to date, together with all other processes that do. Migrations must have run. */
export function startProjector(options: ProjectorOptions): Projector {
  const worker = new Worker(options);
  const ended = worker.run();
  return {
    async stop() {
      worker.stopping.abort();
      await ended;
    },
  };
}

interface Task {
  readonly role: Build['role'];
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

class Worker {
  readonly stopping = new AbortController();
  private readonly projections: ReadonlyMap<string, CompiledProjection>;
  private readonly leases: Leases;
  private readonly leaseMs: number;
  private readonly report: (problem: string) => void;
  private readonly tasks = new Map<string, Task>();
  private readonly rebuilds = new Turns(REBUILDS_AT_ONCE);
  /** Builds that nobody owned when last looked at, though others had the chance. */
  private orphans = new Set<string>();
  private workers = 1;
  private nudge = new AbortController();

  constructor(private readonly options: ProjectorOptions) {
    this.projections = new Map(options.projections.map((projection) => [projection.name, compile(projection)]));
    this.leaseMs = options.leaseMs ?? 10_000;
    this.leases = new Leases(options.pool, randomUUID(), this.leaseMs);
    this.report = options.report ?? (() => undefined);
  }

  async run(): Promise<void> {
    const { pool, store } = this.options;
    const { signal } = this.stopping;
    signal.addEventListener('abort', this.look);
    const listening = listen(pool, CHANGED_CHANNEL, { connected: this.beginAnew, heard: this.look }, signal);
    const control = followControl(pool, store, signal, this.report);
    let tried = false;
    while (!signal.aborted) {
      this.nudge = new AbortController();
      try {
        // A new program may get over what stopped the old one.
        if (!tried) await pool.query(TRY_AGAIN, [[...this.projections.keys()]]);
        tried = true;
        await this.arrange();
      } catch (error) {
        this.report(messageOf(error));
      }
      await pause(this.leaseMs / 4, this.nudge.signal);
      if (this.nudge.signal.aborted) this.orphans.clear(); // so soon, the others have not had their chance
    }
    for (const task of this.tasks.values()) task.stop.abort();
    await Promise.all([...this.tasks.values()].map(({ ended }) => ended));
    await Promise.all([control, listening]);
    await this.leases.leave().catch(() => undefined); // else they run out
  }

  private readonly look = (): void => {
    this.nudge.abort();
  };

  /**
   * Whoever follows begins again at its checkpoint. The connection may be a new one because the database crashed, which
   * loses the last checkpoints with their rows; one that waits for the next event would not notice until that comes.
   */
  private readonly beginAnew = (): void => {
    for (const task of this.tasks.values()) if (task.role === 'LIVE') task.stop.abort();
    this.look();
  };

  /** Makes what is missing, renews what is owned, takes a fair share of the rest. */
  private async arrange(): Promise<void> {
    const { owned, workers } = await this.leases.renew();
    const known = await this.readKnown();
    const wanted = [...known].flatMap(([name, projection]) => this.wanted(this.projections.get(name)!, projection));
    await this.drop(owned, new Set(wanted.map(({ schema }) => schema)));
    const share = Math.ceil(wanted.length / workers);
    if (workers > this.workers) await this.yieldTo(share);
    this.workers = workers;
    const free = wanted.filter((build) => build.free && !this.tasks.has(build.schema));
    for (const build of free) {
      // One rebuild beside the live builds at a time: it needs several connections at once.
      if (build.role === 'NEXT' && [...this.tasks.values()].some(({ role }) => role === 'NEXT')) continue;
      // Beyond the fair share, only what nobody else takes: the others may run another version.
      if (this.tasks.size < share || this.orphans.has(build.schema)) await this.take(build);
    }
    this.orphans = new Set(free.map(({ schema }) => schema).filter((schema) => !this.tasks.has(schema)));
    await dropRetired(this.options.pool);
  }

  private async readKnown(): Promise<ReadonlyMap<string, Known>> {
    const { pool } = this.options;
    const names = [...this.projections.keys()];
    const known = await readKnown(pool, names);
    const lacking = names.filter((name) => missing(this.projections.get(name)!.version, known.get(name)!));
    if (lacking.length === 0) return known;
    for (const name of lacking) await makeMissing(pool, this.projections.get(name)!);
    return readKnown(pool, names);
  }

  /** What this program should see to. Only the code of a version may write its rows. */
  private wanted(projection: CompiledProjection, { control, builds }: Known): readonly Build[] {
    if (control.paused) return [];
    return builds.filter(({ role, version, error }) => role !== 'PREVIOUS' && version === projection.version && !error);
  }

  /** Ends work on what is not ours or not wanted any more. */
  private async drop(owned: ReadonlyMap<string, OwnedBuild>, wanted: ReadonlySet<string>): Promise<void> {
    for (const [schema, task] of this.tasks) if (!owned.has(schema) || !wanted.has(schema)) task.stop.abort();
    const idle = [...owned.keys()].filter((schema) => !this.tasks.has(schema));
    if (idle.length > 0) await this.leases.release(idle); // of a task whose release did not get through
  }

  private async yieldTo(share: number): Promise<void> {
    const surplus = [...this.tasks.values()].slice(share);
    for (const task of surplus) task.stop.abort();
    await Promise.all(surplus.map(({ ended }) => ended));
  }

  private async take(build: Build): Promise<void> {
    const owned = await this.leases.claim(build.schema);
    if (!owned) return;
    const { pool, store } = this.options;
    const work = { pool, store, projection: this.projections.get(build.projection)!, build: owned };
    const stop = new AbortController();
    const ended = this.work(work, build, stop.signal).finally(async () => {
      this.tasks.delete(owned.schema);
      await this.leases.release([owned.schema]).catch(() => undefined);
      this.look();
    });
    this.tasks.set(owned.schema, { role: build.role, stop, ended });
  }

  private async work(work: Work, { role, phase, position }: Build, signal: AbortSignal): Promise<void> {
    const { rebuildElsewhere } = this.options;
    try {
      await retrying(signal, this.report, async () => {
        if (role === 'LIVE' && phase === 'FOLLOWING') await follow(work, signal, this.report);
        else if ((await work.store.head()) - position <= NEAR) await rebuild(work, signal, this.report);
        else {
          await this.rebuilds.take(signal, () =>
            rebuildElsewhere
              ? rebuildElsewhere({ projection: work.projection.name, build: work.build }, signal)
              : rebuild(work, signal, this.report),
          );
        }
      });
    } catch (error) {
      await recordFailure(work.pool, work.build, error).catch(() => undefined); // then it fails again, and is recorded
      this.report(messageOf(error));
    }
  }
}

/** Each takes memory of its own, and two keep a core and PostgreSQL busy. */
const REBUILDS_AT_ONCE = 2;

/** So little is rebuilt faster than a thread starts. */
const NEAR = 10_000n;

const TRY_AGAIN = 'UPDATE projecting.builds SET error = NULL WHERE projection = ANY ($1) AND error IS NOT NULL';
