import type { Recorded } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Handler, Key, Row, Rows } from '../../event-sourcing/projection.js';
import type { FactKind } from '../../metrics/fact.js';
import { OPEN, subjectOf } from '../on.js';
import type { EntryKind } from '../timeline/entry.js';
import type { EntryKindName } from '../timeline/kinds.js';
import { factOf, saidBy, SAID, type Tie } from './fact-columns.js';

type Handlers = Readonly<Record<string, Handler>>;
type Replacement = { readonly occurredAt: Instant };

/** A fact as the list of its entry keeps it: JSON has no bigint. */
type Kept = Readonly<Record<string, unknown>> & { readonly fact_id: string; readonly relationship_id: string | null };

/** The beginning of an entry as a kind of fact, and its steps. */
const BEGINNINGS: { readonly [Kind in EntryKindName]: FactKind } = {
  TOUCH: 'TOUCH',
  TRUST_ACTION: 'TRUST_ACTION',
  TRUST_REQUEST: 'TRUST_REQUEST',
  TRUST_ASSESSMENT: 'TRUST_ASSESSED',
  COMMITMENT: 'COMMITMENT_MADE',
  FEEDBACK_REQUEST: 'FEEDBACK_REQUESTED',
  FEEDBACK: 'FEEDBACK',
  REFERRAL: 'REFERRAL',
};

function stepKind(kind: string, step: string): FactKind {
  if (step === 'VALUE_REALIZED') return step;
  return kind === 'REFERRAL' ? 'REFERRAL_STEP' : (`${kind}_${step}` as FactKind);
}

const said = ({ data }: Recorded) => data as Readonly<Record<string, unknown>>;
const replacementOf = (event: Recorded) => said(event)['replacement'] as Replacement;
const entryOf = ({ id }: EntryKind, event: Recorded): string =>
  id === undefined ? subjectOf(event) : String(said(event)[id]);
const placeOf = (kind: EntryKind, event: Recorded, facts: object): string | null =>
  kind.relationshipOf ? (kind.relationshipOf(facts) ?? null) : subjectOf(event);

const tieKeys = ({ tenantId }: Recorded, place: string | null): Readonly<Record<string, readonly Key[]>> =>
  place === null ? {} : { ties: [[tenantId, place]] };
const tieOf = (event: Recorded, rows: Rows, place: string | null): Tie | undefined =>
  place === null ? undefined : (rows.get('ties', [event.tenantId, place]) as Tie | undefined);

/** Handlers that keep the facts of a kind of entry. */
export const factHandlers = (kind: EntryKind<EntryKindName>): Handlers =>
  kind.steps ? livingHandlers(kind) : plainHandlers(kind);

/** Of entries that are one fact: the row itself says what it was. */
function plainHandlers(kind: EntryKind<EntryKindName>): Handlers {
  const keyOf = (event: Recorded): Key => [event.tenantId, subjectOf(event), entryOf(kind, event), OPEN];
  const superseding = (next?: (was: Row, event: Recorded, tie: Tie | undefined) => Row): Handler => ({
    reads: (event) => ({ facts: [keyOf(event)], ...tieKeys(event, subjectOf(event)) }),
    apply(event, rows) {
      const was = rows.get('facts', keyOf(event));
      if (!was) throw new Error(`${entryOf(kind, event)} was never recorded.`);
      close(event, rows, was);
      if (next) rows.put('facts', next(was, event, tieOf(event, rows, subjectOf(event))));
    },
  });
  return {
    [kind.recorded]: {
      reads: (event) => tieKeys(event, subjectOf(event)),
      apply: (event, rows) =>
        rows.put('facts', beginningOf(kind, event, subjectOf(event), tieOf(event, rows, subjectOf(event)))),
    },
    [kind.retracted]: superseding(),
    ...(kind.corrected && { [kind.corrected]: superseding(corrected) }),
  };
}

/**
 * Of entries that have steps: what becomes of the entry becomes of all its facts, which only a list of them tells; and the
 * steps of a referral do not say to which relationship it belongs.
 */
function livingHandlers(kind: EntryKind<EntryKindName>): Handlers {
  const keyOf = (event: Recorded): Key => [event.tenantId, entryOf(kind, event), subjectOf(event)];
  const changing = (
    change: (standing: readonly Kept[], event: Recorded, rows: Rows) => readonly Kept[],
    reads: NonNullable<Handler['reads']> = () => ({}),
  ): Handler => ({
    reads: (event) => ({ ...reads(event), entries: [keyOf(event)] }),
    apply(event, rows) {
      const row = rows.get('entries', keyOf(event));
      if (!row) throw new Error(`${entryOf(kind, event)} was never recorded.`);
      const before = row['standing'] as readonly Kept[];
      const standing = change(before, event, rows);
      rows.put('entries', { ...row, standing });
      const isPlaced = ({ relationship_id }: Kept) => relationship_id !== null;
      const [gone, come] = [without(before, standing), without(standing, before)];
      for (const fact of gone.filter(isPlaced)) close(event, rows, rowOf(event, fact));
      for (const fact of come.filter(isPlaced)) rows.put('facts', rowOf(event, fact));
    },
  });
  const changingStep = (change: (step: Kept, event: Recorded) => readonly Kept[]): Handler =>
    changing((standing, event) =>
      standing.flatMap((fact) => (fact.fact_id === said(event)['targetEventId'] ? change(fact, event) : fact)),
    );

  const handlers: Record<string, Handler> = {
    [kind.recorded]: {
      reads: (event) => tieKeys(event, placeOf(kind, event, event.data)),
      apply(event, rows) {
        const place = placeOf(kind, event, event.data);
        const fact = beginningOf(kind, event, place, tieOf(event, rows, place));
        const [tenant_id, entry_id, subject_id] = keyOf(event);
        rows.put('entries', { tenant_id, entry_id, subject_id, standing: [keptOf(fact)] });
        if (place !== null) rows.put('facts', fact);
      },
    },
    [kind.retracted]: changing(() => []),
  };
  if (kind.corrected) {
    handlers[kind.corrected] = changing(
      ([beginning, ...steps], event, rows) => {
        const place = placeOf(kind, event, replacementOf(event));
        const next = corrected(rowOf(event, beginning!), event, tieOf(event, rows, place));
        return [{ ...keptOf(next), relationship_id: place }, ...steps.map((step) => moved(step, event, place))];
      },
      (event) => tieKeys(event, placeOf(kind, event, replacementOf(event))),
    );
  }
  for (const [type, step] of Object.entries(kind.steps ?? {})) {
    handlers[type] = changing((standing, event) => [...standing, stepOf(kind, event, step, standing[0]!)]);
  }
  if (kind.stepCorrected) {
    handlers[kind.stepCorrected] = changingStep((step, event) => [keptOf(corrected(rowOf(event, step), event))]);
  }
  if (kind.stepRetracted) handlers[kind.stepRetracted] = changingStep(() => []);
  return handlers;
}

const without = (facts: readonly Kept[], others: readonly Kept[]) => facts.filter((fact) => !others.includes(fact));

function beginningOf(kind: EntryKind<EntryKindName>, event: Recorded, place: string | null, tie: Tie | undefined): Row {
  const factKind = BEGINNINGS[kind.kind];
  const entry_id = entryOf(kind, event);
  return factOf(event, factKind, {
    relationship_id: place,
    fact_id: entry_id,
    entry_id,
    ...saidBy(factKind, event.data, tie),
  });
}

function stepOf(kind: EntryKind, event: Recorded, step: string, beginning: Kept): Kept {
  const { relationship_id, entry_id, side, detail } = beginning;
  const factKind = stepKind(kind.kind, step);
  const what = factKind === 'REFERRAL_STEP' ? { detail: step } : {};
  const inherited = factKind === 'REFERRAL_STEP' || factKind === 'VALUE_REALIZED' ? { side } : { side, detail };
  return keptOf(
    factOf(event, factKind, {
      relationship_id,
      fact_id: event.id,
      entry_id,
      ...Object.fromEntries(Object.entries(inherited).filter(([, value]) => value !== undefined && value !== null)),
      ...saidBy(factKind, { ...event.data, ...what }),
    }),
  );
}

/** What it says is new, and known from now on; what it is of stays. */
function corrected(was: Row, event: Recorded, tie?: Tie): Row {
  const { occurredAt, ...replaced } = replacementOf(event);
  const kept = tie ? Object.entries(was).filter(([column]) => !(column in SAID)) : Object.entries(was);
  // The detail of a referral's step is which step it is: what else it says never takes that place.
  const facts = was['kind'] === 'REFERRAL_STEP' ? { ...replaced, detail: was['detail'] } : replaced;
  return {
    ...Object.fromEntries(kept),
    ...saidFrom(event, occurredAt),
    ...saidBy(was['kind'] as FactKind, facts, tie),
  };
}

const moved = (step: Kept, event: Recorded, place: string | null): Kept =>
  step.relationship_id === place
    ? step
    : keptOf({ ...rowOf(event, step), ...saidFrom(event, step['occurred_at'] as Instant), relationship_id: place });

const saidFrom = (event: Recorded, occurredAt: Instant): Row => ({
  position: event.position,
  event_id: event.id,
  occurred_at: occurredAt,
  known_from: event.recordedAt,
});

function close(event: Recorded, rows: Rows, was: Row): void {
  rows.delete('facts', [event.tenantId, String(was['relationship_id']), String(was['fact_id']), OPEN]);
  rows.put('facts', { ...was, until_position: event.position, known_until: event.recordedAt });
}

function keptOf({ tenant_id: _, until_position: __, position, amount_minor, ...fact }: Row): Kept {
  return {
    ...fact,
    relationship_id: fact['relationship_id'] as string | null,
    fact_id: String(fact['fact_id']),
    position: String(position),
    ...(typeof amount_minor === 'bigint' && { amount_minor: String(amount_minor) }),
  };
}

const rowOf = ({ tenantId }: Recorded, { position, amount_minor, ...fact }: Kept): Row => ({
  tenant_id: tenantId,
  until_position: OPEN,
  ...fact,
  position: BigInt(String(position)),
  ...(typeof amount_minor === 'string' && { amount_minor: BigInt(amount_minor) }),
});
