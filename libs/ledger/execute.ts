import canonicalize from 'canonicalize';
import { LRUCache } from 'lru-cache';
import { hash, randomUUID } from 'node:crypto';
import { isRefusal, type DatedCommand, type Refusal } from '../event-sourcing/decider.js';
import type { Actor, Event } from '../event-sourcing/event.js';
import { deriveId, type IdPrefix } from '../event-sourcing/id.js';
import { fromMillis } from '../event-sourcing/instant.js';
import type { Deciders, StreamDecider, StreamState } from '../event-sourcing/stream-decider.js';
import { streamName } from '../event-sourcing/stream.js';
import type { EventStore, NewEvent } from '../event-store/event-store.js';
import { Lane, type Executed, type Waiting } from './lane.js';
import { inFuture } from './order.js';
import { StreamLoader } from './stream-loader.js';

/** Who asks, and under which key. */
export interface CommandContext {
  readonly tenantId: string;
  readonly actor: Actor;
  /** One key is one command, for ever. Absent: the command is new every time it is sent. */
  readonly idempotencyKey?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
}

export interface ExecuteOptions {
  readonly now?: () => number;
  /** Bound of the state cache, in events. */
  readonly cachedEvents?: number;
}

/**
 * The one way a command becomes events: route to its stream, decide, append at the expected revision. Carries out any
 * number of commands at once; those of one stream keep the order in which they were given.
 */
export class Execute {
  private readonly lanes: LRUCache<string, Lane>;
  private readonly loader: StreamLoader;
  private readonly now: () => number;

  constructor(
    private readonly store: EventStore,
    private readonly deciders: Deciders,
    options: ExecuteOptions = {},
  ) {
    this.now = options.now ?? Date.now;
    this.loader = new StreamLoader(store);
    this.lanes = new LRUCache({ maxSize: options.cachedEvents ?? 500_000, sizeCalculation: (lane) => lane.weight });
  }

  /** Rejects only when the store fails (`StoreUnavailable`, `AppendOutcomeUnknown`) or on a bug. */
  run<C extends DatedCommand>(command: C, context: CommandContext): Promise<Executed | Refusal> {
    const decider = this.deciders.of(command);
    const now = fromMillis(this.now());
    const occurredAt = command.occurredAt ?? now;
    const early = inFuture(occurredAt, now);
    if (early) return Promise.resolve(early);

    const { tenantId, actor } = context;
    const idempotencyKey = context.idempotencyKey ?? randomUUID();
    const id = <Prefix extends IdPrefix>(prefix: Prefix) => deriveId(prefix, tenantId, idempotencyKey);
    const decisionContext = { tenantId, actor, now, occurredAt, id };
    const inputHash = hash('sha256', canonicalize(command) ?? '', 'hex');
    const eventId = (index: number) => deriveId('evt', tenantId, idempotencyKey, String(index));
    const firstEventId = eventId(0);
    const correlationId = context.correlationId ?? idempotencyKey;
    const causation = context.causationId ? { causationId: context.causationId } : {};

    const newEvents = (events: readonly Event[]): NewEvent[] =>
      events.map((event, index) => {
        const spec = decider.events.get(event.type);
        if (!spec) throw new Error(`${decider.category} declares no ${event.type}.`);
        return {
          id: index === 0 ? firstEventId : eventId(index),
          type: event.type,
          schemaVersion: spec.version,
          tenantId,
          occurredAt: event.occurredAt ?? occurredAt,
          actor,
          correlationId,
          ...causation,
          idempotencyKey,
          inputHash,
          dataClass: spec.dataClass,
          data: event.data,
        };
      });

    const lane = this.lane(decider, this.deciders.subjectOf(command, decisionContext), tenantId);
    const carriedOut = new Promise<Executed | Refusal>((resolve, reject) => {
      const waiting: Waiting = {
        command,
        context: decisionContext,
        inputHash,
        firstEventId,
        since: performance.now(),
        newEvents,
        resolve,
        reject,
        conflicts: 0,
      };
      lane.submit(waiting);
    });
    return decider.leads
      ? carriedOut.then((result) => this.follow(result, decider, context, correlationId))
      : carriedOut;
  }

  /**
   * Carries out what the recorded events bring about in other streams, each under the id of its event as its key: a
   * repeat of the first command after a crash completes what is missing.
   */
  private async follow(
    result: Executed | Refusal,
    decider: StreamDecider,
    { tenantId, actor }: CommandContext,
    correlationId: string,
  ): Promise<Executed | Refusal> {
    if (isRefusal(result)) return result;
    let { position } = result;
    for (const event of await result.events()) {
      const command = decider.follows(event);
      if (!command) continue;
      const caused = { tenantId, actor, correlationId, causationId: event.id, idempotencyKey: event.id };
      const followed = await this.run(command, caused);
      if (isRefusal(followed))
        throw new Error(`${event.id} stands, but ${command.type} was refused: ${followed.message}`);
      if (followed.position > position) position = followed.position;
    }
    return { ...result, position };
  }

  private lane(decider: StreamDecider, id: string, tenantId: string): Lane {
    const stream = streamName(decider.category, tenantId, id);
    const known = this.lanes.get(stream);
    if (known) return known;
    const world = { store: this.store, loader: this.loader, consult: this.consult };
    const lane = new Lane(stream, decider, world, (idle) => this.lanes.set(stream, idle));
    this.lanes.set(stream, lane);
    return lane;
  }

  private readonly consult = (id: string, tenantId: string, notBefore: number): Promise<StreamState | undefined> =>
    this.lane(this.deciders.holding(id), id, tenantId).durableState(notBefore);
}

export { isRefusal };
export type { Executed };
