import type { Recorded } from '../../../libs/event-sourcing/event.js';
import type { EventId } from '../../../libs/event-sourcing/id.js';
import { fromMillis } from '../../../libs/event-sourcing/instant.js';
import { START, type Position } from '../../../libs/event-sourcing/position.js';
import type { StreamName } from '../../../libs/event-sourcing/stream.js';
import type {
  Append,
  AppendOutcome,
  EventStore,
  ReadStreamOptions,
  StreamTail,
} from '../../../libs/event-store/event-store.js';

/** More than this a dry run would have to remember. */
export class DryRunFull extends Error {
  constructor() {
    super(`A dry run remembers what it would record, at most ${String(MAX_EVENTS)} events. It went well up to here.`);
    this.name = 'DryRunFull';
  }
}

const MAX_EVENTS = 500_000;

/**
 * A log that is written in memory only. Reads of streams see the real log and after it what was "appended", so that
 * commands are decided as they would be. Names that are taken in the real log are not seen: only those taken here.
 */
export class DryRunStore implements EventStore {
  private readonly streams = new Map<StreamName, Recorded[]>();
  private readonly appends = new Map<EventId, readonly Recorded[]>();
  private readonly owners = new Map<string, string>();
  private events = 0;

  constructor(private readonly log: EventStore) {}

  async append({ stream, expected, events, claims }: Append): Promise<AppendOutcome> {
    const [first] = events;
    if (!first) throw new Error('An append has at least one event.');
    const earlier = await this.findAppend(first.id);
    if (earlier) {
      return earlier[0]?.inputHash === first.inputHash
        ? { outcome: 'repeated', events: earlier }
        : { outcome: 'keyConflict', firstEventId: first.id };
    }
    for (const name of claims?.release ?? []) this.owners.delete(name);
    for (const { name, owner } of claims?.take ?? []) {
      const taken = this.owners.get(name);
      if (taken !== undefined && taken !== owner) return { outcome: 'claimTaken', name, owner: taken };
    }
    for (const { name, owner } of claims?.take ?? []) this.owners.set(name, owner);

    this.events += events.length;
    if (this.events > MAX_EVENTS) throw new DryRunFull();
    const revision = typeof expected === 'number' ? expected + 1 : 0;
    const recordedAt = fromMillis(Date.now());
    const place = { stream, position: START, recordedAt };
    const recorded = events.map((event, index) => ({ ...event, ...place, revision: revision + index }));
    this.appends.set(first.id, recorded);
    const before = this.streams.get(stream);
    if (before) before.push(...recorded);
    else this.streams.set(stream, recorded);
    return { outcome: 'appended', position: START, revision: revision + events.length - 1, recordedAt };
  }

  async readStreams(wanted: readonly StreamTail[]): Promise<ReadonlyMap<StreamName, readonly Recorded[]>> {
    const found = new Map(await this.log.readStreams(wanted));
    for (const { stream, from } of wanted) {
      const here = this.streams.get(stream)?.filter(({ revision }) => revision >= from) ?? [];
      if (here.length > 0) found.set(stream, [...(found.get(stream) ?? []), ...here]);
    }
    return found;
  }

  async findAppend(firstEventId: EventId): Promise<readonly Recorded[] | undefined> {
    return this.appends.get(firstEventId) ?? (await this.log.findAppend(firstEventId));
  }

  readStream = (stream: StreamName, options?: ReadStreamOptions): AsyncIterable<Recorded> =>
    this.log.readStream(stream, options);
  readAll: EventStore['readAll'] = (options) => this.log.readAll(options);
  subscribe: EventStore['subscribe'] = (options) => this.log.subscribe(options);
  findEvent: EventStore['findEvent'] = (id) => this.log.findEvent(id);
  head = (): Promise<Position> => this.log.head();
  countTo: EventStore['countTo'] = (position) => this.log.countTo(position);
  seamAt: EventStore['seamAt'] = (moment) => this.log.seamAt(moment);
  hashAt: EventStore['hashAt'] = (position) => this.log.hashAt(position);
  close = (): Promise<void> => Promise.resolve();
}
