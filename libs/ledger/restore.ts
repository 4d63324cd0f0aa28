import canonicalize from 'canonicalize';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { isRefusal, type Claims, type Refusal } from '../event-sourcing/decider.js';
import type { Actor } from '../event-sourcing/event.js';
import { deriveId, type EventId } from '../event-sourcing/id.js';
import { fromMillis, type Instant } from '../event-sourcing/instant.js';
import type { Position } from '../event-sourcing/position.js';
import type { StreamDecider, StreamState } from '../event-sourcing/stream-decider.js';
import { streamName, type StreamName } from '../event-sourcing/stream.js';
import { UnstorableText } from '../event-store/errors.js';
import type { Append, EventStore, NewEvent } from '../event-store/event-store.js';
import { inFuture } from './order.js';
import { conflict, invalid, refuse } from './refusals.js';

/** An event as an export tells it. */
export interface ToldEvent {
  readonly id: EventId;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly actor: Pick<Actor, 'id'>;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly data: object;
}

/** What one command once recorded: events of one stream that follow each other. */
export interface ToldAppend {
  readonly decider: StreamDecider;
  /** Id of the stream. */
  readonly subject: string;
  /** Of the first event. */
  readonly revision: number;
  readonly idempotencyKey: string;
  /** Of the command, where the export has it: the command itself is then a repeat here, too. */
  readonly inputHash?: string;
  readonly events: readonly [ToldEvent, ...ToldEvent[]];
}

export type Restored = { readonly position: Position } | 'repeated' | Refusal;

/** A stream as the appends so far leave it. */
interface Standing {
  state: StreamState;
  revision: number;
  /** An event of it could not be restored: neither can those that follow. */
  broken: boolean;
}

const MOST_STREAMS = 20_000;

/**
 * Takes back what a ledger exported, fact by fact, into streams that are not there yet. Nothing is decided again: what
 * was recorded once is recorded as it was, with its time, its key and its ids. Names that are unique in a tenant are
 * taken as they were then. Ids of events belong to a tenant: in another one each event, and whoever names it, gets the
 * id that its key gives there.
 */
export class Restore {
  private readonly streams = new LRUCache<StreamName, Standing>({ max: MOST_STREAMS });
  private readonly ids = new Map<string, EventId>();

  constructor(
    private readonly store: EventStore,
    private readonly tenantId: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** In this order; all of them are under way at once. Rejects only with what the store fails with. */
  async run(appends: readonly ToldAppend[]): Promise<readonly Restored[]> {
    const standing = await this.load(appends);
    const restored = await Promise.all(
      appends.map((append) => this.append(append, standing.get(this.nameOf(append))!)),
    );
    for (const [stream, { broken }] of standing) if (broken) this.streams.delete(stream);
    return restored;
  }

  private readonly nameOf = ({ decider, subject }: ToldAppend): StreamName =>
    streamName(decider.category, this.tenantId, subject);

  private async load(appends: readonly ToldAppend[]): Promise<ReadonlyMap<StreamName, Standing>> {
    const wanted = new Map(appends.map((append) => [this.nameOf(append), append.decider]));
    const unknown = [...wanted.keys()].filter((stream) => !this.streams.has(stream));
    const found =
      unknown.length > 0 ? await this.store.readStreams(unknown.map((stream) => ({ stream, from: 0 }))) : null;
    const standing = new Map<StreamName, Standing>();
    for (const [stream, decider] of wanted) {
      const events = found?.get(stream) ?? [];
      const state = events.reduce((state, event) => decider.evolve(state, event), decider.initial());
      const known = this.streams.get(stream) ?? { state, revision: events.length - 1, broken: false };
      standing.set(stream, known);
      this.streams.set(stream, known);
    }
    return standing;
  }

  /** Reaches the store before it first waits: the log has what was told in the order in which it was told. */
  private async append(told: ToldAppend, stream: Standing): Promise<Restored> {
    const events = this.eventsOf(told);
    if (stream.broken) return conflict(String(stream.revision), 'What comes before it in its stream was rejected.');
    if (told.revision <= stream.revision) return this.repeat(events[0]!, stream);
    const wrong = told.revision > stream.revision + 1 ? outOfTurn(stream) : this.tooEarly(told);
    const claims = wrong ?? evolved(told.decider, stream, events);
    if (isRefusal(claims)) return broken(stream, claims);
    const expected = stream.revision < 0 ? ('none' as const) : stream.revision;
    stream.revision += events.length;
    const append = { stream: this.nameOf(told), expected, events, claims };
    try {
      return await this.outcomeOf(append, stream);
    } catch (error) {
      if (error instanceof UnstorableText) return broken(stream, invalid(['data'], error.message));
      throw error;
    }
  }

  private async outcomeOf(append: Append, stream: Standing): Promise<Restored> {
    const outcome = await this.store.append(append);
    switch (outcome.outcome) {
      case 'appended':
        return { position: outcome.position };
      case 'repeated':
        return 'repeated';
      case 'claimTaken':
        return broken(stream, conflict(outcome.owner, `This belongs to ${outcome.owner} already.`));
      case 'keyConflict':
        return broken(stream, keyConflict(outcome.firstEventId));
      case 'wrongRevision':
        return broken(stream, refuse('CONCURRENT_CHANGE', 'Others wrote to the same stream meanwhile.'));
    }
  }

  private async repeat(first: NewEvent, stream: Standing): Promise<Restored> {
    const [known] = (await this.store.findAppend(first.id)) ?? [];
    if (!known) return outOfTurn(stream);
    return known.inputHash === first.inputHash ? 'repeated' : keyConflict(first.id);
  }

  private eventsOf({ decider, idempotencyKey, inputHash: told, events }: ToldAppend): NewEvent[] {
    const facts = events.map(({ type, occurredAt, data }) => ({ type, occurredAt, data }));
    const inputHash = told ?? hash('sha256', canonicalize(facts) ?? '', 'hex');
    return events.map(({ id: toldId, type, occurredAt, actor, correlationId, causationId, data }, index) => {
      const { version: schemaVersion, dataClass } = decider.events.get(type)!;
      const id = deriveId('evt', this.tenantId, idempotencyKey, String(index));
      if (id !== toldId) this.ids.set(toldId, id);
      return {
        id,
        type,
        schemaVersion,
        tenantId: this.tenantId,
        occurredAt,
        actor: { id: actor.id, kind: 'IMPORT' as const },
        correlationId,
        ...(causationId !== undefined && { causationId: this.ids.get(causationId) ?? causationId }),
        idempotencyKey,
        inputHash,
        dataClass,
        data: this.ids.size > 0 ? (this.renamed(data) as object) : data,
      };
    });
  }

  private renamed(value: unknown): unknown {
    if (typeof value === 'string') return this.ids.get(value) ?? value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.renamed(item));
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.renamed(inner)]));
  }

  private tooEarly({ events }: ToldAppend): Refusal | undefined {
    const now = fromMillis(this.now());
    for (const { occurredAt } of events) {
      const refused = inFuture(occurredAt, now);
      if (refused) return refused;
    }
    return undefined;
  }
}

/** Moves the stream on by the events; the claims that they take and give back, unless their data make no sense. */
function evolved(decider: StreamDecider, stream: Standing, events: readonly NewEvent[]): Claims | Refusal {
  const take: NonNullable<Claims['take']>[number][] = [];
  const release: string[] = [];
  try {
    for (const event of events) {
      const claims = decider.claims(event, stream.state);
      take.push(...(claims.take ?? []));
      release.push(...(claims.release ?? []));
      stream.state = decider.evolve(stream.state, event);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return invalid(['data'], 'The data are not those of such an event, or nothing comes before it that must.');
  }
  return { take, release };
}

function broken(stream: Standing, refusal: Refusal): Refusal {
  stream.broken = true;
  return refusal;
}

const outOfTurn = ({ revision }: Standing): Refusal =>
  conflict(String(revision), 'The stream is there already, or events of it are missing before this one.', ['revision']);

const keyConflict = (firstEventId: EventId): Refusal =>
  refuse('IDEMPOTENCY_CONFLICT', 'Its key was used before for something else.', {
    path: ['idempotencyKey'],
    detail: { firstEventId },
  });
