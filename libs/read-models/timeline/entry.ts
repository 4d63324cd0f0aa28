import type { Recorded } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Handler, Key, Row, Rows, TableSpec } from '../../event-sourcing/projection.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { subjectOf } from '../on.js';

/** What became of something after it was recorded. Stored as it stands. */
export interface Amendment {
  readonly kind: 'CORRECTED' | 'RETRACTED';
  /** The event that says so. */
  readonly eventId: string;
  readonly reason: string;
  readonly recordedAt: string;
  /** What it said until then: of a correction of an entry its time and facts, of a step's the step's. */
  readonly was?: object;
}

/** What followed from an entry, with what else its event says. Stored as it stands. */
export interface StoredStep {
  readonly step: string;
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly note?: string;
  readonly retracted: boolean;
  /** Oldest first. */
  readonly amendments: readonly Amendment[];
}

/** An entry with what is true of it now and both of its clocks. */
export interface EntryRow {
  readonly id: string;
  readonly kind: string;
  readonly relationshipId: string;
  readonly occurredAt: Instant;
  /** Clock, place and id of the event that recorded it first. */
  readonly recordedAt: Instant;
  readonly position: Position;
  readonly eventId: string;
  readonly retracted: boolean;
  /** Oldest first. */
  readonly amendments: readonly Amendment[];
  readonly steps: readonly StoredStep[];
}

type EventType = LedgerEvent['type'];

/** One kind of entry: which events tell it, and how it is shown. */
export interface EntryKind<Kind extends string = string, Facts extends object = object, Shown extends object = object> {
  readonly kind: Kind;
  /** A sentence. */
  readonly description: string;
  /** The field of its events that holds its id; absent: each has a stream of its own. */
  readonly id?: string;
  readonly recorded: EventType;
  readonly corrected?: EventType;
  readonly retracted: EventType;
  /** What follows from it: event types to words. */
  readonly steps?: { readonly [Type in EventType]?: string };
  readonly stepCorrected?: EventType;
  readonly stepRetracted?: EventType;
  /** In whose ledger it stands; undefined: in none. Absent: in that of the relationship whose stream tells it. */
  relationshipOf?(facts: Facts): string | undefined;
  /** Facts under the names that queries give them. */
  show(told: Told<Facts>): Shown;
}

export const entryKind = <const Kind extends string, Facts extends object, Shown extends object>(
  kind: EntryKind<Kind, Facts, Shown>,
): EntryKind<Kind, Facts, Shown> => kind;

/** What a table of entries has beside columns of its own. */
export const ENTRIES = {
  columns: {
    tenant_id: 'text not null',
    entry_id: 'text not null',
    /** Whose stream tells it. One touch over several relationships is one entry in each, under one id. */
    subject_id: 'text not null',
    /** Null where it stands in no relationship's ledger. */
    relationship_id: 'text',
    kind: 'text not null',
    occurred_at: 'timestamptz not null',
    /** Clock, place and id of the event that recorded the entry first. */
    recorded_at: 'timestamptz not null',
    position: 'bigint not null',
    event_id: 'text not null',
    retracted: 'boolean not null',
    amendments: 'jsonb not null',
    steps: 'jsonb not null',
    /** What is true of it now. */
    facts: 'jsonb not null',
  },
  key: ['tenant_id', 'entry_id', 'subject_id'],
} as const satisfies TableSpec;

/** Steps that were not retracted. */
export const standing = <Step extends StoredStep>(steps: readonly Step[]): readonly Step[] =>
  steps.filter(({ retracted }) => !retracted);

/** What an entry says now. */
export interface Told<Facts extends object = object> {
  readonly facts: Facts;
  readonly occurredAt: Instant;
  /** Those that stand, as they were recorded. */
  readonly steps: readonly StoredStep[];
}

/** Where the entries of a kind are kept. */
export interface Keeping {
  readonly table: string;
  /** What the table has beside the columns of every entry. */
  columns?(entry: Told): Row;
}

type Kept = {
  readonly tenant_id: string;
  readonly entry_id: string;
  readonly subject_id: string;
  readonly kind: string;
  readonly occurred_at: Instant;
  readonly recorded_at: Instant;
  readonly position: Position;
  readonly event_id: string;
  readonly retracted: boolean;
  readonly amendments: readonly Amendment[];
  readonly steps: readonly StoredStep[];
  readonly facts: object;
};

/** Handlers that keep the entries of a kind in a table. */
export function entryHandlers(kind: EntryKind, keeping: Keeping): Readonly<Record<string, Handler>> {
  const { table } = keeping;
  const keyOf = (event: Recorded): Key => [event.tenantId, entryOf(kind, event), subjectOf(event)];
  const put = (rows: Rows, row: Kept): void => {
    const { facts, subject_id, occurred_at: occurredAt } = row;
    const relationship_id = kind.relationshipOf ? (kind.relationshipOf(facts) ?? null) : subject_id;
    const told = { facts, occurredAt, steps: standing(row.steps) };
    rows.put(table, { ...row, relationship_id, ...keeping.columns?.(told) });
  };
  const changing = (change: (row: Kept, event: Recorded) => Partial<Kept>): Handler => ({
    reads: (event) => ({ [table]: [keyOf(event)] }),
    apply: (event, rows) => {
      const row = rows.get(table, keyOf(event)) as Kept | undefined;
      if (!row) throw new Error(`${entryOf(kind, event)} was never recorded.`);
      put(rows, { ...row, ...change(row, event) });
    },
  });

  const changingStep = (change: (step: StoredStep, event: Recorded) => StoredStep): Handler =>
    changing(({ steps }, event) => ({
      steps: steps.map((step) => (step.eventId === said(event)['targetEventId'] ? change(step, event) : step)),
    }));

  const handlers: Record<string, Handler> = {
    [kind.recorded]: { apply: (event, rows) => put(rows, recordedAs(kind, event)) },
    [kind.retracted]: changing((row, event) => ({ ...amended(row, event, 'RETRACTED'), retracted: true })),
  };
  if (kind.corrected) {
    handlers[kind.corrected] = changing((row, event) => {
      const { occurredAt, ...facts } = said(event)['replacement'] as Dated;
      const was = { occurredAt: row.occurred_at, facts: row.facts };
      return { ...amended(row, event, 'CORRECTED', was), occurred_at: occurredAt, facts };
    });
  }
  for (const [type, step] of Object.entries(kind.steps ?? {})) {
    handlers[type] = changing(({ steps }, event) => ({ steps: [...steps, stepAs(step, kind, event)] }));
  }
  if (kind.stepCorrected) {
    handlers[kind.stepCorrected] = changingStep(
      ({ step, eventId, recordedAt, retracted, amendments, ...was }, event) => ({
        ...(said(event)['replacement'] as Dated),
        ...{ step, eventId, recordedAt, retracted },
        ...amended({ amendments }, event, 'CORRECTED', was),
      }),
    );
  }
  if (kind.stepRetracted) {
    handlers[kind.stepRetracted] = changingStep((was, event) => ({
      ...was,
      ...amended(was, event, 'RETRACTED'),
      retracted: true,
    }));
  }
  return handlers;
}

function stepAs(step: string, kind: EntryKind, event: Recorded): StoredStep {
  const { occurredAt, recordedAt, id: eventId } = event;
  return { ...factsOf(kind, event), step, eventId, occurredAt, recordedAt, retracted: false, amendments: [] };
}

type Dated = { readonly occurredAt: Instant };

const said = ({ data }: Recorded) => data as Readonly<Record<string, unknown>>;

const entryOf = ({ id }: EntryKind, event: Recorded): string =>
  id === undefined ? subjectOf(event) : String(said(event)[id]);

/** What the event says beside which entry it is about. */
function factsOf({ id }: EntryKind, event: Recorded): object {
  const data = said(event);
  if (id === undefined) return data;
  const facts: Record<string, unknown> = {};
  for (const field in data) if (field !== id) facts[field] = data[field];
  return facts;
}

const recordedAs = (kind: EntryKind, event: Recorded): Kept => ({
  tenant_id: event.tenantId,
  entry_id: entryOf(kind, event),
  subject_id: subjectOf(event),
  kind: kind.kind,
  occurred_at: event.occurredAt,
  recorded_at: event.recordedAt,
  position: event.position,
  event_id: event.id,
  retracted: false,
  amendments: [],
  steps: [],
  facts: factsOf(kind, event),
});

const amended = (
  { amendments }: Pick<Kept, 'amendments'>,
  event: Recorded,
  kind: Amendment['kind'],
  was?: Amendment['was'],
): Pick<Kept, 'amendments'> => {
  const { id: eventId, recordedAt } = event;
  return {
    amendments: [
      ...amendments,
      { kind, eventId, reason: String(said(event)['reason']), recordedAt, ...(was && { was }) },
    ],
  };
};
