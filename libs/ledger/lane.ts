import { isRefusal, refuse, type Command, type DecisionContext, type Refusal } from '../event-sourcing/decider.js';
import type { Event, Recorded } from '../event-sourcing/event.js';
import type { EventId } from '../event-sourcing/id.js';
import { START, type Position } from '../event-sourcing/position.js';
import type { StreamDecider, StreamState } from '../event-sourcing/stream-decider.js';
import type { StreamName } from '../event-sourcing/stream.js';
import { UnstorableText } from '../event-store/errors.js';
import type { Append, AppendOutcome, EventStore, NewEvent } from '../event-store/event-store.js';
import type { StreamLoader } from './stream-loader.js';

/** A command that waits for its stream. */
export interface Waiting {
  readonly command: Command;
  readonly context: Omit<DecisionContext, 'consulted'>;
  readonly inputHash: string;
  /** Identity of the append: follows from tenant and idempotency key. */
  readonly firstEventId: EventId;
  /** `performance.now()` at submission: a refusal must rest on a state that was read later than this. */
  readonly since: number;
  readonly newEvents: (events: readonly Event[]) => NewEvent[];
  readonly resolve: (result: Executed | Refusal) => void;
  readonly reject: (error: unknown) => void;
  conflicts: number;
}

/** A command that was carried out. */
export interface Executed {
  readonly stream: StreamName;
  /** Reading at least this position shows what the command did. */
  readonly position: Position;
  /** The same command had been carried out before; nothing new was recorded. */
  readonly replayed: boolean;
  /** What it recorded; empty when everything was so already. */
  readonly events: () => Promise<readonly (NewEvent | Recorded)[]>;
}

export interface LaneWorld {
  readonly store: EventStore;
  readonly loader: StreamLoader;
  /** Durable state of another stream, read at `notBefore` or later; undefined when it has no events. */
  readonly consult: (id: string, tenantId: string, notBefore: number) => Promise<StreamState | undefined>;
}

/** Commands decided together: bounds how many are decided again when another process was faster. */
const BATCH = 512;
const MAX_CONFLICTS = 8;
/** A command may be accepted on a state of another stream this old; it is refused only on a newer one. */
const CONSULT_FRESH_MS = 1000;

/**
 * One stream as this process knows it: its state, and the commands that wait for it. Commands are decided together
 * against the known state and appended at the revision it stands for, so the log itself finds out a stale state.
 */
export class Lane {
  private state: StreamState;
  private revision = -1;
  private position: Position = START;
  /** Every append of the stream by its first event id; `position` is absent until it is durable. */
  private readonly appends = new Map<EventId, { inputHash: string; position?: Position }>();
  private readAt = Number.NEGATIVE_INFINITY;
  /** What is consulted must be at least this new. */
  private consultFrom = Number.NEGATIVE_INFINITY;
  private readonly queue: Waiting[] = [];
  private reading: Promise<void> | undefined;
  private working = false;

  constructor(
    private readonly stream: StreamName,
    private readonly decider: StreamDecider,
    private readonly world: LaneWorld,
    private readonly onIdle: (lane: Lane) => void,
  ) {
    this.state = decider.initial();
  }

  /** What the lane holds in memory, in events: the unit of the cache's bound. */
  get weight(): number {
    return this.revision + 2;
  }

  submit(waiting: Waiting): void {
    this.queue.push(waiting);
    if (!this.working) {
      this.working = true;
      void this.work();
    }
  }

  /**
   * The durable state, read at `notBefore` or later; undefined when the stream has no events. Never
   * waits for commands that are under way: two lanes that consult each other would wait for ever.
   */
  async durableState(notBefore: number): Promise<StreamState | undefined> {
    if (this.working) {
      const events = await this.world.loader.load(this.stream, 0);
      const fold = (state: StreamState, event: Recorded): StreamState => this.decider.evolve(state, event);
      return events.length > 0 ? events.reduce(fold, this.decider.initial()) : undefined;
    }
    if (this.readAt < notBefore) await this.readNew();
    return this.revision < 0 ? undefined : this.state;
  }

  private async work(): Promise<void> {
    await this.reading;
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, BATCH);
      try {
        this.queue.unshift(...(await this.carryOut(batch)));
      } catch (error) {
        this.forget();
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.working = false;
    this.onIdle(this);
  }

  /** Returns the commands that must be decided (again) against a newer state. */
  private async carryOut(batch: readonly Waiting[]): Promise<Waiting[]> {
    if (this.readAt === Number.NEGATIVE_INFINITY) await this.readNew();
    const consultedFrom = Math.max(this.consultFrom, performance.now() - CONSULT_FRESH_MS);
    const consulted = await this.consultAll(batch, consultedFrom);
    const accepted: { waiting: Waiting; append: Append }[] = [];
    const settling: Promise<void>[] = [];
    const again: Waiting[] = [];
    let mustRead = false;

    for (const waiting of batch) {
      const earlier = this.appends.get(waiting.firstEventId);
      if (mustRead || (earlier && earlier.position === undefined)) {
        again.push(waiting);
      } else if (earlier) {
        waiting.resolve(this.repeatOf(waiting, earlier.inputHash, earlier.position!));
      } else {
        const decision = this.decide(waiting, consulted);
        if (decision === undefined) continue;
        if (!isRefusal(decision) && decision.length > 0) {
          accepted.push({ waiting, append: this.accept(waiting, decision) });
        } else if (this.readAt < waiting.since || (consulted.size > 0 && consultedFrom < waiting.since)) {
          // Another process may have been here: no refusal before the newest state is known.
          mustRead = true;
          again.push(waiting);
        } else {
          settling.push(this.settle(waiting, isRefusal(decision) ? decision : undefined));
        }
      }
    }

    const conflicted = await this.appendAll(accepted);
    await Promise.all(settling);
    if (mustRead) {
      this.consultFrom = performance.now();
      await this.readNew();
    }
    return [...conflicted, ...again];
  }

  private decide(
    waiting: Waiting,
    consulted: ReadonlyMap<string, unknown>,
  ): ReturnType<StreamDecider['decide']> | undefined {
    try {
      const context = { ...waiting.context, consulted: (id: string) => consulted.get(id) };
      return this.decider.decide(this.state, waiting.command, context);
    } catch (error) {
      waiting.reject(error);
      return undefined;
    }
  }

  private async consultAll(batch: readonly Waiting[], notBefore: number): Promise<ReadonlyMap<string, unknown>> {
    const tenants = new Map<string, string>();
    for (const { command, context } of batch) {
      for (const id of this.decider.consults(command, this.state)) tenants.set(id, context.tenantId);
    }
    if (tenants.size === 0) return tenants;
    const { consult } = this.world;
    const states = [...tenants].map(async ([id, tenantId]) => [id, await consult(id, tenantId, notBefore)] as const);
    return new Map(await Promise.all(states));
  }

  /** Moves the state on as if the events were stored; a failed append forgets it. */
  private accept(waiting: Waiting, decided: readonly Event[]): Append {
    const expected = this.revision < 0 ? ('none' as const) : this.revision;
    const events = waiting.newEvents(decided);
    const claims = [];
    for (const [index, event] of events.entries()) {
      claims.push(this.decider.claims(decided[index]!, this.state)); // of the state that its elders left
      this.state = this.decider.evolve(this.state, event);
    }
    this.appends.set(waiting.firstEventId, { inputHash: waiting.inputHash });
    this.revision += events.length;
    const take = claims.flatMap((claim) => claim.take ?? []);
    const release = claims.flatMap((claim) => claim.release ?? []);
    const append = { stream: this.stream, expected, events };
    return take.length + release.length > 0 ? { ...append, claims: { take, release } } : append;
  }

  private async appendAll(accepted: readonly { waiting: Waiting; append: Append }[]): Promise<Waiting[]> {
    const outcomes = await Promise.allSettled(accepted.map(({ append }) => this.world.store.append(append)));
    const again: Waiting[] = [];
    let stale = false;
    for (const [index, outcome] of outcomes.entries()) {
      const { waiting, append } = accepted[index]!;
      if (outcome.status === 'fulfilled' && outcome.value.outcome === 'appended') {
        const { position } = outcome.value;
        if (position > this.position) this.position = position;
        this.appends.set(waiting.firstEventId, { inputHash: waiting.inputHash, position });
        waiting.resolve({
          stream: this.stream,
          position,
          replayed: false,
          events: () => Promise.resolve(append.events),
        });
        continue;
      }
      stale = true;
      if (outcome.status === 'rejected') this.fail(waiting, outcome.reason);
      else if (outcome.value.outcome === 'wrongRevision' && ++waiting.conflicts < MAX_CONFLICTS) again.push(waiting);
      else if (outcome.value.outcome !== 'appended') waiting.resolve(this.failedAppend(waiting, append, outcome.value));
    }
    if (stale) this.forget();
    return again;
  }

  private fail(waiting: Waiting, error: unknown): void {
    if (error instanceof UnstorableText) waiting.resolve(refuse('INVALID_INPUT', error.message));
    else waiting.reject(error);
  }

  private failedAppend(
    waiting: Waiting,
    { claims }: Append,
    outcome: Exclude<AppendOutcome, { outcome: 'appended' }>,
  ): Executed | Refusal {
    switch (outcome.outcome) {
      case 'repeated':
        return this.repeatOf(waiting, waiting.inputHash, outcome.events.at(-1)?.position ?? START);
      case 'keyConflict':
        return keyConflict(outcome.firstEventId);
      case 'claimTaken': {
        const { refusal } = claims!.take!.find(({ name }) => name === outcome.name)!;
        return refuse(refusal, `This belongs to ${outcome.owner} already.`, { detail: { current: outcome.owner } });
      }
      case 'wrongRevision':
        return refuse('CONCURRENT_CHANGE', 'Others kept changing the same stream. Try again.');
    }
  }

  /** A refusal or "already so" stands only for a key that was never used; a used one answers as it did first. */
  private async settle(waiting: Waiting, refusal: Refusal | undefined): Promise<void> {
    try {
      const earlier = (await this.world.store.findAppend(waiting.firstEventId))?.at(-1);
      if (earlier) waiting.resolve(this.repeatOf(waiting, earlier.inputHash, earlier.position));
      else if (refusal) waiting.resolve(refusal);
      else
        waiting.resolve({
          stream: this.stream,
          position: this.position,
          replayed: false,
          events: () => Promise.resolve([]),
        });
    } catch (error) {
      waiting.reject(error);
    }
  }

  private repeatOf(waiting: Waiting, inputHash: string, position: Position): Executed | Refusal {
    if (inputHash !== waiting.inputHash) return keyConflict(waiting.firstEventId);
    const { store } = this.world;
    const events = async () => (await store.findAppend(waiting.firstEventId)) ?? [];
    return { stream: this.stream, position, replayed: true, events };
  }

  private readNew(): Promise<void> {
    this.reading ??= this.readFrom(this.revision + 1).finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readFrom(revision: number): Promise<void> {
    const at = performance.now();
    let key: string | undefined;
    let first: EventId | undefined;
    for (const event of await this.world.loader.load(this.stream, revision)) {
      if (event.idempotencyKey !== key || !first) [key, first] = [event.idempotencyKey, event.id];
      this.appends.set(first, { inputHash: event.inputHash, position: event.position });
      this.state = this.decider.evolve(this.state, event);
      this.revision = event.revision;
      this.position = event.position;
    }
    this.readAt = at;
  }

  private forget(): void {
    this.state = this.decider.initial();
    this.revision = -1;
    this.position = START;
    this.appends.clear();
    this.readAt = Number.NEGATIVE_INFINITY;
  }
}

const keyConflict = (firstEventId: EventId): Refusal =>
  refuse('IDEMPOTENCY_CONFLICT', 'This idempotency key was used before with another input.', {
    path: ['idempotencyKey'],
    detail: { firstEventId },
  });
