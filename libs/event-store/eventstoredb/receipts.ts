import type { Position } from '../../event-sourcing/position.js';
import type { StreamName } from '../../event-sourcing/stream.js';
import { Grouped } from './grouped.js';
import type { LogReader } from './read.js';
import type { StoredEvent } from './stored-event.js';

/** Where the last event of an append is. */
export interface Acknowledged {
  readonly uuid: string;
  readonly stream: StreamName;
  readonly revision: number;
  /** Absent where the server did not say. */
  readonly position: Position | undefined;
}

/** Events of others and of earlier appends that may stand between those of one group. */
const SLACK = 16;

/**
 * The server acknowledges an append without saying when it was recorded, so the last event is read back. Appends
 * acknowledged together stand together in the log: one read serves them all.
 */
export class Receipts {
  private readonly grouped: Grouped<Acknowledged, StoredEvent | undefined>;

  constructor(private readonly reader: LogReader) {
    this.grouped = new Grouped((items) => this.read(items));
  }

  /** Undefined when another event stands there. */
  of(acknowledged: Acknowledged): Promise<StoredEvent | undefined> {
    return this.grouped.ask(acknowledged);
  }

  private async read(items: readonly Acknowledged[]): Promise<readonly (StoredEvent | undefined)[]> {
    const near = items.length > 1 ? await this.near(items) : [];
    const found = new Map(near.map((event) => [event.uuid, event]));
    return Promise.all(items.map(async (item) => found.get(item.uuid) ?? this.alone(item)));
  }

  private async near(items: readonly Acknowledged[]): Promise<readonly StoredEvent[]> {
    const positions = items.flatMap(({ position }) => position ?? []);
    if (positions.length === 0) return [];
    const first = positions.reduce((a, b) => (a < b ? a : b));
    return this.reader.ownFrom(first, items.length + SLACK);
  }

  private async alone({ stream, revision, uuid }: Acknowledged): Promise<StoredEvent | undefined> {
    const event = await this.reader.eventAt(stream, revision);
    return event?.uuid === uuid ? event : undefined;
  }
}
