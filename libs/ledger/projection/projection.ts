import { slice, type CommandOf } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { EventId } from '../../event-sourcing/id.js';
import { present } from '../present.js';
import type { projectionCommands } from './projection.inputs.js';

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type ProjectionEvent =
  | Event<'ProjectionPaused', { projection: string; reason?: string }>
  | Event<'ProjectionResumed', { projection: string; reason?: string }>
  | Event<'ProjectionRebuildRequested', { projection: string; mayDiffer: boolean; reason?: string }>
  | Event<'ProjectionRolledBack', { projection: string; reason?: string }>
  /** `position` as clients carry it. */
  | Event<'EventSkipped', { projection: string; eventId: EventId; position: string; reason: string }>;

export type ProjectionCommand = CommandOf<typeof projectionCommands>;

/** The state of a projection's stream: none. What operators of all tenants ask for is asked of the same machinery. */
interface ProjectionStream {
  readonly projection: null;
}

const OPERATION = { version: 1, dataClass: 'PUBLIC', personal: ['reason'] } as const;
const unchanged = (state: null): null => state;

export const projection = slice<null, ProjectionEvent, ProjectionCommand, ProjectionStream>({
  events: {
    ProjectionPaused: OPERATION,
    ProjectionResumed: OPERATION,
    ProjectionRebuildRequested: OPERATION,
    ProjectionRolledBack: OPERATION,
    EventSkipped: OPERATION,
  },
  initial: () => null,
  decide: {
    PauseProjection: (_, { projection, reason }) => [event('ProjectionPaused', present({ projection, reason }))],
    ResumeProjection: (_, { projection, reason }) => [event('ProjectionResumed', present({ projection, reason }))],
    RebuildProjection: (_, { projection, mayDiffer, reason }) => [
      event('ProjectionRebuildRequested', present({ projection, mayDiffer, reason })),
    ],
    RollbackProjection: (_, { projection, reason }) => [event('ProjectionRolledBack', present({ projection, reason }))],
    SkipEvent: (_, { projection, eventId, position, reason }) => [
      event('EventSkipped', { projection, eventId, position, reason }),
    ],
  },
  evolve: {
    ProjectionPaused: unchanged,
    ProjectionResumed: unchanged,
    ProjectionRebuildRequested: unchanged,
    ProjectionRolledBack: unchanged,
    EventSkipped: unchanged,
  },
});
