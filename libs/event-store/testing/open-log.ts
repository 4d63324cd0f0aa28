import { Codec } from '../codec.js';
import type { EventStore } from '../event-store.js';

/** A log under test. It may hold events of others before and while the suite runs: each test has its own tenant. */
export interface OpenLog {
  readonly store: EventStore;
  /** Another process' view of the same log, the same one at each call; `close` closes it too. */
  second(): Promise<EventStore>;
  /** Breaks the connections of every store of this log once, the way a failing network or server would. */
  disconnect?(): Promise<void>;
  close(): Promise<void>;
}

export interface LogTraits {
  /** Positions are 1, 2, 3, … without holes, and nobody else writes while the suite runs. */
  readonly densePositions: boolean;
}

/** What every log under test is opened with: a codec that knows no types, so that all pass as they are. */
export const contractCodec = new Codec(new Map());
