import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { isId, type EventId } from '../../event-sourcing/id.js';
import type { Position } from '../../event-sourcing/position.js';
import type { EventStore } from '../../event-store/event-store.js';
import { projectionStatus, type ProjectionStatus } from '../../projecting/status.js';

/** How often somebody who follows a read model is told how far it is: about as often as a person can read it. */
const LOOK_MS = 250;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

/** How far the read models of this database are. */
export class ProjectionOverview {
  constructor(
    private readonly pool: pg.Pool,
    private readonly store: EventStore,
  ) {}

  all(): Promise<readonly ProjectionStatus[]> {
    return projectionStatus(this.pool, this.store);
  }

  /** A read model as it is, and again whenever that has changed. Ends when there is none of that name. */
  async *progressOf(name: string, signal: AbortSignal): AsyncGenerator<ProjectionStatus> {
    for (let before: ProjectionStatus | undefined; !signal.aborted; await pause(LOOK_MS, signal)) {
      const now = (await this.all()).find((one) => one.name === name);
      if (!now) return;
      if (!isDeepStrictEqual(now, before)) yield now;
      before = now;
    }
  }

  async positionOf(eventId: EventId): Promise<Position | undefined> {
    return isId('evt', eventId) ? (await this.store.findEvent(eventId))?.position : undefined;
  }
}
