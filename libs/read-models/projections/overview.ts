import type pg from 'pg';
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
}
