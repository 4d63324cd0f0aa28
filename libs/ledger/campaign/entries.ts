import type { Refusal } from '../../event-sourcing/decider.js';
import type { EventId } from '../../event-sourcing/id.js';
import { conflict, refuse } from '../refusals.js';

/** What was recorded by `targetEventId` is taken back, or was otherwise. */
export interface Change {
  readonly targetEventId: EventId;
  readonly reason: string;
}

/** What a correction builds on, or that it was taken back. */
export type Entries<EntryId, Facts> = Map<EntryId, Standing<Facts> | 'RETRACTED'>;

export interface Standing<Facts> {
  /** The event that recorded it: corrections and the retraction name it as their target. */
  readonly eventId: EventId;
  readonly facts: Facts;
  readonly corrected?: boolean;
}

/** The entry; refused when there is none, or when it was retracted. */
export function standing<EntryId extends string, Facts>(
  entries: ReadonlyMap<EntryId, Standing<Facts> | 'RETRACTED'>,
  id: EntryId,
  field: string,
): Standing<Facts> | Refusal {
  const entry = entries.get(id);
  if (!entry) return refuse('ENTRY_UNKNOWN', `This campaign has no ${id}.`, { path: [field] });
  return entry === 'RETRACTED' ? conflict(entry, 'This was retracted.', [field]) : entry;
}
