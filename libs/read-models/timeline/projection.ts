import type { Recorded } from '../../event-sourcing/event.js';
import type { Key, Projection, Row, Rows } from '../../event-sourcing/projection.js';
import type { DatedTouchFacts, TouchEvent } from '../../ledger/touch/touch.js';
import { on, subjectOf } from '../on.js';

/** What became of an entry after it was recorded. Stored as it stands, oldest first. */
export interface Amendment {
  readonly kind: 'CORRECTED' | 'RETRACTED';
  /** The event that says so. */
  readonly eventId: string;
  readonly reason: string;
  readonly recordedAt: string;
}

/** Every entry of a relationship's ledger, one row each, with what is true of it now and both of its clocks. */
export const timeline: Projection = {
  name: 'timeline',
  version: 1,
  tables: {
    entries: {
      columns: {
        tenant_id: 'text not null',
        /** The touch's id, and the ids of other kinds of entries once there are some. */
        entry_id: 'text not null',
        relationship_id: 'text not null',
        kind: 'text not null',
        channel: 'text',
        occurred_at: 'timestamptz not null',
        /** Clock, place and id of the event that recorded the entry first. */
        recorded_at: 'timestamptz not null',
        position: 'bigint not null',
        event_id: 'text not null',
        retracted: 'boolean not null',
        amendments: 'jsonb not null',
        /** What is true of it now. */
        facts: 'jsonb not null',
      },
      // One touch over several relationships is one entry in each, under one id.
      key: ['tenant_id', 'entry_id', 'relationship_id'],
      indexes: ['(tenant_id, relationship_id, occurred_at, position)'],
    },
  },

  on: on<TouchEvent>({
    TouchRecorded: {
      apply: (event, rows) => {
        const { touchId, ...facts } = event.data;
        rows.put('entries', {
          tenant_id: event.tenantId,
          entry_id: touchId,
          relationship_id: subjectOf(event),
          kind: 'TOUCH',
          channel: facts.channel,
          occurred_at: event.occurredAt,
          recorded_at: event.recordedAt,
          position: event.position,
          event_id: event.id,
          retracted: false,
          amendments: [],
          facts,
        });
      },
    },
    TouchCorrected: {
      reads: readEntry,
      apply: (event, rows) => {
        const { occurredAt, ...facts } = event.data.replacement;
        amend(event, rows, 'CORRECTED', { channel: facts.channel, occurred_at: occurredAt, facts });
      },
    },
    TouchRetracted: {
      reads: readEntry,
      apply: (event, rows) => amend(event, rows, 'RETRACTED', { retracted: true }),
    },
  }),
};

export type StoredTouchFacts = Omit<DatedTouchFacts, 'occurredAt'>;

type AmendingEvent = Recorded<Extract<TouchEvent, { readonly type: 'TouchCorrected' | 'TouchRetracted' }>>;

const entryKey = (event: AmendingEvent): Key => [event.tenantId, event.data.touchId, subjectOf(event)];

function readEntry(event: AmendingEvent) {
  return { entries: [entryKey(event)] };
}

function amend(event: AmendingEvent, rows: Rows, kind: Amendment['kind'], changes: Row): void {
  const entry = rows.get('entries', entryKey(event));
  if (!entry) throw new Error(`${event.data.touchId} was never recorded.`);
  const amendment: Amendment = { kind, eventId: event.id, reason: event.data.reason, recordedAt: event.recordedAt };
  rows.put('entries', {
    ...entry,
    ...changes,
    amendments: [...(entry['amendments'] as readonly Amendment[]), amendment],
  });
}
