import type { Recorded } from '../../event-sourcing/event.js';
import type { Key, Projection, Row, Rows } from '../../event-sourcing/projection.js';
import type { DatedReferralFacts } from '../../ledger/referral/facts.js';
import { EXITS, place, reachOf, type RecordedStep } from '../../ledger/referral/lifecycle.js';
import { STEP_EVENTS, type ReferralEvent } from '../../ledger/referral/referral.js';
import type { EntryFacts } from '../../ledger/referral/state.js';
import { ReferralProgress, type ReferralStatus } from '../../ledger/referral/referral.words.js';
import { on, subjectOf } from '../on.js';
import type { Amendment } from '../timeline/entry.js';

const KEY = { tenant_id: 'text not null', referral_id: 'text not null' };
const PROGRESS = Object.values(ReferralProgress);
const list = (words: Iterable<string>): string => [...words].map((word) => `'${word}'`).join(', ');

/** Where the loop is open: sent without an answer, or seen and not closed. */
export const LOOP_OPEN_STATUSES: readonly ReferralStatus[] = ['SENT', 'RECEIVED', 'SEEN', 'REPORTED', 'ACKNOWLEDGED'];

/** Column with the reported time of a step of the progress: of the last one, where there are several. */
export const timeOf = (step: ReferralProgress): string => `${step.toLowerCase()}_at`;

/** Referrals as they stand, and all that was reported of them: what was retracted stays, and counts no more. */
export const referralPipeline: Projection = {
  name: 'referral_pipeline',
  version: 1,
  tables: {
    entries: {
      columns: {
        ...KEY,
        /** The event that recorded it. */
        event_id: 'text not null',
        kind: `text not null CHECK (kind IN ('STEP', 'SOURCE', 'DECLARATION', 'VALUE'))`,
        step: 'text',
        /** How much of the progress the step proves, counted in steps. */
        reach: 'smallint',
        amount_minor: 'bigint',
        currency: 'text',
        occurred_at: 'timestamptz not null',
        recorded_at: 'timestamptz not null',
        position: 'bigint not null',
        data: 'jsonb not null',
        retracted: 'boolean not null',
        amendments: 'jsonb not null',
      },
      key: ['tenant_id', 'referral_id', 'event_id'],
    },
    referrals: {
      columns: {
        ...KEY,
        /** The event that recorded it. */
        event_id: 'text not null',
        parent_id: 'text',
        depth: 'smallint not null',
        referrer_id: 'text not null',
        subject_ref: 'text not null',
        target_id: 'text not null',
        service_line: 'text not null',
        urgency: 'text not null',
        question: 'text',
        motive: 'text not null',
        motive_label: 'text',
        in_return_for: 'text',
        relationship_id: 'text',
        made_at: 'timestamptz not null',
        recorded_at: 'timestamptz not null',
        position: 'bigint not null',
        retracted: 'boolean not null',
        amendments: 'jsonb not null',
      },
      key: ['tenant_id', 'referral_id'],
      indexes: [
        '(tenant_id, made_at, position)',
        '(tenant_id, referrer_id, made_at, position)',
        '(tenant_id, target_id, made_at, position)',
        '(tenant_id, subject_ref, made_at, position)',
        '(tenant_id, relationship_id, made_at, position)',
        '(tenant_id, parent_id)',
        '(tenant_id, coalesce(last_step_at, made_at), position)',
        `(tenant_id, coalesce(last_step_at, made_at), position) WHERE status IN (${list(LOOP_OPEN_STATUSES)})`,
      ],
      derive: {
        columns: {
          status: 'text',
          /** Steps of the progress that were reported or are proved by later ones. */
          reached: 'smallint',
          ...Object.fromEntries(PROGRESS.map((step) => [timeOf(step), 'timestamptz'])),
          no_shows: 'integer',
          /** Of the last step by business time. */
          last_step_at: 'timestamptz',
          /** What the event of its end says; null while it has come to none but CLOSED. */
          ending: 'jsonb',
          ended_at: 'timestamptz',
          /** Who is credited with it. */
          source_id: 'text',
        },
        // What `standingAfter` in lifecycle.ts says of the steps that stand.
        select: `
          SELECT r.tenant_id, r.referral_id, e.reached, e.no_shows, e.last_step_at, e.ending, e.ended_at,
                 ${PROGRESS.map((step) => `e.${timeOf(step)}`).join(', ')},
                 coalesce(e.exit, CASE WHEN e.reached = ${String(place('SCHEDULED'))} THEN e.appointment
                                       ELSE (ARRAY[${list(PROGRESS)}])[e.reached] END, 'DRAFTED') AS status,
                 coalesce(e.source_id, r.referrer_id) AS source_id
            FROM {schema}.referrals r
           CROSS JOIN LATERAL (
                 SELECT coalesce(max(reach), 0)::smallint AS reached,
                        ${PROGRESS.map((step) => `max(occurred_at) FILTER (WHERE step = '${step}') AS ${timeOf(step)}`).join(', ')},
                        (count(*) FILTER (WHERE step = 'NO_SHOW'))::integer AS no_shows,
                        max(occurred_at) FILTER (WHERE kind = 'STEP') AS last_step_at,
                        max(step) FILTER (WHERE step IN (${list(EXITS)})) AS exit,
                        max(occurred_at) FILTER (WHERE step IN (${list(EXITS)})) AS ended_at,
                        (array_agg(data) FILTER (WHERE step IN (${list(EXITS)})))[1] AS ending,
                        (array_agg(step ORDER BY occurred_at DESC, position DESC)
                           FILTER (WHERE step IN ('SCHEDULED', 'NO_SHOW')))[1] AS appointment,
                        (array_agg(data ->> 'to' ORDER BY occurred_at DESC, position DESC)
                           FILTER (WHERE kind = 'SOURCE'))[1] AS source_id
                   FROM {schema}.entries
                  WHERE tenant_id = r.tenant_id AND referral_id = r.referral_id AND NOT retracted) e`,
      },
    },
  },

  on: {
    ...on<ReferralEvent>({
      ReferralMade: {
        apply: (event, rows) => {
          const { referralId: _, parentReferralId = null, depth, ...facts } = event.data;
          rows.put('referrals', {
            ...keyOf(event),
            event_id: event.id,
            parent_id: parentReferralId,
            depth,
            ...columnsOf({ ...facts, occurredAt: event.occurredAt }),
            recorded_at: event.recordedAt,
            position: event.position,
            retracted: false,
            amendments: [],
          });
        },
      },
      ReferralCorrected: {
        reads: readReferral,
        apply: (event, rows) => amend(event, rows, 'CORRECTED', columnsOf(event.data.replacement)),
      },
      ReferralRetracted: {
        reads: readReferral,
        apply: (event, rows) => amend(event, rows, 'RETRACTED', { retracted: true }),
      },
      ReferralSourceReassigned: { apply: (event, rows) => enter(event, rows, { kind: 'SOURCE' }) },
      SourceDeclared: { apply: (event, rows) => enter(event, rows, { kind: 'DECLARATION' }) },
      ValueRealized: {
        apply: (event, rows) => enter(event, rows, { kind: 'VALUE', ...amountOf(event.data) }),
      },
      ReferralStepCorrected: {
        reads: readEntry,
        apply: (event, rows) => {
          const { occurredAt: occurred_at, ...data } = event.data.replacement;
          amendEntry(event, rows, 'CORRECTED', { occurred_at, data, ...amountOf(data) });
        },
      },
      ReferralStepRetracted: {
        reads: readEntry,
        apply: (event, rows) => amendEntry(event, rows, 'RETRACTED', { retracted: true }),
      },
    }),
    ...Object.fromEntries(
      Object.entries(STEP_EVENTS).map(([step, type]) => [
        type,
        {
          apply: (event: Recorded, rows: Rows) =>
            enter(event, rows, { kind: 'STEP', step, reach: reachOf(step as RecordedStep) }),
        },
      ]),
    ),
  },
};

const referralKey = (event: Recorded): Key => [event.tenantId, subjectOf(event)];
const keyOf = (event: Recorded) => ({ tenant_id: event.tenantId, referral_id: subjectOf(event) });

function readReferral(event: Recorded) {
  return { referrals: [referralKey(event)] };
}

type EntryAmending = Amending & { readonly data: { readonly targetEventId: string } };
const entryKey = (event: EntryAmending): Key => [...referralKey(event), event.data.targetEventId];

function readEntry(event: EntryAmending) {
  return { entries: [entryKey(event)] };
}

const amountOf = ({ amountMinor, currency }: EntryFacts): Row =>
  amountMinor === undefined ? {} : { amount_minor: BigInt(amountMinor), currency };

function columnsOf(facts: DatedReferralFacts): Row {
  return {
    referrer_id: facts.referrerId,
    subject_ref: facts.subjectRef,
    target_id: facts.targetId,
    service_line: facts.serviceLine,
    urgency: facts.urgency,
    question: facts.question ?? null,
    motive: facts.motive,
    motive_label: facts.motiveLabel ?? null,
    in_return_for: facts.inReturnFor ?? null,
    relationship_id: facts.relationshipId ?? null,
    made_at: facts.occurredAt,
  };
}

/** What was recorded of a referral after it was made. */
function enter(event: Recorded, rows: Rows, what: Row): void {
  rows.put('entries', {
    ...keyOf(event),
    event_id: event.id,
    ...what,
    occurred_at: event.occurredAt,
    recorded_at: event.recordedAt,
    position: event.position,
    data: event.data,
    retracted: false,
    amendments: [],
  });
  rows.touch('referrals', referralKey(event));
}

type Amending = Recorded & { readonly data: { readonly reason: string } };

function amend(event: Amending, rows: Rows, kind: Amendment['kind'], changes: Row): void {
  rows.put('referrals', amended(event, rows.get('referrals', referralKey(event)), kind, changes));
}

function amendEntry(event: EntryAmending, rows: Rows, kind: Amendment['kind'], changes: Row): void {
  rows.put('entries', amended(event, rows.get('entries', entryKey(event)), kind, changes));
  rows.touch('referrals', referralKey(event));
}

function amended(event: Amending, row: Row | undefined, kind: Amendment['kind'], changes: Row): Row {
  if (!row) throw new Error(`${event.id} amends what was never recorded.`);
  const amendment: Amendment = { kind, eventId: event.id, reason: event.data.reason, recordedAt: event.recordedAt };
  return { ...row, ...changes, amendments: [...(row['amendments'] as readonly Amendment[]), amendment] };
}
