import type { Recorded } from '../../event-sourcing/event.js';
import { isId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { START, type Position } from '../../event-sourcing/position.js';
import { parseStream, type StreamName } from '../../event-sourcing/stream.js';
import type { EventStore, Page } from '../../event-store/event-store.js';
import type { PageRequest } from '../../graphql/paging.js';

export type Order = 'OLDEST_FIRST' | 'NEWEST_FIRST';

export interface HistoryFilter {
  readonly types?: readonly string[] | null;
  readonly actorId?: string | null;
  /** Ledger time, inclusive. */
  readonly recordedFrom?: Instant | null;
  /** Ledger time, exclusive. */
  readonly recordedBefore?: Instant | null;
}

export interface HistoryPage {
  readonly events: readonly Recorded[];
  /** Everything up to here was looked at, and more may follow; undefined at the end. */
  readonly next: Position | undefined;
}

/** Events that one page looks at: bounds its work where few are of the wanted actor. Such a page is short, and more follows. */
const LOOKED_AT = 20_000;

/** One tenant's events straight from the log, with no read model between. */
export class History {
  constructor(
    private readonly store: EventStore,
    private readonly tenantId: string,
  ) {}

  async event(id: string): Promise<Recorded | undefined> {
    const event = isId('evt', id) ? await this.store.findEvent(id) : undefined;
    return event?.tenantId === this.tenantId ? event : undefined;
  }

  /** One event more than the page holds, when there is one. `after` counts in revisions. */
  async stream(name: string, { first, after }: PageRequest, order: Order): Promise<Recorded[]> {
    if (parseStream(name)?.tenantId !== this.tenantId) return [];
    const backwards = order === 'NEWEST_FIRST';
    const from = after && Number(after.key) + (backwards ? -1 : 1);
    if (from !== undefined && from < 0) return [];
    const events = this.store.readStream(name as StreamName, {
      direction: backwards ? 'backwards' : 'forwards',
      limit: first + 1,
      ...(from === undefined ? {} : { from }),
    });
    return collect(events);
  }

  async events(filter: HistoryFilter, { first, after }: PageRequest, order: Order): Promise<HistoryPage> {
    const { low, high } = await this.bounds(filter);
    const from = after?.position ?? (order === 'OLDEST_FIRST' ? low : high + 1n);
    const found: Recorded[] = [];
    let looked = 0;
    for await (const page of this.pages(filter, from, first, order)) {
      for (const event of page.events) {
        if (event.position <= low || event.position > high) return { events: found, next: undefined };
        if (filter.actorId && event.actor.id !== filter.actorId) continue;
        if (found.length === first) return { events: found, next: found.at(-1)?.position ?? from };
        found.push(event);
      }
      looked += page.events.length;
      if (looked >= LOOKED_AT) return { events: found, next: page.position };
    }
    return { events: found, next: undefined };
  }

  private pages({ types, actorId }: HistoryFilter, from: Position, first: number, order: Order): AsyncIterable<Page> {
    return this.store.readAll({
      from,
      direction: order === 'OLDEST_FIRST' ? 'forwards' : 'backwards',
      tenantId: this.tenantId,
      ...(types ? { types } : {}),
      ...(actorId ? {} : { pageSize: first + 1 }),
    });
  }

  /** The positions between which the times of the filter lie: above `low`, up to `high`. */
  private async bounds({ recordedFrom, recordedBefore }: HistoryFilter): Promise<{ low: Position; high: Position }> {
    const head = await this.store.head();
    return {
      low: recordedFrom ? await this.lastBefore(recordedFrom, head) : START,
      high: recordedBefore ? await this.lastBefore(recordedBefore, head) : head,
    };
  }

  /** The last position that was recorded before a moment. Ledger time never falls, so halving finds it. */
  private async lastBefore(moment: Instant, head: Position): Promise<Position> {
    let low = START;
    let high = head;
    while (low < high) {
      const middle = (low + high) / 2n;
      const [next] = (await collect(this.store.readAll({ from: middle, limit: 1 }))).flatMap(({ events }) => events);
      if (next && next.recordedAt < moment) low = next.position;
      else high = middle;
    }
    return low;
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
