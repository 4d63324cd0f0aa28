import { array, boolean, constantFrom, integer, option, tuple, type Arbitrary } from 'fast-check';
import { fact, type Fact, type FactKind } from '../fact.js';
import { dayMs } from './facts.js';

/** Days on which things happen: whole ones, so that some happen at once, and minutes, so that some happen twice. */
const moment = tuple(integer({ min: 1, max: 500 }), constantFrom(0, 0, 0, 10, 20)).map(
  ([day, minute]) => day + minute / 1440,
);

type Told = Pick<Fact, 'kind'> & Partial<Fact> & { readonly day: number };

const touches = tuple(
  moment,
  constantFrom('PHONE_CALL' as const, 'EMAIL' as const, 'IN_PERSON_VISIT' as const),
  constantFrom('INBOUND' as const, 'OUTBOUND' as const, 'MUTUAL' as const),
  constantFrom('GIVE', 'INFORM', 'ASK', 'SELL', 'SERVE'),
  constantFrom('CONNECTED', 'CONNECTED', 'LEFT_MESSAGE', 'AUTOMATED'),
  option(integer({ min: 0, max: 90 })),
  constantFrom(null, null, 5, 12, 20),
).map(([day, channel, direction, intent, outcome, minutes, again]): Told[] => {
  const told = { kind: 'TOUCH' as const, channel, direction, intent, outcome, minutes };
  return [{ ...told, day }, ...(again === null ? [] : [{ ...told, day: day + again / 1440 }])];
});

const trustActions = tuple(
  moment,
  constantFrom('CREDIBILITY', 'RELIABILITY', 'INTIMACY', 'SELF_ORIENTATION', null),
  boolean(),
  boolean(),
).map(([day, dimension, isHarm, customized]): Told[] => {
  const sign = dimension === null ? 0 : isHarm || dimension === 'SELF_ORIENTATION' ? -1 : 1;
  return [{ kind: 'TRUST_ACTION', day, dimension, sign, customized, side: 'A' }];
});

const promises = tuple(
  moment,
  integer({ min: 1, max: 60 }),
  option(integer({ min: 1, max: 120 })),
  constantFrom<FactKind>('COMMITMENT_KEPT', 'COMMITMENT_BROKEN', 'COMMITMENT_WAIVED'),
  option(integer({ min: 1, max: 80 })),
  constantFrom('A' as const, 'B' as const),
).map(([day, due, moved, ending, endedAfter, side]): Told[] => [
  { kind: 'COMMITMENT_MADE', day, side, dueAt: dayMs(day + due) },
  ...(moved === null || (endedAfter !== null && endedAfter < 1)
    ? []
    : [{ kind: 'COMMITMENT_RENEGOTIATED' as const, day: day + 0.5, side, dueAt: dayMs(day + 0.5 + moved) }]),
  ...(endedAfter === null
    ? []
    : [{ kind: ending, day: day + endedAfter, side, lateDays: Math.max(0, endedAfter - due) }]),
]);

const said = tuple(
  moment,
  constantFrom('NPS', 'COMPLAINT', 'GRIEVANCE', 'SUGGESTION'),
  option(integer({ min: -10_000, max: 10_000 })),
  array(
    constantFrom<FactKind>('FEEDBACK_ACKNOWLEDGED', 'FEEDBACK_RESOLVED', 'FEEDBACK_CONFIRMED', 'FEEDBACK_REOPENED'),
    { maxLength: 3 },
  ),
).map(([day, detail, sentimentBp, steps]): Told[] => [
  { kind: 'FEEDBACK', day, detail, sentimentBp },
  ...steps.map((kind, index) => ({ kind, day: day + (index + 1) * 3 })),
]);

const referrals = moment.map((day): Told[] => [{ kind: 'REFERRAL', day }]);
const cadences = tuple(moment, integer({ min: 7, max: 90 })).map(([day, intervalDays]): Told[] => [
  { kind: 'CADENCE_SET', day, intervalDays, graceDays: 0 },
]);
const targets = tuple(moment, integer({ min: 0, max: 10_000 })).map(([day, phone]): Told[] => [
  { kind: 'CHANNEL_MIX_TARGET_SET', day, sharesBp: { PHONE_CALL: phone, EMAIL: 10_000 - phone } },
]);

const entry: Arbitrary<Told[]> = integer({ min: 0, max: 11 }).chain((choice) => {
  if (choice < 5) return touches;
  return [trustActions, trustActions, promises, said, referrals, cadences, targets][choice - 5]!;
});

/** The facts of one relationship in the order in which they were recorded, which is not the one in which they happened. */
export const anyFacts: Arbitrary<Fact[]> = array(entry, { maxLength: 40, size: 'max' }).map((entries) => {
  const told = entries.flatMap((facts, index) => facts.map((each) => ({ ...each, entryId: `entry_${String(index)}` })));
  const opening: Told & { readonly entryId: null } = {
    kind: 'OPENED',
    day: 0,
    detail: 'REFERRAL_PARTNER',
    entryId: null,
  };
  return [opening, ...told].map(({ day, ...fields }, index) =>
    fact({
      relationshipId: 'rel_1',
      eventId: `evt_${String(index)}`,
      occurredAt: dayMs(day),
      recordedAt: dayMs(600) + index,
      position: index + 1,
      ...fields,
    }),
  );
});

export const anyMoment: Arbitrary<number> = integer({ min: 0, max: 900 * 1440 }).map((minutes) =>
  dayMs(minutes / 1440),
);
