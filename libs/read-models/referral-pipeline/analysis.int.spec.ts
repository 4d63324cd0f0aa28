import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { ReferralFacts } from '../../ledger/referral/facts.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, partyId, relationshipId, SAID, touchId } from '../testing/given-ledger.js';
import { made, referralId, step, targetEventId, value } from './testing/referral-stories.js';

const [clinic, hospital] = [partyId('clinic'), partyId('hospital')];
const tie = relationshipId('tie');
const leaked = (days: number): LedgerEvent => event('ReferralLeaked', { reason: 'Nearer home.' }, day(days));

describe('referrals over GraphQL', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    for (const name of ['doctor', 'clinic', 'hospital', 'ann', 'patient', 'friend', 'we']) {
      const known = { partyId: partyId(name), kind: 'PERSON', displayName: name, roles: [] } as const;
      await ledger.record(partyId(name), event('PartyRegistered', known, day(0)));
    }
    const sides = { a: partyId('we'), b: partyId('doctor') };
    const opened = { relationshipId: tie, ...sides, kind: 'PEER', intent: 'UNKNOWN' } as const;
    await ledger.record(tie, event('RelationshipOpened', opened, day(0)));

    await refer('closed', 1, {}, step('SENT', 2), step('SEEN', 6), step('REPORTED', 9), step('CLOSED', 20));
    await refer('seen', 2, {}, step('SENT', 2), step('SEEN', 12));
    await refer('sent', 3, {}, step('SENT', 4));
    await refer('missed', 3, { targetId: hospital }, step('NO_SHOW', 5), event('ReferralExpired', {}, day(40)));
    await refer('leaked', 33, { targetId: hospital }, step('SENT', 34), leaked(36));
    await refer('gone', 34, {}, step('SEEN', 35), leaked(36));
    const never = event('ReferralRetracted', { targetEventId, reason: 'Never was.' });
    await refer('never', 1, {}, step('CLOSED', 2), never);
    await ledger.shown();
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const refer = (name: string, days: number, more: Partial<ReferralFacts>, ...after: readonly LedgerEvent[]) =>
    ledger.record(referralId(name), made(name, days, more), ...after);
  async function ask(query: string, variables: Record<string, unknown> = {}) {
    const { data, errors, statements } = await read.ask(query, variables);
    expect(errors).toBeUndefined();
    return { ...(data as Readonly<Record<string, unknown>>), statements };
  }

  const FUNNEL = `query ($by: ReferralFunnelDimension, $from: DateTime, $to: DateTime) {
    referralFunnel(by: $by, from: $from, to: $to) {
      key made open noShow declined cancelled expired leaked redirected
      steps { step count censored rate } medianDaysSentToSeen medianDaysSeenToReported loopClosedRate
      leakage { leaked kept rate isLowerBound } } }`;

  it('says what became of a cohort: counts, rates without those still open, medians, leakage', async () => {
    expect(await ask(FUNNEL)).toMatchObject({
      statements: 1,
      referralFunnel: [
        {
          key: null,
          made: 6,
          open: 2,
          noShow: 1,
          expired: 1,
          leaked: 2,
          declined: 0,
          cancelled: 0,
          redirected: 0,
          steps: [
            { step: 'SENT', count: 6, censored: 0, rate: 1 },
            { step: 'RECEIVED', count: 4, censored: 1, rate: 4 / 5 },
            { step: 'ACCEPTED', count: 4, censored: 1, rate: 4 / 5 },
            { step: 'SCHEDULED', count: 4, censored: 1, rate: 4 / 5 },
            { step: 'SEEN', count: 3, censored: 1, rate: 3 / 5 },
            { step: 'REPORTED', count: 1, censored: 2, rate: 1 / 4 },
            { step: 'ACKNOWLEDGED', count: 1, censored: 2, rate: 1 / 4 },
            { step: 'CLOSED', count: 1, censored: 2, rate: 1 / 4 },
          ],
          medianDaysSentToSeen: 7,
          medianDaysSeenToReported: 3,
          loopClosedRate: 1 / 3,
          leakage: { leaked: 2, kept: 2, rate: 1 / 2, isLowerBound: true },
        },
      ],
    });
  });

  it('groups a cohort, by the date of the making', async () => {
    expect(await ask(FUNNEL, { by: 'TARGET', to: day(10) })).toMatchObject({
      referralFunnel: [
        { key: clinic, made: 3, leakage: { rate: 0 } },
        { key: hospital, made: 1, loopClosedRate: null, medianDaysSentToSeen: null, leakage: { rate: null } },
      ],
    });
    expect(await ask(FUNNEL, { by: 'MONTH' })).toMatchObject({
      referralFunnel: [
        { key: '2026-01', made: 4 },
        { key: '2026-02', made: 2 },
      ],
    });
    expect(await ask(FUNNEL, { from: day(900) })).toMatchObject({ referralFunnel: [] });
  });

  it('sets declared beside recorded sources', async () => {
    const said = (answer: string, days: number, party?: string): LedgerEvent =>
      event('SourceDeclared', { point: 'intake', answer, ...(party && { partyId: partyId(party) }) }, day(days));
    const credit = event(
      'ReferralSourceReassigned',
      { from: partyId('doctor'), to: partyId('ann'), reason: 'She called.' },
      day(303),
    );
    await refer('so 1', 300, {}, said('WEB', 301));
    await refer('so 2', 300, {}, said('WEB', 302), credit);
    await refer('so 3', 300, {}, said('PERSON', 303, 'ann'), said('WEB', 302));
    await refer('so 4', 300, {}, said('PERSON', 301, 'doctor'));
    await refer('so 5', 300, {});
    const [, misheard] = await refer('so 6', 300, {}, said('RADIO', 301));
    const retraction = { targetEventId: misheard!, reason: 'Another patient.' };
    await ledger.record(referralId('so 6'), event('ReferralStepRetracted', retraction));
    await ledger.shown();
    const query = `query ($from: DateTime) { sourceConfusion(from: $from) {
      total agreeing cells { declared isParty recordedId count percentOfDeclared percentOfRecorded } } }`;
    const { sourceConfusion, statements } = (await ask(query, { from: day(300) })) as {
      sourceConfusion: { total: number; agreeing: number; cells: readonly unknown[] };
      statements: number;
    };
    expect(statements).toBe(1);
    expect(sourceConfusion).toMatchObject({ total: 4, agreeing: 1 });
    const [doctor, ann] = [partyId('doctor'), partyId('ann')];
    const once = { count: 1, percentOfRecorded: 100 / 3 };
    expect(sourceConfusion.cells).toHaveLength(4);
    expect(sourceConfusion.cells).toEqual(
      expect.arrayContaining([
        { declared: 'WEB', isParty: false, recordedId: doctor, ...once, percentOfDeclared: 50 },
        { declared: 'WEB', isParty: false, recordedId: ann, count: 1, percentOfDeclared: 50, percentOfRecorded: 100 },
        { declared: ann, isParty: true, recordedId: doctor, ...once, percentOfDeclared: 100 },
        { declared: doctor, isParty: true, recordedId: doctor, ...once, percentOfDeclared: 100 },
      ]),
    );
  });

  it('follows what a referral brought about, with its value less the further it is, per currency', async () => {
    await refer('root', 200, { subjectRef: partyId('patient') }, value(1_000, 'USD', 210), value(500, 'EUR', 210));
    const parentReferralId = referralId('root');
    await ledger.record(
      referralId('child'),
      made('child', 201, { parentReferralId, targetId: hospital }),
      value(400, 'USD', 211),
    );
    const byPatient = { referrerId: partyId('patient'), subjectRef: partyId('friend') };
    await refer('friend', 220, byPatient, value(100, 'USD', 230));
    await refer('before', 199, byPatient);
    await refer('friend of friend', 240, { referrerId: partyId('friend'), subjectRef: 'x' }, value(8, 'EUR', 250));
    const [, wrong] = await refer(
      'back',
      241,
      { referrerId: partyId('friend'), subjectRef: partyId('patient') },
      value(9, 'EUR', 250),
    );
    await ledger.record(
      referralId('back'),
      event('ReferralStepRetracted', { targetEventId: wrong!, reason: 'Unpaid.' }),
    );
    await ledger.shown();
    const query = `query ($id: ID!, $depth: Int! = 32, $delta: Float! = 0.5) {
      referralChain(rootId: $id, depth: $depth, delta: $delta) {
        truncated totals { currency amountMinor discountedMinor }
        nodes { depth link behindId referral { id } values { currency amountMinor discountedMinor } } } }`;
    const node = (name: string, depth: number, link: string | null, behind: string | null, ...values: unknown[]) => ({
      depth,
      link,
      behindId: behind && referralId(behind),
      referral: { id: referralId(name) },
      values,
    });
    const worth = (currency: string, amountMinor: number, discountedMinor: number) => ({
      currency,
      amountMinor,
      discountedMinor,
    });
    expect((await ask(query, { id: referralId('root') }))['referralChain' as never]).toEqual({
      truncated: false,
      totals: [worth('EUR', 508, 502), worth('USD', 1_500, 1_250)],
      nodes: [
        node('root', 0, null, null, worth('EUR', 500, 500), worth('USD', 1_000, 1_000)),
        node('child', 1, 'PARENT', 'root', worth('USD', 400, 200)),
        node('friend', 1, 'REFERRED_PERSON', 'root', worth('USD', 100, 50)),
        node('friend of friend', 2, 'REFERRED_PERSON', 'friend', worth('EUR', 8, 2)),
        node('back', 2, 'REFERRED_PERSON', 'friend'),
      ],
    });
    expect(await ask(query, { id: referralId('root'), depth: 1, delta: 0 })).toMatchObject({
      referralChain: { totals: [worth('EUR', 500, 500), worth('USD', 1_500, 1_000)] },
    });
    expect(await ask(query, { id: referralId('nobody') })).toMatchObject({ referralChain: null });
    for (const wrong of [{ depth: 33 }, { depth: -1 }, { delta: 1.5 }]) {
      const { errors } = await read.ask(query, { id: referralId('root'), ...wrong });
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
    }
  });

  it('reads many referrals with all that hangs on them in a constant number of statements', async () => {
    const query = `query ($id: ID!, $first: Int!) { relationship(id: $id) { referrals(first: $first) { totalCount nodes {
      id status referrer { displayName } target { displayName } subject { displayName } source { displayName }
      parent { id } children { id } relationship { id } redirectedTo { id } leakedTo { displayName }
      steps { step inferred at reason eventId } end { status at reason declineReason } loop { closed open daysToClose }
      sourceChanges { at fromId toId } declaredSources { answer partyId } values { amount { amountMinor currency } kind }
    } } } }`;
    const ending = { reason: 'Full.', childReferralId: referralId('many child'), toTargetId: hospital };
    const child = { ...made('many child', 110).data, parentReferralId: referralId('many 0') } as never;
    for (let i = 0; i < 12; i++) {
      const name = `many ${String(i)}`;
      const rest = i === 0 ? [event('ReferralRedirected', { ...ending, child }, day(110))] : [step('CLOSED', 104)];
      const subjectRef = partyId('patient');
      await refer(
        name,
        100 + i / 10,
        { relationshipId: tie, subjectRef },
        step('SENT', 102),
        value(5, 'USD', 108),
        ...rest,
      );
    }
    await ledger.record(referralId('many child'), event('ReferralMade', child, day(110)));
    await ledger.shown();
    const few = await ask(query, { id: tie, first: 2 });
    const all = (await ask(query, { id: tie, first: 20 })) as unknown as {
      statements: number;
      relationship: { referrals: { totalCount: number; nodes: readonly { id: string }[] } };
    };
    expect(all.statements).toBeLessThanOrEqual(few.statements + 1); // the redirected one asks for its child
    const { nodes, totalCount } = all.relationship.referrals;
    expect(totalCount).toBe(12);
    expect(nodes[0]).toMatchObject({
      status: 'CLOSED',
      subject: { displayName: 'patient' },
      relationship: { id: tie },
      loop: { closed: true, open: false, daysToClose: 2.9 },
      values: [{ amount: { amountMinor: 5, currency: 'USD' }, kind: 'PAYMENT' }],
    });
    expect(nodes.at(-1)).toMatchObject({
      status: 'REDIRECTED',
      end: { status: 'REDIRECTED', reason: 'Full.', declineReason: null },
      redirectedTo: { id: referralId('many child') },
      children: [{ id: referralId('many child') }],
    });
  });

  it('leads from thanks to what they are for', async () => {
    const [inReturnFor] = await ledger.record(
      tie,
      event('TouchRecorded', { touchId: touchId('good deed'), ...SAID }, day(5)),
    );
    await refer('grateful', 6, { motive: 'GRATITUDE', inReturnFor: inReturnFor! });
    await refer('vague', 6, { motive: 'GRATITUDE', inReturnFor: targetEventId });
    await ledger.shown();
    const query = `query ($id: ID!) { referral(id: $id) { inReturnFor gratitudeFor { id kind relationshipId } } }`;
    expect(await ask(query, { id: referralId('grateful') })).toMatchObject({
      referral: { inReturnFor, gratitudeFor: { id: touchId('good deed'), kind: 'TOUCH', relationshipId: tie } },
    });
    expect(await ask(query, { id: referralId('vague') })).toMatchObject({ referral: { gratitudeFor: null } });
  });

  it('is found by its id, and in lists sorted both ways', async () => {
    const query = `query ($id: ID!) {
      node(id: $id) { __typename id } referral(id: $id) { status retracted inReturnFor }
      referrals(filter: { status: SEEN }, orderBy: { field: LAST_STEP_AT, direction: DESC }, first: 1) {
        totalCount pageInfo { hasNextPage } nodes { id } }
      openLoops(ownerId: "${clinic}", first: 1) { totalCount nodes { id } } }`;
    expect(await ask(query, { id: referralId('never') })).toMatchObject({
      node: { __typename: 'Referral', id: referralId('never') },
      referral: { status: 'CLOSED', retracted: true, inReturnFor: null },
      referrals: { totalCount: 1, pageInfo: { hasNextPage: false }, nodes: [{ id: referralId('seen') }] },
      openLoops: { totalCount: 2, nodes: [{ id: referralId('sent') }] },
    });
  });

  it('says who brings the value, and how much of it comes from few', async () => {
    const names = ['tp 1', 'tp 2', 'tp 3', 'tp 4', 'tp 5', 'tp 6'];
    for (const [index, name] of names.entries()) {
      const known = { partyId: partyId(name), kind: 'PERSON', displayName: name, roles: [] } as const;
      await ledger.record(partyId(name), event('PartyRegistered', known, day(0)));
      await refer(name, 2000, { referrerId: partyId(name) }, value(100 * (index + 1), 'SEK', 2001 + index));
    }
    const credit = { from: partyId('tp 1'), to: partyId('tp 6'), reason: 'Sent by her.' };
    const never = event('ReferralRetracted', { targetEventId, reason: 'Never was.' });
    await ledger.record(referralId('tp 1'), event('ReferralSourceReassigned', credit, day(2001)));
    await refer('tp never', 2000, { referrerId: partyId('tp 1') }, value(99_999, 'SEK', 2001), never);
    await refer('tp euros', 2000, { referrerId: partyId('tp 1') }, value(99_999, 'DKK', 2001));
    await ledger.shown();
    const query = `query ($first: Int!, $to: DateTime) { topParties(by: VALUE, currency: "SEK", to: $to, first: $first) {
      total { amountMinor currency } parties topFifthBp
      rows { party { displayName } value { amountMinor } shareBp cumulativeBp } } }`;
    expect(await ask(query, { first: 2 })).toMatchObject({
      topParties: {
        ...{ total: { amountMinor: 2100, currency: 'SEK' }, parties: 5, topFifthBp: 3333 },
        rows: [
          { party: { displayName: 'tp 6' }, value: { amountMinor: 700 }, shareBp: 3333, cumulativeBp: 3333 },
          { party: { displayName: 'tp 5' }, value: { amountMinor: 500 }, shareBp: 2381, cumulativeBp: 5714 },
        ],
      },
    });
    expect(await ask(query, { first: 0 })).toMatchObject({ topParties: { parties: 5, rows: [] } });
    const nothing = { total: { amountMinor: 0, currency: 'SEK' }, parties: 0, topFifthBp: null, rows: [] };
    expect(await ask(query, { first: 2, to: day(1) })).toMatchObject({ topParties: nothing });
  });
});
