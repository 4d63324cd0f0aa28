import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { event } from '../../event-sourcing/event.js';
import type { EventId } from '../../event-sourcing/id.js';
import { daysBetween, type Instant } from '../../event-sourcing/instant.js';
import { inOrderOfTime, standingAfter } from '../../ledger/referral/lifecycle.js';
import { ReferralProgress } from '../../ledger/referral/referral.words.js';
import { cursorOf } from '../ordering.js';
import { day, GivenLedger, partyId, relationshipId, TENANT } from '../testing/given-ledger.js';
import {
  byLastStep,
  byMaking,
  countReferrals,
  entriesOf,
  matching,
  openLoops,
  referralPage,
  referralsById,
  type ReferralFilter,
} from './queries.js';
import { valuesOf } from './chain.js';
import { funnel } from './funnel-queries.js';
import { stepsShown } from './shown.js';
import {
  FACTS,
  made,
  referralId,
  standing,
  step,
  stepsIn,
  story,
  targetEventId,
  told,
  value,
  type Report,
} from './testing/referral-stories.js';

const ALL = { first: 200, after: undefined };

describe('the referral pipeline', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  const one = async (name: string) => {
    const [row] = await referralsById(ledger.db, TENANT, [referralId(name)]);
    if (!row) throw new Error(`There is no ${name}.`);
    return row;
  };
  const stepsOf = async (name: string, includeRetracted = false) =>
    stepsShown(await entriesOf(ledger.db, TENANT, [referralId(name)]), includeRetracted);
  const listed = async (names: readonly string[], filter: ReferralFilter): Promise<(string | undefined)[]> => {
    const rows = await referralPage(ledger.db, TENANT, matching(TENANT, filter), byMaking('ASC'), ALL);
    return rows.map(({ id }) => names.find((name) => referralId(name) === id));
  };

  it('shows a referral as it stands, with what nobody reported marked as inferred', async () => {
    await ledger.record(referralId('plain'), made('plain', 10), step('SENT', 11), step('SEEN', 20));
    await ledger.shown();
    expect(await one('plain')).toMatchObject({ status: 'SEEN', sourceId: FACTS.referrerId, lastStepAt: day(20) });
    expect((await stepsOf('plain')).map(({ step, inferred, at }) => [step, inferred, at])).toEqual([
      ['SENT', false, day(11)],
      ['RECEIVED', true, null],
      ['ACCEPTED', true, null],
      ['SCHEDULED', true, null],
      ['SEEN', false, day(20)],
    ]);
    await ledger.record(referralId('plain'), step('ACCEPTED', 13));
    await ledger.shown();
    const steps = await stepsOf('plain');
    expect(steps.filter(({ inferred }) => inferred).map(({ step }) => step)).toEqual(['RECEIVED', 'SCHEDULED']);
  });

  it('shows what an end says, and forgets it when it is retracted', async () => {
    const id = referralId('ended');
    const reasons = { declineReason: 'CAPACITY', reason: 'Until May.' } as const;
    const [, , declined] = await ledger.record(
      id,
      made('ended', 10),
      step('SENT', 11),
      event('ReferralDeclined', reasons, day(12)),
    );
    await ledger.shown();
    expect(await one('ended')).toMatchObject({ status: 'DECLINED', endedAt: day(12), ending: reasons });
    await ledger.record(id, event('ReferralStepRetracted', { targetEventId: declined!, reason: 'Another patient.' }));
    await ledger.shown();
    expect(await one('ended')).toMatchObject({ status: 'SENT', endedAt: null, ending: null });
    expect(await stepsOf('ended')).toHaveLength(1);
    expect(await stepsOf('ended', true)).toMatchObject([
      { step: 'SENT', retracted: false },
      { step: 'DECLINED', retracted: true, amendments: [{ kind: 'RETRACTED', reason: 'Another patient.' }] },
    ]);
  });

  it('shows a step, an end, a source and a value as they really were, with what they were corrected for', async () => {
    const id = referralId('misheard');
    const leak = { toPartyId: partyId('rival'), reason: 'Nearer home.' };
    const credit = { from: partyId('doctor'), to: partyId('ann'), reason: 'He called.' };
    const ids = await ledger.record(
      id,
      made('misheard', 10),
      step('SENT', 11),
      event('ReferralLeaked', leak, day(12)),
      event('ReferralSourceReassigned', credit, day(12)),
      value(500, 'USD', 12),
    );
    const correct = (of: number, replacement: object) =>
      event('ReferralStepCorrected', { targetEventId: ids[of]!, reason: 'Misheard.', replacement } as never);
    await ledger.record(
      id,
      correct(1, { occurredAt: day(10.5), reason: 'By fax.' }),
      correct(2, { ...leak, toPartyId: partyId('hospital'), occurredAt: day(14) }),
      correct(3, { ...credit, to: partyId('ben'), occurredAt: day(13) }),
      correct(4, { amountMinor: 700, currency: 'EUR', kind: 'PAYMENT', occurredAt: day(15) }),
    );
    await ledger.shown();
    expect(await one('misheard')).toMatchObject({
      ...{ status: 'LEAKED', endedAt: day(14), lastStepAt: day(14), sourceId: partyId('ben') },
      ending: { toPartyId: partyId('hospital') },
    });
    expect(await stepsOf('misheard')).toMatchObject([
      { step: 'SENT', at: day(10.5), reason: 'By fax.', amendments: [{ kind: 'CORRECTED', reason: 'Misheard.' }] },
      { step: 'LEAKED', at: day(14), eventId: ids[2] },
    ]);
    const entries = await entriesOf(ledger.db, TENANT, [id]);
    expect(entries.find(({ kind }) => kind === 'VALUE')).toMatchObject({
      ...{ occurredAt: day(15), data: { amountMinor: 700, currency: 'EUR' } },
      amendments: [{ kind: 'CORRECTED' }],
    });
    expect(await valuesOf(ledger.db, TENANT, [id])).toEqual([{ owner: id, currency: 'EUR', amountMinor: 700n }]);
  });

  it('shows the corrected facts, and leaves out what never was', async () => {
    const id = referralId('amended');
    const replacement = { ...FACTS, serviceLine: 'nephrology', occurredAt: day(9) };
    const correction = { targetEventId, reason: 'Misread.', replacement };
    await ledger.record(id, made('amended', 10, { question: 'Why?' }), event('ReferralCorrected', correction));
    await ledger.shown();
    expect(await one('amended')).toMatchObject({
      serviceLine: 'nephrology',
      madeAt: day(9),
      question: null,
      amendments: [{ kind: 'CORRECTED', reason: 'Misread.' }],
    });
    const wanted = { serviceLine: 'nephrology' };
    expect(await listed(['amended'], wanted)).toEqual(['amended']);
    await ledger.record(id, event('ReferralRetracted', { targetEventId, reason: 'Never was.' }));
    await ledger.shown();
    expect(await listed(['amended'], wanted)).toEqual([]);
    expect(await listed(['amended'], { ...wanted, includeRetracted: true })).toEqual(['amended']);
  });

  it('filters and pages', async () => {
    const names = ['fi 1', 'fi 2', 'fi 3'];
    const serviceLine = 'filtered';
    await ledger.record(referralId('fi 1'), made('fi 1', 1, { serviceLine }), step('CLOSED', 5));
    await ledger.record(referralId('fi 2'), made('fi 2', 2, { serviceLine, subjectRef: 'case 2' }), step('SENT', 3));
    await ledger.record(
      referralId('fi 3'),
      made('fi 3', 2, { serviceLine, targetId: partyId('rival'), relationshipId: relationshipId('fi') }),
    );
    await ledger.shown();
    expect(await listed(names, { serviceLine })).toEqual(names);
    expect(await listed(names, { serviceLine, open: true })).toEqual(['fi 2', 'fi 3']);
    expect(await listed(names, { serviceLine, open: false })).toEqual(['fi 1']);
    expect(await listed(names, { serviceLine, status: ['SENT', 'CLOSED'] })).toEqual(['fi 1', 'fi 2']);
    expect(await listed(names, { serviceLine, subjectRef: 'case 2' })).toEqual(['fi 2']);
    expect(await listed(names, { targetId: partyId('rival') })).toEqual(['fi 3']);
    expect(await listed(names, { relationshipId: relationshipId('fi') })).toEqual(['fi 3']);
    expect(await listed(names, { serviceLine, from: day(2), to: day(3) })).toEqual(['fi 2', 'fi 3']);
    expect(await listed(names, { serviceLine, from: day(1), to: day(2) })).toEqual(['fi 1']);
    const where = matching(TENANT, { serviceLine });
    const [first] = await referralPage(ledger.db, TENANT, where, byMaking('DESC'), { first: 1, after: undefined });
    expect(first?.id).toBe(referralId('fi 3'));
    const after = cursorOf(first!.madeAt, first!);
    const rest = await referralPage(ledger.db, TENANT, where, byMaking('DESC'), { first: 5, after });
    expect(rest.map(({ id }) => id)).toEqual([referralId('fi 2'), referralId('fi 1')]);
    expect(await countReferrals(ledger.db, TENANT, where)).toBe(3);
  });

  it('lists open loops of who has to see to them: the steward of the relationship, else the target', async () => {
    const tie = relationshipId('stewarded');
    const [a, b, ann] = [partyId('we'), partyId('doctor'), partyId('ann')];
    await ledger.record(
      tie,
      event('RelationshipOpened', { relationshipId: tie, a, b, kind: 'PEER', intent: 'UNKNOWN' } as const, day(0)),
      event('StewardAssigned', { stewardId: ann, role: 'PRIMARY' } as const, day(1)),
      event('StewardAssigned', { stewardId: partyId('ben'), role: 'BACKUP' } as const, day(1)),
    );
    const targetId = partyId('hospital');
    const carried = { targetId, relationshipId: tie };
    await ledger.record(referralId('ol sent'), made('ol sent', 1, carried), step('SENT', 9));
    await ledger.record(referralId('ol seen'), made('ol seen', 1, { targetId }), step('REPORTED', 8));
    await ledger.record(referralId('ol late'), made('ol late', 1, carried), step('SEEN', 7));
    await ledger.record(referralId('ol done'), made('ol done', 1, carried), step('CLOSED', 7));
    await ledger.record(referralId('ol going'), made('ol going', 1, carried), step('SCHEDULED', 7));
    await ledger.record(referralId('ol new'), made('ol new', 1, carried));
    await ledger.shown();
    const loops = async (ownerId: string) =>
      (await referralPage(ledger.db, TENANT, openLoops(TENANT, ownerId), byLastStep('ASC'), ALL)).map(({ id }) => id);
    expect(await loops(ann)).toEqual([referralId('ol late'), referralId('ol sent')]);
    expect(await loops(targetId)).toEqual([referralId('ol seen')]);
    expect(await loops(partyId('ben'))).toEqual([]);
    const all = await referralPage(ledger.db, TENANT, openLoops(TENANT, null), byLastStep('ASC'), ALL);
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(['ol sent', 'ol seen', 'ol late'].map(referralId)));
  });

  it('answers for parties that were merged, under each of their ids', async () => {
    const [lee, li] = [partyId('lee'), partyId('li')];
    for (const id of [lee, li]) {
      const known = { partyId: id, kind: 'PERSON', displayName: 'Lee', roles: [] } as const;
      await ledger.record(id, event('PartyRegistered', known, day(0)));
    }
    await ledger.record(referralId('me 1'), made('me 1', 1, { referrerId: lee, targetId: li }), step('SENT', 2));
    await ledger.record(referralId('me 2'), made('me 2', 2, { referrerId: li }));
    await ledger.shown();
    expect(await listed(['me 1', 'me 2'], { referrerId: li })).toEqual(['me 2']);
    const merged = { survivorId: lee, absorbedId: li, evidence: 'One NPI.' };
    const [mergeEventId] = await ledger.record(li, event('PartiesMerged', merged, day(3)));
    await ledger.shown();
    for (const id of [lee, li]) {
      expect(await listed(['me 1', 'me 2'], { referrerId: id })).toEqual(['me 1', 'me 2']);
      const loops = await referralPage(ledger.db, TENANT, openLoops(TENANT, id), byLastStep('ASC'), ALL);
      expect(loops.map(({ id }) => id)).toEqual([referralId('me 1')]);
    }
    const window = { from: day(1), to: day(3) };
    const keys = (await funnel(ledger.db, TENANT, window, 'REFERRER', 200)).map(({ key }) => key);
    expect(keys).toContain(lee);
    expect(keys).not.toContain(li);
    await ledger.record(
      li,
      event('PartiesUnmerged', { absorbedId: li, survivorId: lee, mergeEventId: mergeEventId! }, day(4)),
    );
    await ledger.shown();
    expect(await listed(['me 1', 'me 2'], { referrerId: li })).toEqual(['me 2']);
  });

  it('shows of any story what a slow fold of its standing reports says, live and rebuilt', async () => {
    const stories = fc.sample(story, { numRuns: 60, seed: 20_260_314 });
    const nameOf = (index: number) => `story ${String(index)}`;
    for (const [index, reports] of stories.entries()) {
      const id = referralId(nameOf(index));
      await ledger.record(id, made(nameOf(index), 0));
      const ids: EventId[] = [];
      for (const report of reports) ids.push(...(await ledger.record(id, told(report, ids, reports))));
    }
    await ledger.shown();
    const expected = stories.map(slowly);
    const found = async () => {
      const rows = await referralsById(
        ledger.db,
        TENANT,
        stories.map((_, index) => referralId(nameOf(index))),
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return Promise.all(
        stories.map(async (_, index) => {
          const { status, noShows, lastStepAt, sourceId, endedAt, closedAt } = byId.get(referralId(nameOf(index)))!;
          const inferred = (await stepsOf(nameOf(index))).filter((shown) => shown.inferred).map(({ step }) => step);
          return { status, noShows, lastStepAt, sourceId, endedAt, closedAt, inferred };
        }),
      );
    };
    const cohort = () => funnel(ledger.db, TENANT, { from: day(0), to: day(0.5) }, undefined, 1);
    const counted = slowFunnel(stories);
    expect(await found()).toEqual(expected);
    expect(await cohort()).toEqual([counted]);
    await ledger.rebuild(); // the engine compares every row with the live ones
    expect(await found()).toEqual(expected);
    expect(await cohort()).toEqual([counted]);
  });
});

/** What follows from a story, by the plainest means. */
function slowly(reports: readonly Report[]) {
  const steps = inOrderOfTime(stepsIn(reports));
  const { status, inferred } = standingAfter(steps);
  const last = (some: readonly { readonly at: Instant }[]): Instant | null => some.at(-1)?.at ?? null;
  const sources = inOrderOfTime(standing(reports).filter((one) => one.kind === 'SOURCE'));
  const ends = ['DECLINED', 'CANCELLED', 'EXPIRED'];
  return {
    status,
    noShows: steps.filter(({ step }) => step === 'NO_SHOW').length,
    lastStepAt: last(steps),
    sourceId: partyId(sources.at(-1)?.to ?? 'doctor'),
    endedAt: last(steps.filter(({ step }) => ends.includes(step))),
    closedAt: last(steps.filter(({ step }) => step === 'CLOSED')),
    inferred: [...inferred],
  };
}

/** What became of a cohort of such stories, by counting them one by one. */
function slowFunnel(stories: readonly (readonly Report[])[]) {
  const PROGRESS = Object.values(ReferralProgress);
  const all = stories.map((reports) => {
    const steps = inOrderOfTime(stepsIn(reports));
    const { status, inferred } = standingAfter(steps);
    const reached = PROGRESS.filter((one) => inferred.includes(one) || steps.some(({ step }) => step === one));
    const isOpen = !['DECLINED', 'CANCELLED', 'EXPIRED', 'CLOSED'].includes(status);
    const at = (one: ReferralProgress) => steps.find(({ step }) => step === one)?.at;
    const days = (from: ReferralProgress, to: ReferralProgress) =>
      [at(from), at(to)].every(Boolean) ? [daysBetween(at(from)!, at(to)!)] : [];
    return { status, reached, isOpen, steps, toSeen: days('SENT', 'SEEN'), toReported: days('SEEN', 'REPORTED') };
  });
  const count = (holds: (one: (typeof all)[number]) => boolean): number => all.filter(holds).length;
  const ended = (status: string): number => count((one) => one.status === status);
  return {
    key: null,
    made: all.length,
    open: count(({ isOpen }) => isOpen),
    reached: PROGRESS.map((one) => count(({ reached }) => reached.includes(one))),
    censored: PROGRESS.map((one) => count(({ reached, isOpen }) => isOpen && !reached.includes(one))),
    noShow: count(({ steps }) => steps.some(({ step }) => step === 'NO_SHOW')),
    ...{ declined: ended('DECLINED'), cancelled: ended('CANCELLED'), expired: ended('EXPIRED') },
    ...{ leaked: 0, redirected: 0, kept: count(({ reached }) => reached.includes('SEEN')) },
    medianDaysSentToSeen: median(all.flatMap(({ toSeen }) => toSeen)),
    medianDaysSeenToReported: median(all.flatMap(({ toReported }) => toReported)),
  };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return sorted.length === 0 ? null : (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
