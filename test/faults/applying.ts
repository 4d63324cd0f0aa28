import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../libs/demo/random.js';
import { deriveId, type RelationshipId } from '../../libs/event-sourcing/id.js';
import { fromMillis } from '../../libs/event-sourcing/instant.js';
import { TOLERANCE } from '../../libs/read-models/health/pieces.js';
import { Client, TENANT } from './client.js';
import { Journal } from './journal.js';
import { Program } from './program.js';
import { World } from './world.js';

export interface ApplyingOptions {
  readonly cycles: number;
  readonly seed: string;
  /** At most a thousand: then every one of them is compared with its raw events. */
  readonly relationships: number;
  readonly report?: (line: string) => void;
}

const METRIC = 'age';
const DAY_MS = 86_400_000;
/** How the command line ends when nobody answered it. */
const STORE_DOWN = 69;
/** About as long as an apply takes here, from the start of the command line to its end. */
const APPLY_MS = 2_000;
const VICTIMS = ['the projectors', 'an API', 'the command line', 'an API and the projectors', 'PostgreSQL'] as const;

const definition = (halfLifeDays: number): string => `metric: ${METRIC}
relationshipKinds: [CARE]
components:
  - { name: recency, type: recency, mode: AGE, halfLifeDays: ${String(halfLifeDays)}, weight: 1 }
bands:
  - { name: GREEN, from: 60 }
  - { name: RED, from: 0 }
`;

interface Listed {
  readonly relationships: {
    readonly nodes: readonly {
      readonly health: { readonly score: number; readonly definition: { readonly version: number } };
    }[];
  };
}

const LIST = `query ($position: Position!) {
  relationships(first: 100, atLeastPosition: $position, orderBy: { field: HEALTH, direction: DESC }) {
    nodes { health { score definition { version } } } } }`;

const IN_FORCE = `query ($position: Position!) {
  found: metricDefinition(metric: "${METRIC}", atLeastPosition: $position) { version state } }`;

const PARITY = `query ($position: Position!) {
  parity: metricParity(metric: "${METRIC}", sample: 1000, atLeastPosition: $position) {
    same sample differing { relationshipId what } } }`;

/** Definitions applied one after the other, and whatever takes part in it killed at any moment. */
export class Applying {
  private readonly problems: string[] = [];
  private readonly ties: RelationshipId[] = [];
  private cycles = 0;
  /** In force, as far as the one who applies knows. */
  private version = 1;

  private constructor(
    private readonly options: ApplyingOptions,
    private readonly random: Random,
    private readonly world: World,
    private readonly client: Client,
  ) {}

  static async open(options: ApplyingOptions): Promise<Applying> {
    const world = await World.open({ apis: 2, projectors: 2 });
    try {
      const random = new Random(`${options.seed}, applying`);
      const client = await Client.open(world, Journal.create(join(world.directory, 'journal')), random);
      const applying = new Applying(options, random, world, client);
      await applying.fill();
      return applying;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  async run(): Promise<void> {
    try {
      while (this.cycles < this.options.cycles) await this.cycle();
    } catch (error) {
      throw new Error(`${String(error)}\n${await this.world.describe()}`, { cause: error });
    }
  }

  async conclude(): Promise<{ readonly cycles: number; readonly problems: readonly string[] }> {
    await this.world.stop();
    return { cycles: this.cycles, problems: [...this.problems, ...this.world.problems] };
  }

  close(): Promise<void> {
    return this.world.close();
  }

  private async fill(): Promise<void> {
    const occurredAt = fromMillis(Date.UTC(2025, 0, 1));
    const register = (key: string) =>
      this.client.carryOut({
        ...{ key, mutation: 'registerParty' },
        input: { kind: 'ORGANISATION', displayName: key, occurredAt },
      });
    await register('us');
    const begin = async (number: number): Promise<RelationshipId> => {
      const them = `party ${String(number)}`;
      await register(them);
      const key = `tie ${String(number)}`;
      const parties = { a: deriveId('pty', TENANT, 'us'), b: deriveId('pty', TENANT, them) };
      await this.client.carryOut({
        key,
        mutation: 'openRelationship',
        input: { ...parties, kind: 'CARE', occurredAt },
      });
      const id = deriveId('rel', TENANT, key);
      await this.touch(id, `first touch ${String(number)}`);
      return id;
    };
    const numbers = Array.from({ length: this.options.relationships }, (_, number) => number);
    while (numbers.length > 0) this.ties.push(...(await Promise.all(numbers.splice(0, 50).map(begin))));
    const body = definition(10);
    const published = { metric: METRIC, body, reason: 'To begin with.' };
    await this.client.carryOut({ key: 'publish', mutation: 'publishMetricDefinition', input: published });
    const activated = { metric: METRIC, version: 1 };
    await this.client.carryOut({ key: 'activate', mutation: 'activateMetricDefinition', input: activated });
  }

  private touch(relationshipId: RelationshipId, key: string): Promise<{ position: bigint }> {
    const occurredAt = fromMillis(Date.UTC(2025, 5, 1) + this.random.whole(0, 365) * DAY_MS);
    const said = { channel: 'EMAIL', direction: 'OUTBOUND', intent: 'GIVE' };
    return this.client.carryOut({ key, mutation: 'recordTouch', input: { relationshipId, ...said, occurredAt } });
  }

  private async cycle(): Promise<void> {
    const { world, random } = this;
    const number = ++this.cycles;
    const file = join(world.directory, `age ${String(number)}.yaml`);
    writeFileSync(file, definition(20 + number));
    const reading = new Reading(this.client, this.version);
    const writing = this.touch(random.pick(this.ties), `touch ${String(number)}`);
    const victim = random.pick(VICTIMS);
    const moment = random.between(0, APPLY_MS);

    const first = await this.metrics('apply', file);
    await delay(moment);
    if (victim === 'the command line') await first.end('SIGKILL');
    else await this.strike(victim);
    await first.ended;
    const applied = await this.applyAgain(file);
    const { position } = await writing;
    this.version = applied;
    const { versions, problems } = await reading.end(applied);
    this.problems.push(...problems);
    await this.compare(position, applied);
    if (random.chance(0.3)) await this.rollBack(number);
    const seen = `${String(versions)} answers`;
    this.options.report?.(`cycle ${String(number).padStart(3)}  ${victim} after ${moment.toFixed(0)} ms, ${seen}`);
    const [problem] = [...this.problems, ...world.problems];
    if (problem) throw new Error(problem);
  }

  private async strike(victim: (typeof VICTIMS)[number]): Promise<void> {
    const { world, random } = this;
    const [apis, projectors] = [[random.pick([...world.apis])], [...world.projectors]];
    const isDown = (part: string): boolean => victim.includes(part);
    if (isDown('PostgreSQL')) await world.killServer(true);
    if (isDown('API')) await Promise.all(apis.map((api) => world.kill(api)));
    if (isDown('projectors')) await Promise.all(projectors.map((projector) => world.kill(projector)));
    await delay(random.next() ** 2 * 1000);
    if (isDown('PostgreSQL')) await world.startServer();
    if (isDown('projectors')) for (const _ of projectors) world.startProjector();
    if (isDown('API')) await Promise.all(apis.map(() => world.startApi()));
  }

  /** Whatever became of the first time: the same command, until it says that it is done. */
  private async applyAgain(file: string): Promise<number> {
    for (;;) {
      const applying = await this.metrics('apply', file);
      const end = await applying.ended;
      if (end === 0) return versionIn(applying);
      if (end !== STORE_DOWN) throw new Error(`apply ended with ${String(end)}: ${applying.said.join('\n')}`);
    }
  }

  /** The command line, which asks the first API that listens. */
  private async metrics(verb: 'apply' | 'rollback', what: string): Promise<Program> {
    const [url] = await this.world.addresses();
    const environment = { RAPPORT_URL: url!, RAPPORT_TOKEN: this.client.token };
    const words = ['metrics', verb, what, '--reason', 'To see.', '--json'];
    return new Program(`rapport metrics ${verb}`, 'dist/apps/cli/main.js', environment, words);
  }

  /** What serves is what is in force, and of all relationships what their raw events say. */
  private async compare(position: bigint, version: number): Promise<void> {
    type InForce = { found: { version: number; state: string } };
    const { found } = await this.client.read<InForce>(IN_FORCE, {}, position);
    if (found.version !== version) this.problems.push(`${String(found.version)} is in force, not ${String(version)}`);
    type Compared = { parity: { same: boolean; sample: number; differing: { what: string }[] } | null };
    const { parity } = await this.client.read<Compared>(PARITY, {}, position);
    if (!parity?.same) this.problems.push(`live is not as rebuilt: ${parity?.differing[0]?.what ?? 'it is not built'}`);
    if (parity?.sample !== this.ties.length) this.problems.push(`${String(parity?.sample)} were compared, not all`);
  }

  private async rollBack(cycle: number): Promise<void> {
    const rollback = await this.metrics('rollback', METRIC);
    const end = await rollback.ended;
    if (end !== 0) throw new Error(`rollback ended with ${String(end)}: ${rollback.said.join('\n')}`);
    this.version = versionIn(rollback);
    const { position } = await this.touch(this.random.pick(this.ties), `touch after rollback ${String(cycle)}`);
    await this.compare(position, this.version);
  }
}

/** What it printed for programs. */
const versionIn = ({ said }: Program): number =>
  (JSON.parse(said.find((line) => line.startsWith('{'))!) as { version: number }).version;

/** Somebody who reads a list all the while: each answer is by one version, and never by an older one again. */
class Reading {
  private isOver = false;
  private answers = 0;
  private readonly problems: string[] = [];
  private readonly done: Promise<void>;

  constructor(
    private readonly client: Client,
    private last: number,
  ) {
    this.done = this.read();
    this.done.catch(() => undefined); // whoever ends it hears of it
  }

  async end(version: number): Promise<{ versions: number; problems: readonly string[] }> {
    await this.once();
    this.isOver = true;
    await this.done;
    if (this.last !== version) this.problems.push(`${String(this.last)} answers, not ${String(version)}`);
    return { versions: this.answers, problems: this.problems };
  }

  private async read(): Promise<void> {
    while (!this.isOver) await this.once();
  }

  private async once(): Promise<void> {
    const { relationships } = await this.client.read<Listed>(LIST, {}, 0n);
    this.answers++;
    const healths = relationships.nodes.map(({ health }) => health);
    const versions = [...new Set(healths.map(({ definition }) => definition.version))];
    if (versions.length !== 1) this.problems.push(`an answer is by ${versions.join(' and ')}`);
    const [version] = versions;
    if (version! < this.last) this.problems.push(`${String(version)} answers after ${String(this.last)}`);
    this.last = Math.max(this.last, version!);
    const apart = 2 * TOLERANCE * 1.1;
    const isInOrder = healths.every(({ score }, at) => at === 0 || score - healths[at - 1]!.score <= apart);
    if (!isInOrder) this.problems.push(`an answer by ${String(version)} is not in its order`);
  }
}
