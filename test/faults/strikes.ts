import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../libs/demo/random.js';
import { projections } from '../../libs/read-models/read-models.js';
import type { Client } from './client.js';
import { eventually } from './eventually.js';
import type { Load } from './load.js';
import type { Program } from './program.js';
import type { World } from './world.js';

export interface Scene {
  readonly world: World;
  readonly load: Load;
  readonly client: Client;
  readonly random: Random;
}

/** One fault and its repair. Returns what exactly was done. */
export type Strike = (scene: Scene) => Promise<string>;

/** Every kind of fault, by name. */
export const strikes = {
  server: async ({ world, random }) => {
    const how = random.pick(['whole', 'postmaster', 'backend'] as const);
    if (how === 'backend') {
      await world.killBackend((pids) => random.pick(pids));
      return 'a process of PostgreSQL, which recovers by itself';
    }
    await world.killServer(how === 'whole');
    await away(random);
    await world.startServer();
    return how === 'whole' ? 'PostgreSQL with all its processes' : 'the postmaster alone';
  },

  api: async ({ world, random }) => {
    const victims = random.chance(0.5) ? [random.pick([...world.apis])] : [...world.apis];
    await Promise.all(victims.map((api) => world.kill(api)));
    await away(random);
    await Promise.all(victims.map(() => world.startApi()));
    return `${String(victims.length)} of the APIs`;
  },

  sessions: async ({ world, random }) => {
    const share = random.pick([1, 0.5]);
    for (let again = random.whole(1, 3); again > 0; again--) {
      await world.terminateSessions(share);
      await away(random);
    }
    return share === 1 ? 'all sessions' : 'half of the sessions';
  },

  /** The other projector takes over what the killed one had: it alone brings the read models up to date. */
  projector: async (scene) => {
    const { world, random } = scene;
    await sharing(world, 2);
    const victim = random.pick([...world.projectors]);
    const frozen = random.chance(0.3);
    if (frozen) victim.freeze();
    else await world.kill(victim);
    await untilShown(scene);
    // Whoever was taken for dead and wakes up must not write any more.
    if (frozen) victim.thaw();
    else world.startProjector();
    await sharing(world, 2);
    return frozen ? 'a projector froze, and woke up after another had taken over' : 'one of two projectors';
  },

  /** Whatever interrupts a rebuild, the same build goes on and becomes the live one. */
  rebuild: async ({ world, client, random }) => {
    const { name, tables } = random.pick(projections);
    const victim = random.pick(['PostgreSQL', 'the projectors'] as const);
    // A report that reads the old rows meanwhile: nothing is switched before that is over.
    const next = await world.whileReading(`${name}.${Object.keys(tables)[0]!}`, async () => {
      const key = `rebuild ${String(random.next())}`;
      await client.carryOut({ key, mutation: 'rebuildProjection', input: { projection: name } });
      const begun = await eventually(`a rebuild of ${name} begins`, async () =>
        (await world.builds()).find(({ projection, role }) => projection === name && role === 'NEXT'),
      );
      await away(random);
      if (victim === 'PostgreSQL') await world.killServer(true);
      else await killAll(world, [...world.projectors]);
      return begun;
    });
    if (victim === 'PostgreSQL') await world.startServer();
    else for (let i = 0; i < 2; i++) world.startProjector();
    await eventually(`${next.schema} becomes the live build`, async () => {
      const build = (await world.builds()).find(({ schema }) => schema === next.schema);
      if (build?.error) throw new Error(`${build.schema} stopped: ${build.error.reason}`);
      if (build?.role === 'LIVE' && !build.parity) throw new Error(`${build.schema} was not compared.`);
      return build?.role === 'LIVE';
    });
    return `${victim} during a rebuild of ${name}`;
  },

  everything: async ({ world, random }) => {
    const [apis, projectors] = [[...world.apis], [...world.projectors]];
    await Promise.all([world.killServer(true), killAll(world, [...apis, ...projectors])]);
    await away(random);
    await world.startServer();
    for (const _ of projectors) world.startProjector();
    await Promise.all(apis.map(() => world.startApi()));
    return 'everything at once';
  },
} satisfies Record<string, Strike>;

export type StrikeName = keyof typeof strikes;

/** The read models show what every API has recorded since. */
export async function untilShown({ world, load }: Scene): Promise<void> {
  const urls = await world.addresses();
  const positions = await Promise.all(urls.map((url) => load.touchBy(url)));
  for (const position of positions) await world.shown(position);
}

/** Until so many projectors each own a part of the builds. */
const sharing = (world: World, projectors: number): Promise<unknown> =>
  eventually(`${String(projectors)} projectors share the builds`, async () => {
    const live = (await world.builds()).filter(({ role }) => role === 'LIVE');
    return new Set(live.map(({ owner }) => owner ?? '')).size === projectors && live.every(({ owner }) => owner);
  });

const killAll = (world: World, programs: readonly Program[]): Promise<unknown> =>
  Promise.all(programs.map((program) => world.kill(program)));

/** Outages are short and long. */
const away = (random: Random): Promise<void> => delay(random.next() ** 2 * 1000);
