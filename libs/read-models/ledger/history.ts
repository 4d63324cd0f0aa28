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
    const { last: low = START } = (filter.recordedFrom && (await this.store.seamAt(filter.recordedFrom))) ?? {};
    const { next: end } = (filter.recordedBefore && (await this.store.seamAt(filter.recordedBefore))) ?? {};
    const from = after?.position ?? (order === 'OLDEST_FIRST' ? low : end);
    const found: Recorded[] = [];
    let looked = 0;
    for await (const page of this.pages(filter, from, first, order)) {
      for (const event of page.events) {
        if (event.position <= low || (end !== undefined && event.position >= end))
          return { events: found, next: undefined };
        if (filter.actorId && event.actor.id !== filter.actorId) continue;
        if (found.length === first) return { events: found, next: found.at(-1)?.position };
        found.push(event);
      }
      looked += page.events.length;
      if (looked >= LOOKED_AT) return { events: found, next: page.position };
    }
    return { events: found, next: undefined };
  }

  private pages(
    { types, actorId }: HistoryFilter,
    from: Position | undefined,
    first: number,
    order: Order,
  ): AsyncIterable<Page> {
    return this.store.readAll({
      ...(from === undefined ? {} : { from }),
      direction: order === 'OLDEST_FIRST' ? 'forwards' : 'backwards',
      tenantId: this.tenantId,
      ...(types ? { types } : {}),
      ...(actorId ? {} : { pageSize: first + 1 }),
    });
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
