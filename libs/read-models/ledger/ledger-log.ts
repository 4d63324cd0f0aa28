import type { EventStore, StreamTail } from '../../event-store/event-store.js';
import { History } from './history.js';
import { LiveLog } from './live-log.js';

/** The log as queries and subscriptions see it. */
export class LedgerLog {
  readonly live: LiveLog;

  constructor(private readonly store: EventStore) {
    this.live = new LiveLog(store);
  }

  historyOf(tenantId: string): History {
    return new History(this.store, tenantId);
  }

  /** Events of many streams at once. */
  readStreams(wanted: readonly StreamTail[]): ReturnType<EventStore['readStreams']> {
    return this.store.readStreams(wanted);
  }

  async head(): Promise<{ position: bigint; size: bigint }> {
    const position = await this.store.head();
    return { position, size: await this.store.countTo(position) };
  }
}
