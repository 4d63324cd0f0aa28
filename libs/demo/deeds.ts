import type { CommitmentId, FeedbackId, ReferralId } from '../event-sourcing/id.js';
import { fromMillis } from '../event-sourcing/instant.js';
import type { LedgerCommand } from '../ledger/ledger.js';
import type { DeclineReason, ReferralStep } from '../ledger/referral/referral.words.js';
import type { TrustActionKind } from '../ledger/trust/trust.words.js';
import { SERVICE_LINES } from './names.js';
import type { Random } from './random.js';
import { dated } from './teller.js';
import type { Tie, Told } from './tie.js';

const DAY_MS = 86_400_000;

/** How well a tie goes: it says how often they refer, what they say of us, and whether we keep our word. */
export interface Temper {
  /** Days between two referrals; absent: they refer to nobody here. */
  readonly referralEveryDays?: number;
  /** What they answer when asked whether they would recommend us, about. */
  readonly nps: number;
  /** Of ten promises, how many we keep. */
  readonly kept: number;
}

/** What the two do for each other beside meeting: trust actions, promises, feedback and referrals. */
export function deeds(tie: Tie, temper: Temper, random: Random, quietAtMs: number): Told[] {
  return [
    ...every(tie, random, quietAtMs, 60, 'gift', (key, atMs) => [trustAction(tie, key, atMs, random)]),
    ...every(tie, random, quietAtMs, 120, 'promise', (key, atMs) => promise(tie, temper, key, atMs, random)),
    ...every(tie, random, quietAtMs, 300, 'survey', (key, atMs) => survey(tie, temper, key, atMs, random)),
    ...(temper.referralEveryDays === undefined
      ? []
      : every(tie, random, quietAtMs, temper.referralEveryDays, 'referral', (key, atMs) =>
          referral(tie, temper, key, atMs, random),
        )),
  ];
}

function every(
  tie: Tie,
  random: Random,
  toMs: number,
  days: number,
  what: string,
  tell: (key: string, atMs: number) => Told[],
): Told[] {
  const told: Told[] = [];
  let atMs = tie.openedAtMs;
  for (let n = 1; ; n++) {
    atMs += Math.floor(days * random.between(0.5, 1.5)) * DAY_MS + random.whole(0, 600) * 60_000;
    if (atMs >= toMs) return told;
    told.push(...tell(`${tie.key}/${what}-${String(n)}`, atMs));
  }
}

const at = (key: string, atMs: number, command: LedgerCommand): Told => ({
  atMs,
  key,
  command: dated(command, fromMillis(atMs)),
});

const ACTIONS: readonly (readonly [TrustActionKind, number])[] = [
  ['VALUE_GIVEN', 24],
  ['LOOP_REPORTED', 22],
  ['EVIDENCE_SHARED', 16],
  ['SHOWED_UP_WITHOUT_ASK', 12],
  ['GUIDANCE', 8],
  ['HONEST_COUNSEL', 6],
  ['PEER_INTRODUCTION', 5],
  ['RECOMMENDED_COMPETITOR', 2],
  ['PRESSURE', 3],
  ['SELF_SERVING_ASK', 2],
];

function trustAction({ relationshipId, ours, theirs }: Tie, key: string, atMs: number, random: Random): Told {
  const kind = random.weighted(ACTIONS);
  return at(key, atMs, {
    type: 'RecordTrustAction',
    relationshipId,
    by: ours,
    to: theirs,
    kind,
    asked: random.chance(0.2),
    customized: random.chance(0.4),
  });
}

const PROMISES = [
  'Consult notes within two working days.',
  'A direct line to scheduling.',
  'A joint case review next month.',
  'A list of the insurance plans that we take.',
];

function promise(tie: Tie, { kept }: Temper, key: string, atMs: number, random: Random): Told[] {
  const { relationshipId, ours, theirs, id } = tie;
  const dueAtMs = atMs + random.whole(7, 28) * DAY_MS;
  const commitmentId: CommitmentId = id('cmt', key);
  const told = [
    at(key, atMs, {
      type: 'MakeCommitment',
      relationshipId,
      owedBy: ours,
      owedTo: theirs,
      text: random.pick(PROMISES),
      dueAt: fromMillis(dueAtMs),
    }),
  ];
  const isKept = random.chance(kept / 10);
  const endedAtMs = dueAtMs + random.whole(isKept ? -5 : 10, isKept ? 2 : 20) * DAY_MS;
  const type = isKept ? 'KeepCommitment' : 'BreakCommitment';
  // Some of what was promised last is still open.
  if (endedAtMs < tie.untilMs) told.push(at(`${key}/end`, endedAtMs, { type, relationshipId, commitmentId }));
  return told;
}

function survey(tie: Tie, { nps }: Temper, key: string, atMs: number, random: Random): Told[] {
  const { relationshipId, theirs, id } = tie;
  const score = Math.max(0, Math.min(10, nps + random.whole(-2, 2)));
  const told = [
    at(key, atMs, { type: 'ReceiveFeedback', relationshipId, by: theirs, kind: 'NPS', method: 'SURVEY', score }),
  ];
  if (score > 6) return told;
  const feedbackId: FeedbackId = id('fbk', key);
  const steps = ['AcknowledgeFeedback', 'ActionFeedback', 'ResolveFeedback'] as const;
  for (const [index, type] of steps.entries()) {
    const stepAtMs = atMs + (index * 4 + 2) * DAY_MS;
    if (stepAtMs < tie.untilMs && random.chance(0.85)) {
      told.push(at(`${key}/${type}`, stepAtMs, { type, relationshipId, feedbackId }));
    } else break;
  }
  return told;
}

/** What becomes of a referral, as days after the step before it. */
const WAY: readonly (readonly [ReferralStep, number, number])[] = [
  ['SENT', 0, 1],
  ['RECEIVED', 0, 2],
  ['ACCEPTED', 0, 3],
  ['SCHEDULED', 1, 5],
  ['SEEN', 4, 24],
  ['REPORTED', 1, 9],
  ['ACKNOWLEDGED', 0, 6],
  ['CLOSED', 0, 14],
];

const DECLINES: readonly DeclineReason[] = ['INSURANCE', 'CAPACITY', 'OUT_OF_SCOPE'];

function referral(tie: Tie, { nps }: Temper, key: string, madeAtMs: number, random: Random): Told[] {
  const { relationshipId, ours, theirs, id } = tie;
  const referralId: ReferralId = id('ref', key);
  const told = [
    at(key, madeAtMs, {
      type: 'MakeReferral',
      referrerId: theirs,
      subjectRef: `patient-${String(random.whole(100_000, 999_999))}`,
      targetId: ours,
      serviceLine: random.pick(SERVICE_LINES),
      urgency: random.weighted([
        ['ROUTINE', 80],
        ['URGENT', 15],
        ['ASAP', 5],
      ]),
      motive: random.chance(0.15) ? 'GRATITUDE' : 'EXPERTISE',
      relationshipId,
    }),
  ];
  let atMs = madeAtMs;
  for (const [step, least, most] of WAY) {
    atMs += random.whole(least, most) * DAY_MS + random.whole(1, 300) * 60_000;
    if (atMs >= tie.untilMs) return told;
    const end = endingAt(step, nps, random);
    if (end === 'STUCK') return told;
    if (end === 'LEAKED') {
      const reason = 'An earlier appointment elsewhere.';
      return [...told, at(`${key}/leaked`, atMs, { type: 'LeakReferral', referralId, reason })];
    }
    if (end === 'DECLINED') {
      const declineReason = random.pick(DECLINES);
      const declined = { type: 'RecordReferralStep', referralId, step: 'DECLINED', declineReason } as const;
      return [...told, at(`${key}/declined`, atMs, declined)];
    }
    // Some offices report nothing but the visit: the steps before it are inferred.
    if (random.chance(0.9) || step === 'SENT' || step === 'SEEN') {
      told.push(at(`${key}/${step}`, atMs, { type: 'RecordReferralStep', referralId, step }));
    }
    if (step === 'SEEN') {
      const amount = { amountMinor: random.whole(120, 900) * 100, currency: 'USD' };
      const paidAtMs = atMs + random.whole(20, 60) * DAY_MS;
      if (paidAtMs < tie.untilMs) {
        told.push(at(`${key}/paid`, paidAtMs, { type: 'RealizeValue', referralId, amount, kind: 'REIMBURSEMENT' }));
      }
    }
  }
  return told;
}

/** Where a referral ends before its end: the worse they speak of us, the more often elsewhere. */
function endingAt(step: ReferralStep, nps: number, random: Random): 'LEAKED' | 'DECLINED' | 'STUCK' | undefined {
  if (step === 'ACCEPTED' && random.chance(0.05)) return 'DECLINED';
  if (step === 'SCHEDULED' && random.chance(nps >= 8 ? 0.04 : 0.14)) return 'LEAKED';
  return (step === 'ACKNOWLEDGED' || step === 'CLOSED') && random.chance(0.12) ? 'STUCK' : undefined;
}
