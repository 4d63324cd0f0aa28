import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type FeedbackId, type RelationshipId } from '../../event-sourcing/id.js';
import type { FeedbackFacts, FeedbackRequestFacts } from '../../ledger/feedback/feedback.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, opened, partyId, relationshipId } from '../testing/given-ledger.js';

const they = partyId('they');
const feedbackId = (name: string): FeedbackId => deriveId('fbk', name);
const COMPLAINT: FeedbackFacts = { by: they, kind: 'COMPLAINT' };
const heard = (name: string, days: number, more: Partial<FeedbackFacts> = {}): LedgerEvent =>
  event('FeedbackReceived', { feedbackId: feedbackId(name), ...COMPLAINT, text: name, ...more }, day(days));
const nps = (name: string, days: number, score: number): LedgerEvent =>
  heard(name, days, { kind: 'NPS', score, scale: { min: 0, max: 10 } });

type Step = `Feedback${'Acknowledged' | 'Actioned' | 'Resolved' | 'Confirmed' | 'Reopened' | 'Disputed'}`;
const took = (type: Step, name: string, days: number): LedgerEvent =>
  event(type, { feedbackId: feedbackId(name), note: 'So.' }, day(days));
const AMENDMENT = { targetEventId: deriveId('evt', 'any'), reason: 'It was otherwise.' };

interface OpenPage {
  readonly nodes: readonly { readonly text: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

describe('feedback', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const asked = async (query: string, variables: Record<string, unknown> = {}) => {
    const { data, errors } = await read.ask(query, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const FIELDS = `id feedbackKind status text score scale { min max } acknowledgedAt resolvedAt
    steps { step eventId occurredAt note } by { id }`;
  const listed = async (id: RelationshipId, status?: readonly string[]) => {
    const query = `query ($id: ID!, $status: [FeedbackStatus!]) {
      relationship(id: $id) { feedback(status: $status) { totalCount nodes { ${FIELDS} } } } }`;
    return (await asked(query, { id, status }))?.['relationship']?.['feedback'];
  };

  it('is listed by where it stands, the latest first', async () => {
    const id = relationshipId('listed');
    await ledger.record(
      id,
      opened(id),
      heard('li 1', 10),
      heard('li 2', 20, { kind: 'PRAISE' }),
      heard('li 3', 30),
      took('FeedbackResolved', 'li 1', 14),
      took('FeedbackAcknowledged', 'li 1', 12),
      event('FeedbackRetracted', { feedbackId: feedbackId('li 3'), ...AMENDMENT }),
    );
    await ledger.shown();
    expect(await listed(id)).toMatchObject({
      totalCount: 2,
      nodes: [
        { text: 'li 2', feedbackKind: 'PRAISE', status: 'RECEIVED', steps: [] },
        {
          text: 'li 1',
          status: 'RESOLVED',
          acknowledgedAt: day(12),
          resolvedAt: day(14),
          steps: [{ step: 'ACKNOWLEDGED', note: 'So.' }, { step: 'RESOLVED' }],
        },
      ],
    });
    expect(await listed(id, ['RESOLVED', 'CONFIRMED'])).toMatchObject({ totalCount: 1, nodes: [{ text: 'li 1' }] });
  });

  it('is open until it is resolved, and again when that is taken back', async () => {
    const open = async (kind?: string, needsResponse?: boolean) => {
      const query = `query ($kind: [FeedbackKind!], $needsResponse: Boolean) {
        feedbackOpen(kind: $kind, needsResponse: $needsResponse, first: 100) { totalCount nodes { text } } }`;
      return (await asked(query, { kind, needsResponse }))?.['feedbackOpen'];
    };
    const id = relationshipId('open');
    await ledger.record(
      id,
      opened(id),
      heard('op 1', -100, { kind: 'GRIEVANCE' }),
      heard('op 2', -110, { kind: 'GRIEVANCE' }),
      took('FeedbackAcknowledged', 'op 2', -109),
    );
    const [resolved] = await ledger.record(id, took('FeedbackResolved', 'op 2', -108));
    await ledger.shown();
    expect(await open('GRIEVANCE')).toEqual({ totalCount: 1, nodes: [{ text: 'op 1' }] });
    const retraction = { feedbackId: feedbackId('op 2'), targetEventId: resolved!, reason: 'Not yet.' };
    await ledger.record(id, event('FeedbackStepRetracted', retraction));
    await ledger.shown();
    expect(await open('GRIEVANCE')).toEqual({ totalCount: 2, nodes: [{ text: 'op 2' }, { text: 'op 1' }] });
    expect(await open()).toEqual({ totalCount: 2, nodes: [{ text: 'op 2' }, { text: 'op 1' }] });
    expect(await open(undefined, false)).toMatchObject({
      nodes: [{ text: 'op 2' }, { text: 'op 1' }, { text: 'li 2' }],
    });
    expect(await open('PRAISE')).toEqual({ totalCount: 1, nodes: [{ text: 'li 2' }] });
    expect(await open('PRAISE', true)).toEqual({ totalCount: 0, nodes: [] });
  });

  it('is open with the worst first, of equals the oldest, page by page', async () => {
    const id = relationshipId('urgent');
    await ledger.record(
      id,
      opened(id),
      heard('ur praise', -5000, { kind: 'PRAISE' }),
      nps('ur promoter', -5000, 10),
      heard('ur suggestion', -5000, { kind: 'SUGGESTION' }),
      nps('ur detractor', -5000, 3),
      heard('ur complaint 2', -5000),
      heard('ur complaint 1', -5001),
      heard('ur grievance', -4000, { kind: 'GRIEVANCE' }),
    );
    await ledger.shown();
    const found: string[] = [];
    let after: string | null = null;
    do {
      const query = `query ($after: String) { feedbackOpen(first: 2, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { text } } }`;
      const page = (await asked(query, { after }))?.['feedbackOpen'] as unknown as OpenPage;
      found.push(...page.nodes.map(({ text }) => text));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(found.filter((text) => text.startsWith('ur'))).toEqual([
      'ur grievance',
      'ur complaint 1',
      'ur complaint 2',
      'ur detractor',
      'ur suggestion',
    ]);
  });

  it('that is a grievance finds its relationship until it is resolved', async () => {
    const [sore, content] = [relationshipId('aggrieved'), relationshipId('content')];
    await ledger.record(sore, opened(sore), heard('gr 1', 10, { kind: 'GRIEVANCE' }));
    await ledger.record(content, opened(content), heard('gr 2', 10));
    const query = `query ($open: Boolean!) { relationships(filter: { openGrievance: $open }, first: 200) { nodes { id } } }`;
    const found = async (open: boolean) =>
      ((await asked(query, { open })) as unknown as Found).relationships.nodes.map(({ id }) => id);
    await ledger.shown();
    expect(await found(true)).toContain(sore);
    expect(await found(true)).not.toContain(content);
    expect(await found(false)).toContain(content);
    await ledger.record(sore, took('FeedbackAcknowledged', 'gr 1', 11), took('FeedbackResolved', 'gr 1', 12));
    await ledger.shown();
    expect(await found(true)).not.toContain(sore);
    expect(await found(false)).toContain(sore);
  });

  it('is counted over a window: promoters, detractors, days to resolve', async () => {
    const id = relationshipId('counted');
    await ledger.record(
      id,
      opened(id),
      ...[10, 9, 8, 7, 6, 0, 0].map((score, i) => nps(`st ${String(i)}`, 1000 + i, score)),
    );
    await ledger.record(
      id,
      event('FeedbackRetracted', { feedbackId: feedbackId('st 6'), ...AMENDMENT }),
      heard('st a', 1001, { sentimentBp: -5000 }),
      heard('st b', 1002, { sentimentBp: -1000 }),
      heard('st c', 1003),
      ...['st a', 'st b', 'st c'].map((name) => took('FeedbackAcknowledged', name, 1004)),
      took('FeedbackResolved', 'st a', 1005),
      took('FeedbackResolved', 'st b', 1008),
      took('FeedbackResolved', 'st c', 1009),
      took('FeedbackReopened', 'st c', 1010),
    );
    await ledger.shown();
    const query = `query ($from: DateTime, $to: DateTime, $kinds: [FeedbackKind!]) {
      feedbackStats(from: $from, to: $to, kinds: $kinds) {
        count open resolved medianDaysToResolve meanSentimentBp nps { score promoters passives detractors }
        byKind { kind count open resolved medianDaysToResolve } } }`;
    const window = { from: day(1000), to: day(1100) };
    expect((await asked(query, window))?.['feedbackStats']).toEqual({
      count: 9,
      open: 7,
      resolved: 2,
      medianDaysToResolve: 5,
      meanSentimentBp: -3000,
      nps: { score: 0, promoters: 2, passives: 2, detractors: 2 },
      byKind: [
        { kind: 'NPS', count: 6, open: 6, resolved: 0, medianDaysToResolve: null },
        { kind: 'COMPLAINT', count: 3, open: 1, resolved: 2, medianDaysToResolve: 5 },
      ],
    });
    expect((await asked(query, { ...window, to: day(1003), kinds: ['NPS'] }))?.['feedbackStats']).toMatchObject({
      count: 3,
      nps: { promoters: 2, passives: 1, detractors: 0 },
      byKind: [{ kind: 'NPS' }],
    });
    expect((await asked(query, { from: day(5000) }))?.['feedbackStats']).toMatchObject({
      count: 0,
      medianDaysToResolve: null,
      nps: { score: null },
      byKind: [],
    });
  });

  it('answers the request that asked for it', async () => {
    const id = relationshipId('asked');
    const requestId = (name: string) => deriveId('fbr', name);
    const survey: FeedbackRequestFacts = { to: they, method: 'SURVEY', dueAt: day(50) };
    const requested = (name: string): LedgerEvent =>
      event('FeedbackRequested', { requestId: requestId(name), ...survey }, day(40));
    await ledger.record(
      id,
      opened(id),
      requested('answered'),
      requested('unanswered'),
      heard('answer', 45, { requestId: requestId('answered') }),
    );
    await ledger.shown();
    const query = `query ($ids: [ID!]!) {
      nodes(ids: $ids) { id ... on FeedbackRequest { method dueAt answer { id text } relationship { id } } } }`;
    const data = await asked(query, { ids: [requestId('answered'), requestId('unanswered')] });
    expect(data?.['nodes']).toMatchObject([
      { method: 'SURVEY', dueAt: day(50), answer: { id: feedbackId('answer') }, relationship: { id } },
      { answer: null },
    ]);
  });

  it('needs no more statements for many relationships than for one', async () => {
    const ask = (first: number) =>
      read.ask(
        `{ relationships(first: ${String(first)}) { nodes { feedback { totalCount nodes { text by { id } } } } } }`,
      );
    const [one, many] = [await ask(1), await ask(50)];
    expect([one.errors, many.errors]).toEqual([undefined, undefined]);
    expect(many.statements).toBe(one.statements);
  });

  it('is summed up as it stood at any business time, and as it was known', async () => {
    const id = relationshipId('sums seen');
    const [, , , acknowledged, resolved] = await ledger.record(
      id,
      opened(id),
      heard('ss 1', 6000, { sentimentBp: -4000 }),
      nps('ss 2', 6010, 9),
      took('FeedbackAcknowledged', 'ss 1', 6001),
      took('FeedbackResolved', 'ss 1', 6005),
    );
    expect([acknowledged, resolved]).not.toContain(undefined);
    await ledger.shown();
    const before = await ledger.moment();
    const stats = async (asOf: string | null, asKnown?: string) => {
      const query = `query ($from: DateTime, $asOf: DateTime, $asKnown: DateTime) {
        feedbackStats(from: $from, asOf: $asOf, asKnown: $asKnown) {
          count open resolved medianDaysToResolve meanSentimentBp nps { score } } }`;
      return (await asked(query, { from: day(6000), asOf, asKnown }))?.['feedbackStats'];
    };
    const both = {
      count: 2,
      open: 1,
      resolved: 1,
      medianDaysToResolve: 5,
      meanSentimentBp: -4000,
      nps: { score: 100 },
    };
    const open = { count: 1, open: 1, resolved: 0, medianDaysToResolve: null, meanSentimentBp: -4000 };
    expect(await stats(null)).toEqual(both);
    expect(await stats(day(6020))).toEqual(both);
    expect(await stats(day(6004))).toEqual({ ...open, nps: { score: null } });

    const replacement = { by: they, kind: 'NPS', score: 2, scale: { min: 0, max: 10 }, occurredAt: day(6012) } as const;
    await ledger.record(
      id,
      event('FeedbackCorrected', { feedbackId: feedbackId('ss 2'), ...AMENDMENT, replacement }),
      event('FeedbackStepCorrected', {
        ...{ feedbackId: feedbackId('ss 1'), targetEventId: resolved!, reason: 'Later.' },
        replacement: { occurredAt: day(6008) },
      }),
      took('FeedbackReopened', 'ss 1', 6015),
    );
    await ledger.shown();
    expect(await stats(day(6020))).toMatchObject({ count: 2, open: 2, resolved: 0, nps: { score: -100 } });
    expect(await stats(day(6013))).toMatchObject({ open: 1, medianDaysToResolve: 8, nps: { score: -100 } });
    expect(await stats(day(6011))).toMatchObject({ count: 1, open: 0, nps: { score: null } });
    expect(await stats(day(6020), before)).toEqual(both);
    expect(await stats(day(6020), await ledger.moment())).toEqual(await stats(null));
  });

  it('tells how they like us, in a window, as of a day and as it was known', async () => {
    const id = relationshipId('liking');
    await ledger.record(
      id,
      opened(id),
      heard('lk 1', 100, { sentimentBp: -8000 }),
      heard('lk 2', 300, { sentimentBp: 4000 }),
      nps('lk 3', 310, 10),
      heard('lk 4', 320),
    );
    await ledger.shown();
    const before = await ledger.moment();
    const liked = async (more: { window?: number; asOf?: string; asKnown?: string }) => {
      const query = `query ($id: ID!, $window: Int, $asOf: DateTime, $asKnown: DateTime) {
        relationship(id: $id) { liking(window: $window, asOf: $asOf, asKnown: $asKnown) { count sentimentBp } } }`;
      return (await asked(query, { id, ...more }))?.['relationship']?.['liking'];
    };
    expect(await liked({ asOf: day(330) })).toEqual({ count: 3, sentimentBp: 2000 });
    expect(await liked({ asOf: day(330), window: 90 })).toEqual({ count: 2, sentimentBp: 7000 });
    expect(await liked({ asOf: day(200) })).toEqual({ count: 1, sentimentBp: -8000 });
    await ledger.record(id, event('FeedbackRetracted', { feedbackId: feedbackId('lk 1'), ...AMENDMENT }));
    await ledger.shown();
    expect(await liked({ asOf: day(330) })).toEqual({ count: 2, sentimentBp: 7000 });
    expect(await liked({ asOf: day(330), asKnown: before })).toEqual({ count: 3, sentimentBp: 2000 });
  });

  it('is the same after a rebuild', async () => {
    const before = await listed(relationshipId('listed'));
    await ledger.rebuild();
    expect(await listed(relationshipId('listed'))).toEqual(before);
  });
});

interface Found {
  readonly relationships: { readonly nodes: readonly { readonly id: string }[] };
}
