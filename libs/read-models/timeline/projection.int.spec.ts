import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type IdPrefix, type RelationshipId } from '../../event-sourcing/id.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { TouchFacts } from '../../ledger/touch/touch.js';
import { cursorOf } from '../ordering.js';
import { day, GivenLedger, opened, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { countsOf, pagesOf } from './entry-lists.js';
import type { EntryRow } from './entry.js';
import { entryKinds } from './kinds.js';
import { entriesAt, entriesById, entryList, shown, type EntryFilter } from './queries.js';

const touched = (name: string, days: number, more: Partial<TouchFacts> = {}): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID, ...more }, day(days));
const targetEventId = deriveId('evt', 'the recording');
const STANDING: EntryFilter = { includeRetracted: false };
const ALL: PageRequest = { first: 200, after: undefined };

describe('the timeline', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  const page = async (
    id: RelationshipId,
    more: Partial<EntryFilter> = {},
    request = ALL,
    way: 'ASC' | 'DESC' = 'ASC',
  ): Promise<EntryRow[]> => {
    const list = entryList({ ...STANDING, ...more }, way);
    const rows = await pagesOf(ledger.db, TENANT, [id], list, request);
    return rows.slice(0, request.first).map(shown); // beyond that they only tell that more follows
  };
  const names = (rows: readonly EntryRow[], of: readonly string[]): (string | undefined)[] =>
    rows.map(({ id }) => of.find((name) => touchId(name) === id));

  it('shows what is true of an entry now, and what became of it', async () => {
    const id = relationshipId('amended');
    const [, recorded] = await ledger.record(
      id,
      opened(id),
      touched('am', 10, { costMinor: 990, currency: 'EUR', note: 'We met.', topic: 'plans' }),
    );
    const replacement = { ...SAID, channel: 'MEAL', occurredAt: day(9), note: 'We ate.' } as const;
    const [correction] = await ledger.record(
      id,
      event('TouchCorrected', { touchId: touchId('am'), targetEventId, reason: 'It was lunch.', replacement }, day(11)),
    );
    const [retraction] = await ledger.record(
      id,
      event('TouchRetracted', { touchId: touchId('am'), targetEventId, reason: 'Wrong person.' }, day(12)),
    );
    await ledger.shown();
    const [entry, ...others] = await page(id, { includeRetracted: true });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      id: touchId('am'),
      kind: 'TOUCH',
      relationshipId: id,
      eventId: recorded,
      occurredAt: day(9),
      channel: 'MEAL',
      note: 'We ate.',
      cost: null,
      retracted: true,
      amendments: [
        { kind: 'CORRECTED', eventId: correction, reason: 'It was lunch.' },
        { kind: 'RETRACTED', eventId: retraction, reason: 'Wrong person.' },
      ],
    });
    expect(entry!.amendments[0]!.recordedAt >= entry!.recordedAt).toBe(true);
    expect(entry).not.toHaveProperty('topic');
    expect(await page(id)).toEqual([]);
  });

  it('filters by kind, channel and business time', async () => {
    const id = relationshipId('filtered');
    const all = ['fi 1', 'fi 2', 'fi 3'];
    await ledger.record(
      id,
      opened(id),
      touched('fi 1', 10),
      touched('fi 2', 20, { channel: 'MEAL', function: 'FOOD', phase: 'SERVICE' }),
      touched('fi 3', 30, { channel: 'FAX', function: 'FINANCIAL_COUNSELING', phase: 'SERVICE' }),
    );
    await ledger.shown();
    expect(names(await page(id, { channels: ['MEAL', 'FAX'] }), all)).toEqual(['fi 2', 'fi 3']);
    expect(names(await page(id, { from: day(10), to: day(30) }), all)).toEqual(['fi 1', 'fi 2']);
    expect(await page(id, { kinds: [] })).toEqual([]);
    expect(names(await page(id, { functions: ['FINANCIAL_COUNSELING'] }), all)).toEqual(['fi 3']);
    expect(names(await page(id, { phases: ['SERVICE'], functions: ['FOOD', 'CLINICAL'] }), all)).toEqual(['fi 2']);
    expect(await page(id, { phases: ['OUTREACH'] })).toEqual([]);
    expect(names(await page(id, { kinds: ['TOUCH'], channels: ['FAX'] }), all)).toEqual(['fi 3']);
    expect(await countsOf(ledger.db, TENANT, [id], entryList({ ...STANDING, from: day(20) }, 'ASC'))).toEqual([
      { id, count: 2 },
    ]);
  });

  it('pages through ties in the order of the ledger, both ways, while entries come in', async () => {
    const id = relationshipId('tied');
    const all = ['ti 1', 'ti 2', 'ti 3', 'ti 4', 'ti 5', 'ti late', 'ti early'];
    await ledger.record(id, opened(id), ...all.slice(0, 5).map((name) => touched(name, 10)));
    await ledger.shown();
    const first = await page(id, {}, { first: 2, after: undefined });
    expect(names(first, all)).toEqual(['ti 1', 'ti 2']);
    const after = cursorOf(first[1]!.occurredAt, first[1]!);

    await ledger.record(id, touched('ti early', 5), touched('ti late', 10));
    await ledger.shown();
    expect(names(await page(id, {}, { first: 2, after }), all)).toEqual(['ti 3', 'ti 4']);
    expect(names(await page(id, {}, { first: 9, after }), all)).toEqual(['ti 3', 'ti 4', 'ti 5', 'ti late']);
    expect(names(await page(id, {}, { first: 9, after }, 'DESC'), all)).toEqual(['ti 1', 'ti early']);
    expect(names(await page(id, {}, ALL, 'DESC'), all)).toEqual([
      'ti late',
      'ti 5',
      'ti 4',
      'ti 3',
      'ti 2',
      'ti 1',
      'ti early',
    ]);
  });

  it('keeps one touch over two relationships as one entry in each', async () => {
    const [one, two] = [relationshipId('shared one'), relationshipId('shared two')];
    await ledger.record(one, opened(one), touched('shared', 10));
    await ledger.record(two, opened(two), touched('shared', 10));
    await ledger.record(
      two,
      event('TouchRetracted', { touchId: touchId('shared'), targetEventId, reason: 'Not there.' }, day(12)),
    );
    await ledger.shown();
    const [first] = await entriesById(ledger.db, TENANT, [touchId('shared')]);
    expect(first).toMatchObject({ relationshipId: one, retracted: false });
    const places = [two, one].map((relationshipId) => ({ relationshipId, id: touchId('shared') }));
    const found = await entriesAt(ledger.db, TENANT, places);
    expect(new Map(found.map((entry) => [entry.relationshipId, entry.retracted]))).toEqual(
      new Map([
        [one, false],
        [two, true],
      ]),
    );
  });

  it('has every kind of entry in one order, each with its facts, its steps and what became of it', async () => {
    const id = relationshipId('of all kinds');
    const [we, they] = [partyId('we'), partyId('they')];
    const named = <Prefix extends IdPrefix>(prefix: Prefix) => deriveId(prefix, 'of all kinds');
    const [actionId, requestId, assessmentId] = [named('act'), named('ask'), named('tas')];
    const [commitmentId, surveyId, feedbackId] = [named('cmt'), named('fbr'), named('fbk')];
    const ratings = { credibility: 8, reliability: 7, intimacy: 6, selfOrientation: 5, basis: 'EARNED' } as const;
    const done = { by: we, to: they, kind: 'GIFT', customized: true, asked: false } as const;
    const owed = { owedBy: we, owedTo: they, text: 'A plan.', dueAt: day(20) };
    const survey = { to: they, method: 'SURVEY', dueAt: day(20) } as const;
    const said = { by: they, kind: 'NPS', score: 9, scale: { min: 0, max: 10 }, requestId: surveyId } as const;
    const [, , , , , , keeping] = await ledger.record(
      id,
      opened(id),
      event('FeedbackReceived', { feedbackId, ...said }, day(17)),
      event('TrustActionRecorded', { actionId, ...done, giftValueMinor: 900, currency: 'EUR' }, day(12)),
      event('TrustRequestAsked', { requestId, by: we, to: they, text: 'Call.' }, day(13)),
      event('TrustAssessed', { assessmentId, by: they, ...ratings }, day(14)),
      event('CommitmentMade', { commitmentId, ...owed }, day(15)),
      event('CommitmentKept', { commitmentId, lateDays: 0 }, day(21)),
      event('CommitmentReminded', { commitmentId, note: 'Called.' }, day(19)),
      event('FeedbackRequested', { requestId: surveyId, ...survey }, day(16)),
      event('FeedbackAcknowledged', { feedbackId }, day(18)),
      touched('of all kinds', 11),
    );
    await ledger.record(
      id,
      event('CommitmentStepRetracted', { commitmentId, targetEventId: keeping!, reason: 'The old plan.' }),
      event('TrustRequestRetracted', { requestId, targetEventId, reason: 'Her colleague.' }),
    );
    const referralId = named('ref');
    const why = { urgency: 'ROUTINE', motive: 'TRUST' } as const;
    const referred = { referrerId: they, targetId: we, subjectRef: 'case-1', serviceLine: 'imaging' } as const;
    await ledger.record(
      referralId,
      event('ReferralMade', { referralId, ...referred, ...why, relationshipId: id, depth: 0 }, day(22)),
      event('ReferralSent', {}, day(23)),
    );
    await ledger.shown();

    expect(await page(id)).toMatchObject([
      { kind: 'TOUCH', channel: 'EMAIL' },
      { kind: 'TRUST_ACTION', actionKind: 'GIFT', sign: 0, byId: we, giftValue: { amountMinor: 900, currency: 'EUR' } },
      { kind: 'TRUST_ASSESSMENT', credibility: 8, byId: they },
      {
        kind: 'COMMITMENT',
        status: 'OPEN',
        owedById: we,
        dueAt: day(20),
        steps: [
          { step: 'REMINDED', occurredAt: day(19), note: 'Called.' },
          {
            step: 'KEPT',
            occurredAt: day(21),
            eventId: keeping,
            retracted: true,
            amendments: [{ reason: 'The old plan.' }],
          },
        ],
      },
      { kind: 'FEEDBACK_REQUEST', method: 'SURVEY', toId: they },
      { kind: 'FEEDBACK', feedbackKind: 'NPS', status: 'ACKNOWLEDGED', score: 9, steps: [{ step: 'ACKNOWLEDGED' }] },
      { kind: 'REFERRAL', id: referralId, relationshipId: id, serviceLine: 'imaging', steps: [{ step: 'SENT' }] },
    ]);
    const all = await page(id, { includeRetracted: true });
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(entryKinds.map(({ kind }) => kind).toSorted());
    expect(await page(id, { kinds: ['COMMITMENT', 'TRUST_REQUEST'], includeRetracted: true })).toMatchObject([
      { kind: 'TRUST_REQUEST', retracted: true, amendments: [{ kind: 'RETRACTED', reason: 'Her colleague.' }] },
      { kind: 'COMMITMENT' },
    ]);
    expect(await page(id, { channels: ['EMAIL'] })).toHaveLength(1);
    const ids = [actionId, requestId, assessmentId, commitmentId, surveyId, feedbackId];
    const found = await entriesById(ledger.db, TENANT, ids);
    expect(found.map((entry) => entry.id).toSorted()).toEqual(ids.toSorted());
  });

  it('is the same after a rebuild', async () => {
    const before = await page(relationshipId('of all kinds'), { includeRetracted: true });
    await ledger.rebuild();
    expect(await page(relationshipId('of all kinds'), { includeRetracted: true })).toEqual(before);
  });

  it('is empty for another tenant', async () => {
    const rows = await pagesOf(ledger.db, 'other', [relationshipId('tied')], entryList(STANDING, 'ASC'), ALL);
    expect(rows).toEqual([]);
  });
});
