import DataLoader from 'dataloader';
import { SharedReads } from './shared-reads.js';

/** What every resolver of one operation shares. A fresh one for each request. */
export interface RequestContext {
  /** What the server's log calls this request. */
  readonly correlationId: string;
  /** The Authorization header, or the `authorization` of a websocket's connection_init. */
  readonly authorization: string | undefined;
  /** Sent from this machine to this machine by its own name, and by no page of another site. */
  readonly local: boolean;
  readonly loaders: Loaders;
  /** Until when the caller was let in, in ms since 1970; absent: for good. Subscriptions end then. */
  admittedUntil?: number | undefined;
}

/**
 * Loaders of one request: what many rows ask for one by one is read in one statement, and read once; what other
 * requests ask at the same time is read with it.
 */
export class Loaders {
  private readonly made = new Map<string, unknown>();

  constructor(private readonly reads = new SharedReads()) {}

  /**
   * The request's loader of that name, made with the first `batch` given. The name says all that an answer depends on
   * beside the key, the tenant included. `batch` answers in the order of the keys, with null for what is not there:
   * see `inOrder`.
   */
  of<Key, Value>(name: string, batch: (keys: readonly Key[]) => Promise<readonly Value[]>): DataLoader<Key, Value> {
    let loader = this.made.get(name) as DataLoader<Key, Value> | undefined;
    if (!loader) {
      loader = new DataLoader((keys) => this.reads.read(name, keys, batch));
      this.made.set(name, loader);
    }
    return loader;
  }

  /** Forgets what was read: the next event of a subscription shows a newer world. */
  clear(): void {
    this.made.clear();
  }
}

/** Rows as a loader must answer: one per key in the order of the keys, null for what is not there. */
export function inOrder<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | null)[] {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => found.get(key) ?? null);
}
