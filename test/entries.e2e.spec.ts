import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { projections } from '../libs/read-models/read-models.js';

const day = (days: number): string => new Date(Date.UTC(2026, 0, days)).toISOString();

const ERRORS = `errors { code path ... on StateConflict { current } }`;

describe('trust, commitments and feedback over GraphQL', () => {
  let api: TestApi;
  let relationshipId: string;
  let we: string;
  let they: string;
  beforeAll(async () => {
    api = await testApi(projections);
    [we, they] = [await registered('We'), await registered('They')];
    const opened = await mutate(
      'openRelationship',
      { a: we, b: they, kind: 'PEER', occurredAt: day(1) },
      'relationship { id }',
    );
    relationshipId = idIn(opened, 'relationship');
  });
  afterAll(() => api.stop());

  async function registered(displayName: string): Promise<string> {
    const input = { kind: 'PERSON', displayName, occurredAt: day(1) };
    return idIn(await mutate('registerParty', input, 'party { id }'), 'party');
  }

  async function mutate(name: string, input: object, selection = ''): Promise<Record<string, unknown>> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${ERRORS} ${selection} } }`;
    const answer = await api.ask(query, { variables: { input } });
    expect(answer.errors).toBeUndefined();
    return answer.data?.[name] as Record<string, unknown>;
  }
  const record = (name: string, input: object, selection = '') => mutate(name, { relationshipId, ...input }, selection);

  it('shows an action for trust, what it was corrected to, and that it was taken back', async () => {
    const done = { by: we, to: they, kind: 'HONEST_COUNSEL', occurredAt: day(2) };
    const SHOWN = 'trustAction { id actionKind dimension sign by { displayName } retracted } relationship { id }';
    const recorded = await record('recordTrustAction', done, SHOWN);
    expect(recorded).toMatchObject({
      errors: [],
      trustAction: { actionKind: 'HONEST_COUNSEL', dimension: 'CREDIBILITY', sign: 1, by: { displayName: 'We' } },
      relationship: { id: relationshipId },
    });
    const actionId = idIn(recorded, 'trustAction');
    const correction = { actionId, reason: 'Misheard.', replacement: { kind: 'MISLEADING_CLAIM' } };
    expect(await record('correctTrustAction', correction, SHOWN)).toMatchObject({ trustAction: { sign: -1 } });
    const retraction = { actionId, reason: 'Never.' };
    expect(await record('retractTrustAction', retraction, SHOWN)).toMatchObject({ trustAction: { retracted: true } });
    expect(await record('retractTrustAction', retraction)).toMatchObject({
      errors: [{ code: 'STATE_CONFLICT', current: 'RETRACTED' }],
    });
  });

  it('takes a commitment from what would earn trust to its end', async () => {
    const asked = await record(
      'askForTrustRequest',
      { by: we, to: they, text: 'Call us.', occurredAt: day(2) },
      'trustRequest { id text }',
    );
    const promise = { owedBy: we, owedTo: they, text: 'We call.', dueAt: day(9), occurredAt: day(3) };
    const made = await record(
      'makeCommitment',
      { ...promise, trustRequestId: idIn(asked, 'trustRequest') },
      'commitment { id status trustRequestId }',
    );
    expect(made).toMatchObject({
      errors: [],
      commitment: { status: 'OVERDUE', trustRequestId: idIn(asked, 'trustRequest') },
    });
    const commitmentId = idIn(made, 'commitment');
    await record('remindCommitment', { commitmentId, occurredAt: day(5) });
    await record('renegotiateCommitment', { commitmentId, newDueAt: day(10), occurredAt: day(6) });
    const SHOWN = 'commitment { status lateDays reminders renegotiations steps { step eventId } }';
    expect(await record('keepCommitment', { commitmentId, occurredAt: day(12) }, SHOWN)).toMatchObject({
      errors: [],
      commitment: { status: 'KEPT', lateDays: 2, reminders: 1, renegotiations: 1 },
    });
    for (const late of ['breakCommitment', 'waiveCommitment', 'declineCommitment', 'keepCommitment']) {
      expect(await record(late, { commitmentId, occurredAt: day(13) })).toMatchObject({
        errors: [{ code: 'STATE_CONFLICT', current: 'KEPT' }],
      });
    }
  });

  it('takes feedback from the request to its confirmation', async () => {
    const survey = { method: 'SURVEY', dueAt: day(20), occurredAt: day(4) };
    const requestId = idIn(
      await record('requestFeedback', survey, 'feedbackRequest { id to { id } }'),
      'feedbackRequest',
    );
    const said = { kind: 'NPS', score: 3, sentimentBp: -10000, text: 'Nobody called.', requestId, occurredAt: day(5) };
    const received = await record(
      'receiveFeedback',
      said,
      'feedback { id status score scale { min max } by { displayName } }',
    );
    expect(received).toMatchObject({
      errors: [],
      feedback: { status: 'RECEIVED', score: 3, scale: { min: 0, max: 10 }, by: { displayName: 'They' } },
    });
    expect(await record('receiveFeedback', said)).toMatchObject({ errors: [{ code: 'STATE_CONFLICT' }] });
    const feedbackId = idIn(received, 'feedback');
    expect(await record('resolveFeedback', { feedbackId, occurredAt: day(6) })).toMatchObject({
      errors: [{ code: 'STATE_CONFLICT', current: 'RECEIVED' }],
    });
    const steps = [
      'acknowledgeFeedback',
      'actionFeedback',
      'resolveFeedback',
      'confirmFeedback',
      'reopenFeedback',
      'disputeFeedback',
    ];
    for (const [index, step] of steps.entries()) {
      expect(await record(step, { feedbackId, occurredAt: day(6 + index) })).toEqual({ errors: [] });
    }
  });

  it.each([
    ['an NPS of 11', { kind: 'NPS', score: 11 }, ['score']],
    ['a CSAT of 4 on a scale to 3', { kind: 'CSAT', score: 4, scale: { min: 0, max: 3 } }, ['score']],
    ['a sentiment that is no number', { kind: 'PRAISE', sentimentBp: 'NaN' }, ['sentimentBp']],
    ['a sentiment better than the best', { kind: 'PRAISE', sentimentBp: 10001 }, ['sentimentBp']],
    ['a scale without end', { kind: 'CSAT', score: 4, scale: { min: 0, max: 'Infinity' } }, ['scale', 'max']],
  ])('refuses %s', async (_, input, path) => {
    expect(await record('receiveFeedback', input)).toEqual({ errors: [{ code: 'SCORE_OUT_OF_SCALE', path }] });
  });

  it('finds each of them by its id, and all of them in the timeline', async () => {
    const query = `query ($id: ID!) { relationship(id: $id) {
      entries(direction: ASC, includeRetracted: true) { nodes { __typename id kind steps { step } relationship { id } } } } }`;
    const { data } = await api.ask(query, { variables: { id: relationshipId } });
    const { nodes } = (data as unknown as Shown).relationship.entries;
    expect(nodes.map(({ __typename }) => __typename)).toEqual(
      expect.arrayContaining(['TrustAction', 'TrustRequest', 'Commitment', 'FeedbackRequest', 'Feedback']),
    );
    const found = await api.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
      variables: { ids: nodes.map(({ id }) => id) },
    });
    expect(found.data?.['nodes']).toEqual(nodes.map(({ __typename, id }) => ({ __typename, id })));
  });
});

const idIn = (payload: Readonly<Record<string, unknown>>, field: string): string =>
  (payload[field] as { readonly id: string }).id;

interface Shown {
  readonly relationship: {
    readonly entries: { readonly nodes: readonly { readonly __typename: string; readonly id: string }[] };
  };
}
