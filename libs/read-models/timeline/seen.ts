import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';

/** By what is told: what was so at a business time, as it is known now or was known at a ledger time. */
export interface Seen {
  readonly asOf: Instant;
  readonly asKnown?: Instant | undefined;
}

/** Amendments in a jsonb list that had been recorded by a moment, in their order. */
const amendmentsBy = (list: RawBuilder<unknown>, known: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  SELECT coalesce(jsonb_agg(amendment ORDER BY place), '[]')
    FROM jsonb_array_elements(${list}) WITH ORDINALITY one (amendment, place)
   WHERE (amendment ->> 'recordedAt')::timestamptz <= ${known})`;

/** What was said before the first correction that was not known then; null where what is said now was known then. */
const saidBefore = (list: RawBuilder<unknown>, known: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  SELECT amendment -> 'was' FROM jsonb_array_elements(${list}) WITH ORDINALITY one (amendment, place)
   WHERE amendment ->> 'kind' = 'CORRECTED' AND (amendment ->> 'recordedAt')::timestamptz > ${known}
   ORDER BY place LIMIT 1)`;

const RETRACTION = '[{"kind":"RETRACTED"}]';

/**
 * A table of entries as it told of a moment at a ledger time: what had not occurred, was not known yet or was taken back
 * by then is not there, and what was corrected since says what it said. Its columns are those that every table of
 * entries has, and those that `more` makes of `told.facts` and `told.steps`.
 */
export const entriesSeen = (
  table: RawBuilder<unknown>,
  { asOf, asKnown }: Seen,
  more?: RawBuilder<unknown>,
): RawBuilder<unknown> => {
  const known = asKnown ? sql`${asKnown}::timestamptz` : sql`'infinity'::timestamptz`;
  return sql`(
  SELECT e.tenant_id, e.entry_id, e.subject_id, e.relationship_id, e.kind, e.recorded_at, e.position, e.event_id,
         false AS retracted, told.occurred_at, told.facts, told.amendments, told.steps${more ? sql`, ${more}` : sql``}
    FROM ${table} e
   CROSS JOIN LATERAL (
         SELECT coalesce((was ->> 'occurredAt')::timestamptz, e.occurred_at) AS occurred_at,
                coalesce(was -> 'facts', e.facts) AS facts, ${amendmentsBy(sql`e.amendments`, known)} AS amendments,
                (SELECT coalesce(jsonb_agg(taken ORDER BY place), '[]')
                   FROM jsonb_array_elements(e.steps) WITH ORDINALITY one (step, place)
                  CROSS JOIN LATERAL (
                        SELECT CASE WHEN before IS NULL THEN step
                                    ELSE before || jsonb_build_object('step', step -> 'step', 'eventId', step -> 'eventId',
                                                                      'recordedAt', step -> 'recordedAt') END
                               || jsonb_build_object('retracted', false, 'amendments', amendments) AS taken, amendments
                          FROM (SELECT ${saidBefore(sql`step -> 'amendments'`, known)} AS before,
                                       ${amendmentsBy(sql`step -> 'amendments'`, known)} AS amendments) s) s
                  WHERE (step ->> 'recordedAt')::timestamptz <= ${known} AND NOT amendments @> ${RETRACTION}
                    AND (taken ->> 'occurredAt')::timestamptz <= ${asOf}) AS steps
           FROM (SELECT ${saidBefore(sql`e.amendments`, known)} AS was) w) told
   WHERE ${asKnown ? sql`e.recorded_at <= ${known} AND NOT told.amendments @> ${RETRACTION}` : sql`NOT e.retracted`} AND told.occurred_at <= ${asOf})`;
};
