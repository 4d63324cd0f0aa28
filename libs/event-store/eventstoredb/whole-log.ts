import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import { START, type Position } from '../../event-sourcing/position.js';
import type { Page, ReadAllOptions } from '../event-store.js';
import type { LogHead } from './head.js';
import { positionOf, type LogReader, type ReadSettings } from './read.js';
import { isWanted, weightOf, type StoredEvent } from './stored-event.js';
import { follow, type FollowedPage, type FollowOptions, type Kept } from './subscribe.js';

const PAGE_SIZE = 256;
const FIRST_PAGE_SIZE = 64;
/** A page of large events is smaller. */
const PAGE_BYTES = 4 << 20;

/** What is to be read: at least one event, if there is one. */
interface Reading {
  readonly from: Position | undefined;
  readonly pageSize: number;
  readonly limit: number;
  readonly accepts: (event: StoredEvent) => boolean;
}

/**
 * All that is ours on a server, in the order of positions. Forwards the server leaves out what is not: the client asks
 * for a filter in subscriptions only, so one is taken that ends at the head. Backwards it all comes, and is dropped.
 */
export class WholeLog {
  constructor(
    private readonly settings: ReadSettings,
    private readonly reader: LogReader,
    private readonly logHead: LogHead,
  ) {}

  head(): Promise<Position> {
    return this.logHead.position();
  }

  follow<K extends Kept>(options: FollowOptions<K>): AsyncGenerator<FollowedPage<K>> {
    const { client, names } = this.settings;
    return follow({ client, names, head: () => this.head() }, options);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<Page> {
    const { direction = 'forwards', from, pageSize = PAGE_SIZE, limit = Infinity } = options;
    if (limit === 0) return;
    const reading = { from, pageSize, limit, accepts: isWanted(options) };
    yield* direction === 'forwards' ? this.forwards(reading) : this.backwards(reading);
  }

  /** How many events of ours come after one position, up to another. */
  async countBetween(after: Position, through: Position): Promise<number> {
    let count = 0;
    if (after >= through) return count;
    const keep = ({ position }: StoredEvent) => ({ position });
    for await (const page of this.follow({ from: after, keep, weigh: () => 1, toHead: this.settings })) {
      count += page.events.filter(({ position }) => position <= through).length;
      if (page.position >= through) break;
    }
    return count;
  }

  private async *forwards({ from, pageSize, limit, accepts }: Reading): AsyncGenerator<Page> {
    let left = limit;
    const pages = this.follow({
      ...(from !== undefined && { from }),
      pageSize: Math.min(pageSize, limit),
      keep: (event) => (accepts(event) ? event : undefined),
      weigh: weightOfEvent,
      toHead: this.settings,
    });
    for await (const page of pages) {
      const events = page.events.slice(0, left);
      left -= events.length;
      if (left === 0) yield this.reader.toPage(events, events.at(-1)!.position, false);
      else yield this.reader.toPage(events, page.position, page.caughtUp);
      if (left === 0) return;
    }
  }

  private async *backwards({ from, pageSize, limit, accepts }: Reading): AsyncGenerator<Page> {
    let left = limit;
    let position = from;
    for (let asked = Math.min(limit, FIRST_PAGE_SIZE), size = asked; ; asked = size) {
      const page = position === undefined ? await this.lastPage(asked) : await this.reader.pageBefore(position, asked);
      const atStart = page.length < asked;
      const events = this.reader.ownOf(page).filter(accepts).slice(0, left);
      left -= events.length;
      while (events.length > pageSize) {
        const part = events.splice(0, pageSize);
        yield this.reader.toPage(part, part.at(-1)!.position, false);
      }
      if (left === 0) position = events.at(-1)?.position ?? position;
      else if (page.length > 0) position = positionOf(page.at(-1)!);
      yield this.reader.toPage(events, position ?? START, atStart && left > 0);
      if (atStart || left === 0) return;
      const weight = page.reduce((sum, { event }) => sum + weightOf(event?.data), 1);
      size = Math.ceil(Math.min(PAGE_SIZE, size * 4, (PAGE_BYTES * page.length) / weight));
    }
  }

  /** From the last event of ours backwards: others may have written much since. */
  private async lastPage(count: number): Promise<readonly AllStreamResolvedEvent[]> {
    const head = await this.head();
    if (head === START) return [];
    const [last, before] = await Promise.all([this.reader.anyAt(head), this.reader.pageBefore(head, count - 1)]);
    return last ? [last, ...before] : this.reader.pageBefore(undefined, count); // the server has cleaned it away
  }
}

export const weightOfEvent = ({ data, bytes }: StoredEvent): number => weightOf(data ?? bytes);
