import { setTimeout as delay } from 'node:timers/promises';

/** What a stage leaves behind. */
export interface Stage {
  /** Told beside its time. */
  readonly note?: string;
  /** Finishes what is under way, then lets go. */
  stop?(): Promise<void>;
}

export class StageFailed extends Error {
  constructor(
    readonly stage: string,
    override readonly cause: unknown,
  ) {
    super(`${stage}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'StageFailed';
  }
}

const NEVER = new Promise<never>(() => undefined);
/** Of one stage. */
const DRAIN_MS = 20_000;

/** The parts of one process, started one after the other and stopped in reverse. */
export class Stages {
  private readonly started: Stage[] = [];
  private current: Promise<unknown> = Promise.resolve();
  private ended = false;

  /** Starts a part and tells how long it took; rejects with `StageFailed`. Never settles once the end has begun. */
  async run<Started extends Stage>(name: string, start: () => Promise<Started>): Promise<Started> {
    if (this.ended) return NEVER;
    const began = performance.now();
    const starting = start().then((stage) => {
      this.started.push(stage);
      return stage;
    });
    this.current = starting;
    const stage = await starting.catch((cause: unknown) => {
      throw new StageFailed(name, cause);
    });
    if (this.ended) return NEVER;
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    console.log(`${name.padEnd(11)}${seconds} s  ${stage.note ?? ''}`.trimEnd());
    return stage;
  }

  /** Stops everything, then ends the process. Only the first call counts. */
  async end(exitCode: number, why?: string): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    if (why) console.error(why);
    await drained(this.current.catch(() => undefined));
    for (const stage of this.started.reverse()) {
      await drained(stage.stop?.().catch((error: unknown) => console.error(error)));
    }
    process.exit(exitCode);
  }
}

/** One that does not end in time must not keep the others from ending: the database is the last of them. */
const drained = (ending: Promise<unknown> | undefined): Promise<unknown> => Promise.race([ending, delay(DRAIN_MS)]);
