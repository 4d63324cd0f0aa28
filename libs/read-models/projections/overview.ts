import type pg from 'pg';
import { isId, type EventId } from '../../event-sourcing/id.js';
import type { Position } from '../../event-sourcing/position.js';
import type { EventStore } from '../../event-store/event-store.js';
import { projectionStatus, type ProjectionStatus } from '../../projecting/status.js';

/** How far the read models of this database are. */
export class ProjectionOverview {
  constructor(
    private readonly pool: pg.Pool,
    private readonly store: EventStore,
  ) {}

  all(): Promise<readonly ProjectionStatus[]> {
    return projectionStatus(this.pool, this.store);
  }

  async positionOf(eventId: EventId): Promise<Position | undefined> {
    return isId('evt', eventId) ? (await this.store.findEvent(eventId))?.position : undefined;
  }
}
