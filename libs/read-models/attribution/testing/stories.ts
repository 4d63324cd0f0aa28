import fc from 'fast-check';
import { event } from '../../../event-sourcing/event.js';
import { deriveId, type CampaignId, type PartyId } from '../../../event-sourcing/id.js';
import type { LedgerEvent } from '../../../ledger/ledger.js';
import { FACTS, step, targetEventId, value } from '../../referral-pipeline/testing/referral-stories.js';
import { day, partyId, relationshipId, SAID, touchId, type GivenLedger } from '../../testing/given-ledger.js';

export interface ToldTouch {
  readonly tie: number;
  readonly at: number;
  readonly channel: 'EMAIL' | 'MEAL' | 'FAX';
  readonly intent: 'GIVE' | 'ASK';
  readonly outcome: 'CONNECTED' | 'NO_SHOW' | 'AUTOMATED';
  readonly inCampaign: boolean;
  readonly retracted: boolean;
  /** When it was told at first, before it was put right; null: it was told right. */
  readonly wrongAt: number | null;
}

export interface ToldReferral {
  readonly referrer: number;
  readonly subject: number;
  readonly made: number;
  readonly credited: number | null;
  readonly steps: readonly (readonly ['SENT' | 'ACCEPTED' | 'SEEN' | 'REPORTED' | 'CLOSED', number])[];
  readonly exit: 'EXPIRED' | 'CANCELLED' | 'LEAKED' | null;
  readonly values: readonly { readonly amount: number; readonly currency: 'EUR' | 'USD'; readonly at: number }[];
  readonly retracted: boolean;
}

/** What is true in the end of three doctors, of whom the last may turn out to be the first, and of two patients. Days. */
export interface Story {
  readonly name: string;
  readonly merged: boolean;
  /** From when on another steward holds each tie. */
  readonly handedOver: readonly number[];
  readonly touches: readonly ToldTouch[];
  readonly responses: readonly {
    readonly by: number;
    readonly at: number;
    readonly automated: boolean;
    readonly retracted: boolean;
  }[];
  readonly referrals: readonly ToldReferral[];
}

export const EXIT_AT = 110;
export const doctor = ({ name }: Story, n: number): PartyId => partyId(`${name} doctor ${String(n)}`);
export const patient = ({ name }: Story, n: number): PartyId => partyId(`${name} patient ${String(n)}`);
export const steward = ({ name }: Story, n: number): PartyId => partyId(`${name} steward ${String(n)}`);
/** Doctors 0 to 2, then patients 0 and 1. */
export const responder = (story: Story, n: number): PartyId => (n < 3 ? doctor(story, n) : patient(story, n - 3));
export const campaignOf = ({ name }: Story): CampaignId => deriveId('cmp', name);
export const touchOf = ({ name }: Story, n: number) => touchId(`${name} ${String(n)}`);
export const referralOf = ({ name }: Story, n: number) => deriveId('ref', name, String(n));
export const responseOf = ({ name }: Story, n: number) => deriveId('rsp', name, String(n));
export const kindOf = (tie: number) => (tie === 1 ? 'PEER' : 'PHYSICIAN_RELATIONS');

const at = fc.integer({ min: 4, max: 400 }).map((quarters) => quarters / 4);
const seldom = fc.nat(7).map((n) => n === 0);
const touch: fc.Arbitrary<ToldTouch> = fc.record({
  tie: fc.nat(2),
  at,
  channel: fc.constantFrom('EMAIL', 'MEAL', 'FAX'),
  intent: fc.constantFrom('GIVE', 'ASK'),
  outcome: fc.constantFrom('CONNECTED', 'CONNECTED', 'NO_SHOW', 'AUTOMATED'),
  inCampaign: fc.boolean(),
  retracted: seldom,
  wrongAt: fc.option(at, { freq: 1 }),
});
const referral: fc.Arbitrary<ToldReferral> = fc.record({
  referrer: fc.nat(2),
  subject: fc.nat(1),
  made: at,
  credited: fc.option(fc.nat(2)),
  steps: fc.uniqueArray(fc.tuple(fc.constantFrom('SENT', 'ACCEPTED', 'SEEN', 'REPORTED', 'CLOSED'), at), {
    selector: ([step]) => step,
    maxLength: 4,
  }),
  exit: fc.option(fc.constantFrom('EXPIRED', 'CANCELLED', 'LEAKED'), { freq: 1 }),
  values: fc.array(
    fc.record({ amount: fc.integer({ min: 1, max: 999 }), currency: fc.constantFrom('EUR', 'USD'), at }),
    { maxLength: 2 },
  ),
  retracted: seldom,
});

export const anyStory = (name: string): fc.Arbitrary<Story> =>
  fc.record({
    name: fc.constant(name),
    merged: fc.boolean(),
    handedOver: fc.array(at, { minLength: 3, maxLength: 3 }),
    touches: fc.array(touch, { minLength: 30, maxLength: 40 }),
    responses: fc.array(fc.record({ by: fc.nat(4), at, automated: fc.boolean(), retracted: seldom }), {
      minLength: 8,
      maxLength: 12,
    }),
    referrals: fc.array(referral, { minLength: 10, maxLength: 14 }),
  });

const AMENDED = { targetEventId, reason: 'It was otherwise.' };

/** Tells it: touches in any order of time, some wrong at first. */
export async function record(ledger: GivenLedger, story: Story): Promise<void> {
  const we = partyId(`${story.name} we`);
  const all = [
    we,
    ...[0, 1, 2].map((n) => doctor(story, n)),
    ...[0, 1].flatMap((n) => [patient(story, n), steward(story, n)]),
  ];
  for (const id of all) {
    const known = { partyId: id, kind: 'PERSON', displayName: id, roles: [] } as const;
    await ledger.record(id, event('PartyRegistered', known, day(0)));
  }
  for (const tie of [0, 1, 2]) {
    const id = relationshipId(`${story.name} ${String(tie)}`);
    const sides = { relationshipId: id, a: we, b: doctor(story, tie), kind: kindOf(tie), intent: 'UNKNOWN' } as const;
    const holds = (n: number, days: number) =>
      event('StewardAssigned', { stewardId: steward(story, n), role: 'PRIMARY' } as const, day(days));
    await ledger.record(id, event('RelationshipOpened', sides, day(0)), holds(0, 0), holds(1, story.handedOver[tie]!));
    await ledger.record(id, ...story.touches.flatMap((told, n) => (told.tie === tie ? touched(story, told, n) : [])));
  }
  await ledger.record(campaignOf(story), ...campaigned(story));
  for (const [n, told] of story.referrals.entries())
    await ledger.record(referralOf(story, n), ...referred(story, told, n));
  if (!story.merged) return;
  const merged = { absorbedId: doctor(story, 2), survivorId: doctor(story, 0), evidence: 'One NPI.' };
  await ledger.record(doctor(story, 2), event('PartiesMerged', merged, day(120)));
}

function touched(story: Story, told: ToldTouch, n: number): LedgerEvent[] {
  const { channel, intent, outcome, wrongAt } = told;
  const campaign = told.inCampaign ? { campaignId: campaignOf(story) } : {};
  const facts = { ...SAID, channel, intent, outcome, ...campaign };
  const id = touchOf(story, n);
  const events: LedgerEvent[] = [event('TouchRecorded', { touchId: id, ...facts }, day(wrongAt ?? told.at))];
  if (wrongAt !== null) {
    const replacement = { ...facts, occurredAt: day(told.at) };
    events.push(event('TouchCorrected', { ...AMENDED, touchId: id, replacement }));
  }
  if (told.retracted) events.push(event('TouchRetracted', { ...AMENDED, touchId: id }));
  return events;
}

function campaigned(story: Story): LedgerEvent[] {
  const plan = {
    campaignId: campaignOf(story),
    name: 'Heart month',
    audiences: [{ name: 'all' }],
    channels: ['EMAIL'],
    window: { from: day(1), to: day(60) },
    budgetMinor: 1,
    currency: 'USD',
  } as const;
  const answers = story.responses.flatMap(({ by, at, automated, retracted }, n): LedgerEvent[] => {
    const responseId = responseOf(story, n);
    const kind = automated ? 'AUTOMATED' : 'CALLED';
    const facts = { responseId, partyId: responder(story, by), kind, organic: true } as const;
    const answer = event('CampaignResponseRecorded', facts, day(at));
    return retracted ? [answer, event('CampaignResponseRetracted', { ...AMENDED, responseId })] : [answer];
  });
  return [event('CampaignPlanned', plan, day(1)), ...answers];
}

function referred(story: Story, told: ToldReferral, n: number): LedgerEvent[] {
  const referrerId = doctor(story, told.referrer);
  const facts = { ...FACTS, referrerId, subjectRef: patient(story, told.subject), depth: 0 };
  const events: LedgerEvent[] = [event('ReferralMade', { referralId: referralOf(story, n), ...facts }, day(told.made))];
  for (const [progress, at] of told.steps) events.push(step(progress, at));
  for (const { amount, currency, at } of told.values) events.push(value(amount, currency, at));
  if (told.credited !== null) {
    const credit = { from: referrerId, to: doctor(story, told.credited), reason: 'Asked.' };
    events.push(event('ReferralSourceReassigned', credit, day(99)));
  }
  if (told.exit === 'LEAKED') events.push(event('ReferralLeaked', { reason: 'Nearer.' }, day(EXIT_AT)));
  else if (told.exit) events.push(step(told.exit, EXIT_AT));
  if (told.retracted) events.push(event('ReferralRetracted', { targetEventId, reason: 'Never was.' }));
  return events;
}
