import type { Recorded } from '../../event-sourcing/event.js';
import type { Key, Projection, Row, Rows } from '../../event-sourcing/projection.js';
import type { RelationshipEvent } from '../../ledger/relationship/relationship.js';
import type { DatedTouchFacts, TouchEvent } from '../../ledger/touch/touch.js';
import { joining, merges, onMerges, TIE, TIE_INDEXES } from '../merges.js';
import { on, OPEN, subjectOf } from '../on.js';

const KEY = { tenant_id: 'text not null', relationship_id: 'text not null' };

/** The relationships that `r` speaks for, itself among them. */
export const membersOf = (schema: string): string => `(
  SELECT relationship_id, ended_at, last_id FROM ${schema}.ties
   WHERE tenant_id = r.tenant_id AND relationship_id = r.relationship_id
   UNION ALL
  SELECT relationship_id, ended_at, last_id FROM ${schema}.ties
   WHERE tenant_id = r.tenant_id AND head_id = r.relationship_id)`;

const MEMBERS = membersOf('{schema}');

/** A term `t` of a member `m` that does not hold: of relationships that are one, the end of the last stops the clock. */
export const PASSED_OVER = `coalesce(
  t.kind = 'CLOCK' AND m.last_id <> m.relationship_id AND t.starts_at >= m.ended_at, false)`;

/**
 * How often two parties meet: one narrow row per touch that counts, the terms that hold from a moment on (cadence,
 * running clock, primary steward), and per relationship where it stands. What was superseded stays, with when it was
 * known: an answer "as known" leaves out what came later.
 */
export const touchFrequency: Projection = {
  name: 'touch_frequency',
  version: 2,
  tables: {
    merges,
    /** Who is tied to whom: which relationships are one follows from it. */
    ties: {
      columns: TIE,
      key: ['tenant_id', 'relationship_id'],
      indexes: [...TIE_INDEXES, '(tenant_id, b_id)'],
      derive: joining('ties'),
    },
    touches: {
      columns: {
        ...KEY,
        touch_id: 'text not null',
        /** Position of the correction or retraction that superseded the row. */
        until_position: 'bigint not null',
        occurred_at: 'timestamptz not null',
        known_from: 'timestamptz not null',
        known_until: 'timestamptz',
        channel: 'text not null',
        direction: 'text not null',
        intent: 'text not null',
        function: 'text',
        phase: 'text',
        minutes: 'integer',
        campaign_id: 'text',
      },
      key: ['tenant_id', 'relationship_id', 'touch_id', 'until_position'],
      indexes: [
        `(tenant_id, relationship_id, occurred_at) WHERE until_position = ${String(OPEN)}`,
        `(tenant_id, campaign_id, touch_id) WHERE campaign_id IS NOT NULL AND until_position = ${String(OPEN)}`,
      ],
    },
    terms: {
      columns: {
        ...KEY,
        position: 'bigint not null',
        kind: `text not null CHECK (kind IN ('CADENCE', 'CLOCK', 'STEWARD'))`,
        starts_at: 'timestamptz not null',
        known_from: 'timestamptz not null',
        interval_days: 'integer',
        grace_days: 'integer',
        runs: 'boolean',
        steward_id: 'text',
      },
      key: ['tenant_id', 'relationship_id', 'position'],
    },
    relationships: {
      columns: {
        ...KEY,
        position: 'bigint not null',
        opened_at: 'timestamptz not null',
        /** Who is primary steward by the last record. */
        steward_id: 'text',
      },
      key: ['tenant_id', 'relationship_id'],
      // Never touched sorts before all touches, never due after all that is due.
      indexes: [
        `(tenant_id, coalesce(last_touch_at, '-infinity'), position)`,
        `(tenant_id, coalesce(due_at, 'infinity'), position)`,
        '(tenant_id, steward_id, overdue_at, position)',
      ],
      derive: {
        columns: {
          last_touch_at: 'timestamptz',
          interval_days: 'integer',
          grace_days: 'integer',
          cadence_since: 'timestamptz',
          /** Null without a cadence, and while the clock stands. */
          due_at: 'timestamptz',
          /** What lies after it is overdue; null without a cadence. */
          overdue_at: 'timestamptz',
          /** Since when the clock stands. */
          stopped_at: 'timestamptz',
          /** The last fact that these columns follow from: they answer for any time from then on. */
          settled_at: 'timestamptz',
        },
        // What `marks` in frequency.ts says of any time from settled_at on. A day is 24 hours in every time zone.
        // It does not name `keys`: joined from outside, each key is one look-up by index (measured: 60 us); joined in
        // here as well, the planner takes both for one row and compares each with each.
        select: `
          SELECT r.tenant_id, r.relationship_id, touched.last_touch_at,
                 held.interval_days, held.grace_days, held.cadence_since, held.stopped_at,
                 CASE WHEN held.stopped_at IS NULL THEN due.due_at END AS due_at,
                 due.due_at + held.grace_days * interval '24 hours' AS overdue_at,
                 greatest(r.opened_at, touched.last_touch_at, held.last_term_at) AS settled_at
            FROM {schema}.relationships r
           CROSS JOIN LATERAL (
                 SELECT max(member.last_touch_at) AS last_touch_at
                   FROM (SELECT m.relationship_id, (
                                SELECT max(occurred_at) FROM {schema}.touches
                                 WHERE tenant_id = r.tenant_id AND relationship_id = m.relationship_id
                                   AND until_position = ${String(OPEN)}) AS last_touch_at
                           FROM ${MEMBERS} m) member) touched
           CROSS JOIN LATERAL (SELECT coalesce(touched.last_touch_at, r.opened_at) AS mark) marked
           CROSS JOIN LATERAL (
                 SELECT max(starts_at) AS last_term_at,
                        max(interval_days) FILTER (WHERE ends_at IS NULL) AS interval_days,
                        max(grace_days) FILTER (WHERE ends_at IS NULL) AS grace_days,
                        max(starts_at) FILTER (WHERE ends_at IS NULL AND kind = 'CADENCE') AS cadence_since,
                        max(starts_at) FILTER (WHERE ends_at IS NULL AND NOT runs) AS stopped_at,
                        coalesce(sum(ends_at - greatest(starts_at, marked.mark))
                                   FILTER (WHERE NOT runs AND ends_at > marked.mark), interval '0') AS stood
                   FROM (SELECT t.*, lead(starts_at) OVER (PARTITION BY kind ORDER BY starts_at, position) AS ends_at
                           FROM ${MEMBERS} m
                           JOIN {schema}.terms t ON t.tenant_id = r.tenant_id AND t.relationship_id = m.relationship_id
                          WHERE NOT ${PASSED_OVER}) dated) held
           CROSS JOIN LATERAL (
                 SELECT marked.mark + held.stood + held.interval_days * interval '24 hours' AS due_at) due`,
        widen: {
          ties: 'SELECT tenant_id, relationship_id FROM keys',
          relationships: `
            SELECT t.tenant_id, t.head_id AS relationship_id
              FROM keys JOIN {schema}.ties t USING (tenant_id, relationship_id) WHERE t.head_id IS NOT NULL`,
        },
      },
    },
  },

  on: {
    ...onMerges,
    ...on<RelationshipEvent | TouchEvent>({
      RelationshipOpened: {
        apply: (event, rows) => {
          const { a, b, kind } = event.data;
          const row = { ...keyOf(event), position: event.position, opened_at: event.occurredAt };
          rows.put('ties', { ...row, a_id: a, b_id: b, kind });
          rows.put('relationships', row);
        },
      },
      CadenceSet: {
        apply: (event, rows) => {
          const { intervalDays, graceDays } = event.data;
          putTerm(event, rows, { kind: 'CADENCE', interval_days: intervalDays, grace_days: graceDays });
        },
      },
      RelationshipLapsed: { apply: (event, rows) => putTerm(event, rows, { kind: 'CLOCK', runs: false }) },
      RelationshipReactivated: { apply: (event, rows) => putTerm(event, rows, { kind: 'CLOCK', runs: true }) },
      RelationshipEnded: {
        reads: (event) => ({ ties: [relationshipKey(event)] }),
        apply: (event, rows) => {
          putTerm(event, rows, { kind: 'CLOCK', runs: false });
          const tie = rows.get('ties', relationshipKey(event));
          rows.put('ties', { ...tie, ended_at: event.occurredAt });
        },
      },
      StewardAssigned: {
        reads: readRelationship,
        apply: (event, rows) => {
          const { stewardId, role } = event.data;
          if (role === 'PRIMARY') putPrimary(event, rows, stewardId);
          else if (primaryOf(event, rows) === stewardId) putPrimary(event, rows, null);
        },
      },
      StewardHandedOver: {
        reads: readRelationship,
        apply: (event, rows) => putPrimary(event, rows, event.data.stewardId),
      },
      StewardReleased: {
        reads: readRelationship,
        apply: (event, rows) => {
          if (primaryOf(event, rows) === event.data.stewardId) putPrimary(event, rows, null);
        },
      },
      TouchRecorded: {
        apply: (event, rows) => {
          putTouch(event, rows, event.data.touchId, { ...event.data, occurredAt: event.occurredAt });
          rows.touch('relationships', relationshipKey(event));
        },
      },
      TouchCorrected: {
        reads: readTouch,
        apply: (event, rows) => {
          supersede(event, rows);
          putTouch(event, rows, event.data.touchId, event.data.replacement);
          rows.touch('relationships', relationshipKey(event));
        },
      },
      TouchRetracted: {
        reads: readTouch,
        apply: (event, rows) => {
          supersede(event, rows);
          rows.touch('relationships', relationshipKey(event));
        },
      },
    }),
  },
};

const keyOf = (event: Recorded) => ({ tenant_id: event.tenantId, relationship_id: subjectOf(event) });
const relationshipKey = (event: Recorded): Key => [event.tenantId, subjectOf(event)];

/** A mail scanner's click is no human contact. Every other outcome is: somebody tried. */
const counts = ({ outcome }: DatedTouchFacts): boolean => outcome !== 'AUTOMATED';

function putTouch(event: Recorded, rows: Rows, touchId: string, facts: DatedTouchFacts): void {
  if (!counts(facts)) return;
  rows.put('touches', {
    ...keyOf(event),
    touch_id: touchId,
    until_position: OPEN,
    occurred_at: facts.occurredAt,
    known_from: event.recordedAt,
    channel: facts.channel,
    direction: facts.direction,
    intent: facts.intent,
    function: facts.function ?? null,
    phase: facts.phase ?? null,
    minutes: facts.minutes ?? null,
    campaign_id: facts.campaignId ?? null,
  });
}

type Amendment = Recorded<Extract<TouchEvent, { readonly type: 'TouchCorrected' | 'TouchRetracted' }>>;

const touchKey = (event: Amendment): Key => [event.tenantId, subjectOf(event), event.data.touchId, OPEN];

function readTouch(event: Amendment) {
  return { touches: [touchKey(event)] };
}

function supersede(event: Amendment, rows: Rows): void {
  const known = rows.get('touches', touchKey(event));
  if (!known) return;
  rows.put('touches', { ...known, until_position: event.position, known_until: event.recordedAt });
  rows.delete('touches', touchKey(event));
}

function putTerm(event: Recorded, rows: Rows, term: Row): void {
  const { position, occurredAt, recordedAt } = event;
  rows.put('terms', { ...keyOf(event), position, starts_at: occurredAt, known_from: recordedAt, ...term });
  rows.touch('relationships', relationshipKey(event));
}

function readRelationship(event: Recorded) {
  return { relationships: [relationshipKey(event)] };
}

const primaryOf = (event: Recorded, rows: Rows): unknown =>
  rows.get('relationships', relationshipKey(event))?.['steward_id'];

function putPrimary(event: Recorded, rows: Rows, stewardId: string | null): void {
  putTerm(event, rows, { kind: 'STEWARD', steward_id: stewardId });
  rows.put('relationships', { ...rows.get('relationships', relationshipKey(event)), steward_id: stewardId });
}
