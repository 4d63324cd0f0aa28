import { setTimeout as delay } from 'node:timers/promises';
import type { Recorded } from '../../event-sourcing/event.js';
import { START, type Position } from '../../event-sourcing/position.js';
import type { Codec } from '../codec.js';
import { StoreUnavailable } from '../errors.js';
import type { Page, SubscribeOptions } from '../event-store.js';
import type { HeadWatch } from './head-watch.js';
import { PAGE_EVENTS, type LogReader } from './log-reader.js';
import { NewestEvents } from './newest-events.js';
import { decodeRow, pageOf, type EventRow, type RowPage } from './rows.js';

/**
 * Feeds subscriptions. One that is far behind reads for itself, filtered by the database; those at the head or near it
 * share the reads of what is new, and its decoded events, and each picks its own.
 */
export class Subscriptions {
  private readonly newest: NewestEvents;
  private readonly decoded = new WeakMap<EventRow, Recorded>();

  constructor(
    private readonly reader: LogReader,
    private readonly watch: HeadWatch,
    private readonly codec: Codec,
  ) {
    this.newest = new NewestEvents(reader, watch);
  }

  async *open(options: SubscribeOptions, signal: AbortSignal): AsyncGenerator<Page, void, undefined> {
    let position = options.from ?? START;
    let atHead = false;
    for (let failures = 0; !signal.aborted;) {
      const known = this.watch.changes;
      const page: RowPage | undefined = await this.read(options, position, atHead).catch(unlessUnavailable);
      if (!page) {
        await delay(Math.min(50 * 2 ** failures++, 5_000), undefined, { signal }).catch(() => undefined);
        continue;
      }
      failures = 0;
      const isNews = page.position > position || page.rows.length > 0 || (page.caughtUp && !atHead);
      ({ position, caughtUp: atHead } = page);
      if (isNews) yield pageOf(page, (row) => this.decode(row));
      if (atHead) await this.watch.changed(known, signal);
    }
  }

  private async read(
    { types, tenantId, pageSize: limit = PAGE_EVENTS }: SubscribeOptions,
    from: Position,
    atHead: boolean,
  ): Promise<RowPage> {
    const page = await this.newest.page(from, limit, atHead);
    if (!page) return this.reader.page({ from, types, tenantId, limit });
    const rows = page.rows.filter(
      (row) => (tenantId === undefined || row.tenant_id === tenantId) && (types?.includes(row.type) ?? true),
    );
    return { ...page, rows };
  }

  private decode(row: EventRow): Recorded {
    const event = this.decoded.get(row) ?? decodeRow(this.codec, row);
    this.decoded.set(row, event);
    return event;
  }
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) throw error;
}
