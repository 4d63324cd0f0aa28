import { fromMillis, type Instant } from '../event-sourcing/instant.js';
import type { LedgerCommand } from '../ledger/ledger.js';
import type { Channel, Direction, TouchIntent, TouchOutcome } from '../ledger/touch/touch.words.js';
import { deeds, type Temper } from './deeds.js';
import { NOTES, TOPICS } from './names.js';
import { Random } from './random.js';
import type { Tie, Told } from './tie.js';

const DAY_MS = 86_400_000;

/** How a tie develops: days between touches at the beginning and at the end, and what becomes of it. */
interface Course extends Temper {
  readonly from: number;
  readonly to: number;
  /** Share of its time after which nothing happens any more. */
  readonly quietFrom?: number;
  readonly ending?: 'LAPSE' | 'LAPSE_AND_RETURN' | 'END';
  readonly stages: readonly ('ACQUAINTED' | 'ENGAGED' | 'TRUSTED' | 'PARTNER' | 'ADVOCATE' | 'STRAINED')[];
}

const COURSES: readonly (readonly [Course, number])[] = [
  [
    {
      from: 40,
      to: 12,
      referralEveryDays: 75,
      nps: 9,
      kept: 9,
      stages: ['ACQUAINTED', 'ENGAGED', 'TRUSTED', 'PARTNER'],
    },
    25,
  ],
  [{ from: 26, to: 28, referralEveryDays: 140, nps: 8, kept: 9, stages: ['ACQUAINTED', 'ENGAGED'] }, 30],
  [{ from: 18, to: 75, referralEveryDays: 200, nps: 4, kept: 5, stages: ['ACQUAINTED', 'ENGAGED', 'STRAINED'] }, 15],
  [
    {
      from: 22,
      to: 45,
      referralEveryDays: 240,
      nps: 6,
      kept: 7,
      quietFrom: 0.6,
      ending: 'LAPSE',
      stages: ['ACQUAINTED'],
    },
    12,
  ],
  [
    {
      from: 24,
      to: 30,
      referralEveryDays: 160,
      nps: 7,
      kept: 8,
      quietFrom: 0.5,
      ending: 'LAPSE_AND_RETURN',
      stages: ['ACQUAINTED', 'ENGAGED'],
    },
    8,
  ],
  [
    {
      from: 30,
      to: 60,
      referralEveryDays: 280,
      nps: 6,
      kept: 8,
      quietFrom: 0.7,
      ending: 'END',
      stages: ['ACQUAINTED'],
    },
    5,
  ],
  [{ from: 55, to: 60, nps: 7, kept: 8, stages: [] }, 5],
];

const CHANNELS: readonly (readonly [Channel, number])[] = [
  ['IN_PERSON_VISIT', 26],
  ['PHONE_CALL', 22],
  ['EMAIL', 26],
  ['REFERRAL_NOTE', 9],
  ['VIDEO_CALL', 4],
  ['MEAL', 4],
  ['TRAINING_SESSION', 3],
  ['POSTAL_MAIL', 3],
  ['EVENT', 3],
];
const INTENTS: readonly (readonly [TouchIntent, number])[] = [
  ['INFORM', 28],
  ['LISTEN', 22],
  ['SERVE', 18],
  ['GIVE', 14],
  ['ASK', 12],
  ['REPAIR', 4],
  ['CELEBRATE', 2],
];
const MINUTES: { readonly [C in Channel]?: readonly [number, number] } = {
  IN_PERSON_VISIT: [10, 45],
  PHONE_CALL: [2, 20],
  VIDEO_CALL: [15, 45],
  MEAL: [45, 90],
  TRAINING_SESSION: [60, 180],
  EVENT: [60, 240],
};

/** Everything that happens between two parties, in the order in which it is told. */
export function story(tie: Tie, random: Random): Told[] {
  const course = random.weighted(COURSES);
  const { openedAtMs, untilMs } = tie;
  const quietAtMs = openedAtMs + (untilMs - openedAtMs) * (course.quietFrom ?? 1);
  const told = [
    ...beginning(tie, course),
    ...stages(tie, course, quietAtMs),
    ...touches(tie, course, random, openedAtMs, quietAtMs, 't'),
    ...ending(tie, course, random, quietAtMs),
    ...deeds(tie, course, random.fork(), quietAtMs),
  ];
  return told.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
}

function beginning(tie: Tie, { from, to }: Course): Told[] {
  const { key, relationshipId, ours: a, theirs: b, steward, successor, openedAtMs, untilMs } = tie;
  const occurredAt = fromMillis(openedAtMs);
  const graceDays = 7;
  const told: Told[] = [
    {
      atMs: openedAtMs,
      key,
      command: { type: 'OpenRelationship', a, b, kind: 'PHYSICIAN_RELATIONS', intent: 'RELATIONAL', occurredAt },
    },
    {
      atMs: openedAtMs,
      key: `${key}/steward`,
      command: { type: 'AssignSteward', relationshipId, stewardId: steward, role: 'PRIMARY', occurredAt },
    },
    {
      atMs: openedAtMs,
      key: `${key}/cadence`,
      command: { type: 'SetCadence', relationshipId, intervalDays: from + 6, graceDays, occurredAt },
    },
  ];
  if (to < from) {
    const atMs = openedAtMs + (untilMs - openedAtMs) / 2;
    const command = { type: 'SetCadence' as const, relationshipId, intervalDays: to + 9, graceDays };
    told.push({ atMs, key: `${key}/cadence-2`, command: { ...command, occurredAt: fromMillis(atMs) } });
  }
  const leavesAtMs = tie.stewardLeavesAtMs;
  if (leavesAtMs > openedAtMs && successor !== steward) {
    const command = { type: 'HandOverSteward' as const, relationshipId, toStewardId: successor, warmIntro: true };
    told.push({
      atMs: leavesAtMs,
      key: `${key}/handover`,
      command: { ...command, occurredAt: fromMillis(leavesAtMs) },
    });
  }
  return told;
}

function stages({ key, relationshipId, openedAtMs }: Tie, course: Course, quietAtMs: number): Told[] {
  return course.stages.map((to, index) => {
    const atMs = openedAtMs + ((quietAtMs - openedAtMs) * (index + 1)) / (course.stages.length + 1);
    const reason = to === 'STRAINED' ? 'Fewer calls are returned.' : 'Referrals and calls in both directions.';
    const command = { type: 'ChangeStage' as const, relationshipId, to, reason, occurredAt: fromMillis(atMs) };
    return { atMs, key: `${key}/stage-${String(index + 1)}`, command };
  });
}

function ending(tie: Tie, { ending, to }: Course, random: Random, quietAtMs: number): Told[] {
  const { key, relationshipId } = tie;
  const atMs = quietAtMs + 90 * DAY_MS;
  const occurredAt = fromMillis(atMs);
  if (ending === undefined) return [];
  if (ending === 'END') {
    const reason = 'The practice was sold and refers inside its new group.';
    const command = {
      type: 'EndRelationship' as const,
      relationshipId,
      manner: 'GRACEFUL' as const,
      reason,
      occurredAt,
    };
    return [{ atMs, key: `${key}/end`, command }];
  }
  const reason = 'No answer for three months.';
  const lapse = {
    atMs,
    key: `${key}/lapse`,
    command: { type: 'LapseRelationship' as const, relationshipId, reason, occurredAt },
  };
  if (ending === 'LAPSE') return [lapse];
  const backAtMs = quietAtMs + 150 * DAY_MS;
  const back = { type: 'ReactivateRelationship' as const, relationshipId, reason: 'They called about a patient.' };
  return [
    lapse,
    { atMs: backAtMs, key: `${key}/return`, command: { ...back, occurredAt: fromMillis(backAtMs) } },
    ...touches(tie, { from: to, to }, random, backAtMs, tie.untilMs, 'r'),
  ];
}

function touches(
  tie: Tie,
  course: Pick<Course, 'from' | 'to'>,
  random: Random,
  fromMs: number,
  toMs: number,
  mark: string,
): Told[] {
  const told: Told[] = [];
  for (let n = 1, atMs = fromMs + DAY_MS; ; n++) {
    const progress = Math.min(1, (atMs - fromMs) / Math.max(1, toMs - fromMs));
    const gapDays = (course.from + (course.to - course.from) * progress) * random.between(0.4, 1.6);
    atMs = inOfficeHours(atMs + gapDays * DAY_MS, random);
    if (atMs >= toMs) return told;
    told.push(...touch(tie, `${tie.key}/${mark}${String(n)}`, atMs, random));
  }
}

/** A touch, told at once or late, and now and then put right afterwards. */
function touch(tie: Tie, key: string, happenedAtMs: number, random: Random): Told[] {
  const { relationshipId } = tie;
  const toldAtMs = happenedAtMs + (random.chance(0.03) ? random.whole(5, 40) * DAY_MS : 0);
  const command = facts(tie, random, fromMillis(happenedAtMs), happenedAtMs);
  const told: Told[] = [{ atMs: toldAtMs, key, command }];
  const touchId = tie.id('tch', key);
  if (random.chance(0.012)) {
    const replacement = { minutes: random.whole(5, 60) };
    const corrected = {
      type: 'CorrectTouch' as const,
      relationshipId,
      touchId,
      reason: 'The duration was wrong.',
      replacement,
    };
    told.push({ atMs: toldAtMs + random.whole(1, 5) * DAY_MS, key: `${key}/corrected`, command: corrected });
  } else if (random.chance(0.006)) {
    const retracted = { type: 'RetractTouch' as const, relationshipId, touchId, reason: 'It was another practice.' };
    told.push({ atMs: toldAtMs + random.whole(1, 3) * DAY_MS, key: `${key}/retracted`, command: retracted });
  }
  return told;
}

function facts(tie: Tie, random: Random, occurredAt: Instant, atMs: number): LedgerCommand {
  const { relationshipId, theirs } = tie;
  const channel = random.weighted(CHANNELS);
  const [least, most] = MINUTES[channel] ?? [];
  const steward = atMs >= tie.stewardLeavesAtMs ? tie.successor : tie.steward;
  return {
    type: 'RecordTouch',
    relationshipId,
    channel,
    direction: directionOf(channel, random),
    intent: random.weighted(INTENTS),
    outcome: outcomeOf(channel, random),
    occurredAt,
    function: channel === 'REFERRAL_NOTE' ? 'CLINICAL' : 'LIAISON',
    phase: channel === 'REFERRAL_NOTE' ? 'SERVICE' : 'OUTREACH',
    ...(least !== undefined && most !== undefined ? { minutes: random.whole(least, most) } : {}),
    ...(channel === 'MEAL' ? { cost: { amountMinor: random.whole(1800, 6500), currency: 'USD' } } : {}),
    ...(random.chance(0.5) ? { topic: random.pick(TOPICS) } : {}),
    ...(random.chance(0.2) ? { note: random.pick(NOTES) } : {}),
    ...(random.chance(0.4)
      ? {
          participants: [
            { partyId: steward, side: 'A' },
            { partyId: theirs, side: 'B' },
          ],
        }
      : {}),
  };
}

function directionOf(channel: Channel, random: Random): Direction {
  if (channel === 'REFERRAL_NOTE') return 'INBOUND';
  if (channel === 'VIDEO_CALL' || channel === 'MEAL' || channel === 'EVENT') return 'MUTUAL';
  return random.chance(0.64) ? 'OUTBOUND' : 'INBOUND';
}

function outcomeOf(channel: Channel, random: Random): TouchOutcome {
  if (channel === 'PHONE_CALL') return random.chance(0.25) ? 'LEFT_MESSAGE' : 'CONNECTED';
  if (channel === 'EMAIL') {
    return random.weighted([
      ['CONNECTED', 94],
      ['AUTOMATED', 4],
      ['BOUNCED', 2],
    ]);
  }
  return channel === 'IN_PERSON_VISIT' && random.chance(0.05) ? 'NO_SHOW' : 'CONNECTED';
}

/** A moment of a working day on the east coast of America, to the minute. */
function inOfficeHours(atMs: number, random: Random): number {
  const day = Math.floor(atMs / DAY_MS);
  const weekday = (day + 4) % 7; // 1970-01-01 was a Thursday
  const working = day + (weekday === 6 ? 2 : weekday === 0 ? 1 : 0);
  return working * DAY_MS + random.whole(13 * 60, 22 * 60) * 60_000;
}
