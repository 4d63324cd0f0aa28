import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, carryOut } from './api.js';
import { Failure } from './failure.js';
import { count, duration, print, printJson, ProgressBar, say, table } from './terminal.js';

interface Projection {
  readonly name: string;
  readonly version: number;
  readonly state: 'LIVE' | 'CATCHING_UP' | 'REBUILDING' | 'PAUSED' | 'FAILED';
  readonly position: string;
  readonly lagEvents: number;
  readonly lagSeconds: number;
  /** 0 to 1. */
  readonly build: string;
  readonly progress: number;
  readonly ratePerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly lastError: { readonly reason: string; readonly eventId: string | null } | null;
}

const FIELDS = `name build version state position lagEvents lagSeconds progress ratePerSecond etaSeconds
  lastError { reason position eventId eventType build }`;
const LOOK_MS = 50;
/** A rebuild that was asked for has begun within this time, if a projector runs. */
const BEGIN_MS = 15_000;

export function projectionsCommand(program: Command): void {
  const projections = program.command('projections').description('The read models, and how far they have come.');
  projections
    .command('list')
    .description('All read models: version, state, lag, and how far a rebuild is.')
    .action(async (_options: unknown, command: Command) => {
      const all = await read();
      if (command.optsWithGlobals<{ json?: boolean }>().json) printJson(all);
      else print(table([HEAD, ...all.map(row)]));
    });
  projections
    .command('rebuild')
    .description('Builds a read model anew from the log beside the live one, then switches over. Reads never stop.')
    .argument('<name>')
    .option('--may-differ', 'switch over even when the new rows differ from the old ones')
    .option('--no-wait', 'do not wait until it is done')
    .action(async (name: string, options: { mayDiffer?: boolean; wait: boolean }) => {
      const before = (await read()).find((one) => one.name === name)?.build;
      await carryOut('rebuildProjection', { projection: name, mayDiffer: options.mayDiffer ?? false });
      if (options.wait) await rebuilt(name, before);
      else say(`${name} will be rebuilt: rapport projections list`);
    });
  simple(projections, 'pause', 'pauseProjection', 'Stops a read model where it stands; the others go on.');
  simple(projections, 'resume', 'resumeProjection', 'Lets a read model go on that was paused or has stopped.');
  simple(projections, 'rollback', 'rollbackProjection', 'Switches back to the build before the last rebuild.');
  projections
    .command('skip')
    .description('Lets a read model go on without an event that it cannot apply. This is recorded in the log.')
    .argument('<name>')
    .argument('<event>', 'id of the event, evt_…')
    .requiredOption('--reason <text>', 'why its rows may do without it')
    .action(async (name: string, eventId: string, { reason }: { reason: string }) => {
      await carryOut('skipEvent', { projection: name, eventId, reason });
      say(`${name} goes on without ${eventId}.`);
    });
}

function simple(projections: Command, verb: string, mutation: string, description: string): void {
  projections
    .command(verb)
    .description(description)
    .argument('<name>')
    .action(async (name: string) => {
      await carryOut(mutation, { projection: name });
      say(`${name}: ${verb} is recorded; it takes effect when the projectors have read it.`);
    });
}

const read = async (): Promise<readonly Projection[]> =>
  (await ask<{ projections: readonly Projection[] }>(`{ projections { ${FIELDS} } }`)).projections;

/** Until another build than that is live. */
async function rebuilt(name: string, before: string | undefined): Promise<void> {
  const bar = new ProgressBar('of the log', 1);
  const since = performance.now();
  for (let begun = false; ; await delay(LOOK_MS)) {
    const projection = (await read()).find((one) => one.name === name);
    if (!projection) throw new Failure(`There is no read model ${name}.`);
    const { state, build, progress, ratePerSecond, etaSeconds, lastError } = projection;
    if (state === 'REBUILDING') {
      begun = true;
      const eta = etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`;
      bar.at(progress, eta, `of the log, ${count(Math.round(ratePerSecond ?? 0))} events/s`);
    } else if (state === 'FAILED' || (begun && build === before && lastError)) {
      bar.end();
      throw new Failure(`${name} stopped: ${lastError?.reason ?? 'for no known reason'}`);
    } else if (build !== before) {
      bar.end();
      return say(`${name} is rebuilt and live.`);
    } else if (!begun && performance.now() - since > BEGIN_MS) {
      throw new Failure(`The rebuild of ${name} has not begun.`, 1, 'Does a projector run?');
    }
  }
}

const HEAD = ['name', 'version', 'state', 'position', 'lag', 'progress', 'rate', 'left', 'error'];

const row = (one: Projection): string[] => [
  one.name,
  String(one.version),
  one.state,
  one.position,
  one.lagEvents === 0 ? '0' : `${count(one.lagEvents)} (${duration(one.lagSeconds)})`,
  `${(one.progress * 100).toFixed(0)} %`,
  one.ratePerSecond === null ? '-' : `${count(Math.round(one.ratePerSecond))}/s`,
  one.etaSeconds === null ? '-' : duration(one.etaSeconds),
  one.lastError ? `${one.lastError.reason} ${one.lastError.eventId ?? ''}`.trimEnd() : '-',
];
