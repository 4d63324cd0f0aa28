import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../libs/demo/random.js';
import { compareCounts, compareLog, compareWithRebuilt, type LogFindings } from './checks.js';
import { Client } from './client.js';
import { Journal } from './journal.js';
import { Load } from './load.js';
import { strikes, untilShown, type StrikeName } from './strikes.js';
import { World, type Victim } from './world.js';

export interface FaultsOptions {
  readonly cycles: number;
  /** Which faults come when. How they meet the product is up to the machine. */
  readonly seed: string;
  /** After so many seconds no new cycle begins. */
  readonly seconds?: number;
  readonly kinds?: readonly StrikeName[];
  /** In the log before the first cycle. */
  readonly events?: number;
  readonly report?: (line: string) => void;
}

export interface Outcome extends LogFindings {
  readonly cycles: number;
  readonly killed: Readonly<Record<Victim, number>>;
  /** Times that a command was sent. */
  readonly attempts: number;
  readonly acknowledged: number;
  /** What came instead of an answer, after which the command was sent again. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** All else that is not as it should be. */
  readonly problems: readonly string[];
}

const CONNECTIONS = 16;
/** Acknowledged commands that are sent once more at the end. */
const REPEATS = 25;

/** The product under load and under faults, and the proof that nothing was lost or counted twice. */
export class Faults {
  private readonly random: Random;
  private readonly kinds: readonly StrikeName[];
  private readonly problems: string[] = [];
  private cycles = 0;

  private constructor(
    private readonly options: FaultsOptions,
    private readonly world: World,
    private readonly journal: Journal,
    private readonly client: Client,
    private readonly load: Load,
  ) {
    this.random = new Random(options.seed);
    this.kinds = options.kinds ?? (Object.keys(strikes) as StrikeName[]);
  }

  static async open(options: FaultsOptions): Promise<Faults> {
    const world = await World.open({ apis: 2, projectors: 2 });
    try {
      const journal = Journal.create(join(world.directory, 'journal'));
      const random = new Random(`${options.seed}, load`);
      const client = await Client.open(world, journal, random);
      const load = new Load(client, journal, random);
      await load.start(CONNECTIONS);
      await load.fill(options.events ?? 0);
      return new Faults(options, world, journal, client, load);
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** Strikes, again and again, each time after everything has recovered. Rejects at the first thing that is wrong. */
  async run(): Promise<void> {
    try {
      await Promise.race([this.strikeAll(), this.load.ended]);
    } catch (error) {
      throw new Error(`${String(error)}\n${await this.world.describe()}`, { cause: error });
    }
  }

  /** Ends all sessions while nothing goes on, and again. The very processes that were there must answer. */
  async endIdleSessions(): Promise<void> {
    await this.load.stop();
    for (let again = 3; again > 0; again--) {
      await this.world.terminateSessions(1);
      await untilShown(this.scene);
    }
    this.assertNoProblem();
  }

  /** Ends the load, then compares everything with everything. */
  async conclude(): Promise<Outcome> {
    await this.load.stop();
    await this.repeat();
    const journal = Journal.read(this.journal.path);
    const log = await compareLog(this.world, journal);
    const head = BigInt(log.events);
    await this.world.shown(head);
    this.problems.push(
      ...(await compareCounts(this.client, journal, head)),
      ...(await compareWithRebuilt(this.world, head)),
    );
    await this.world.stop();
    return {
      ...log,
      cycles: this.cycles,
      killed: this.world.killed,
      attempts: journal.attempts,
      acknowledged: journal.acknowledged,
      unanswered: this.client.unanswered,
      problems: [...this.problems, ...this.load.problems, ...this.world.problems],
    };
  }

  async close(): Promise<void> {
    await this.world.close();
  }

  private get scene() {
    return { world: this.world, load: this.load, client: this.client, random: this.random };
  }

  private async strikeAll(): Promise<void> {
    const { cycles, seconds = Infinity, report } = this.options;
    const end = performance.now() + seconds * 1000;
    let deck: StrikeName[] = [];
    while (this.cycles < cycles && performance.now() < end) {
      if (deck.length === 0) deck = this.shuffled();
      await this.load.goesOn(this.random.whole(20, 200));
      await delay(this.random.between(0, 20)); // not always at the same step of an answer
      const what = await strikes[deck.pop()!](this.scene);
      await untilShown(this.scene);
      const { events } = await this.compareLog();
      this.cycles++;
      report?.(`cycle ${String(this.cycles).padStart(3)}  ${String(events).padStart(7)} events  ${what}`);
      this.assertNoProblem();
    }
  }

  /** Every kind once, before any comes again. */
  private shuffled(): StrikeName[] {
    const keyed = this.kinds.map((kind) => [this.random.next(), kind] as const);
    return keyed.sort(([a], [b]) => a - b).map(([, kind]) => kind);
  }

  private async compareLog(): Promise<LogFindings> {
    const findings = await compareLog(this.world, this.journal);
    const { lost, doubled, unknown, gaps } = findings;
    for (const [what, keys] of Object.entries({ lost, doubled, unknown, gaps })) {
      if (keys.length > 0) this.problems.push(`${what}: ${keys.slice(0, 5).join(', ')}`);
    }
    return findings;
  }

  /** What was acknowledged long ago is answered alike, and nothing happens. */
  private async repeat(): Promise<void> {
    for (const { command, position } of [...this.journal.entries.values()].slice(-REPEATS)) {
      const answer = await this.client.carryOut(command);
      if (!answer.replayed || answer.position !== position) {
        this.problems.push(`${command.key} was at ${String(position)}, and again at ${String(answer.position)}`);
      }
    }
  }

  private assertNoProblem(): void {
    const [problem] = [...this.problems, ...this.load.problems, ...this.world.problems];
    if (problem) throw new Error(problem);
  }
}
