import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projections } from '../libs/read-models/read-models.js';
import { codesOf, testApi, type TestApi } from '../apps/api/testing/test-api.js';

let api: TestApi;
let relationshipId: string;
let we: string;
let they: string;
let ann: string;
let bob: string;

beforeAll(async () => {
  api = await testApi(projections);
  we = await register('We', 'ORGANISATION');
  they = await register('They', 'ORGANISATION');
  ann = await register('Ann', 'PERSON');
  bob = await register('Bob', 'PERSON');
  const opened = await mutate(
    'openRelationship',
    { a: we, b: they, kind: 'VENDOR', occurredAt: SINCE },
    'relationship { id }',
  );
  relationshipId = (opened['relationship'] as { id: string }).id;
});
afterAll(() => api.stop());

const SINCE = '2026-01-01T00:00:00Z';

async function register(displayName: string, kind: string): Promise<string> {
  const { party } = await mutate('registerParty', { kind, displayName, occurredAt: SINCE }, 'party { id }');
  return (party as { id: string }).id;
}

const ERRORS = `errors { __typename code message path ... on InvalidInput { allowed nearest }
  ... on StateConflict { current } ... on IdempotencyConflict { firstEventId } }`;

/** Sends a mutation; its payload. Fails when the answer has an error of the request as a whole. */
async function mutate(name: string, input: object, selection = '', key?: string): Promise<Record<string, unknown>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!, $key: String) { ${name}(input: $input, idempotencyKey: $key) { position replayed ${ERRORS} ${selection} } }`;
  const answer = await api.ask(query, { variables: { input, key } });
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data?.[name] as Record<string, unknown>;
}

async function recordTouches(inputs: readonly object[], key?: string): Promise<unknown> {
  const query = `mutation ($inputs: [RecordTouchInput!]!, $key: String) {
    recordTouches(inputs: $inputs, idempotencyKey: $key) {
      position replayed errors { code path } results { position errors { code path } } } }`;
  const { data, errors } = await api.ask(query, { variables: { inputs, key } });
  expect(errors).toBeUndefined();
  return data?.['recordTouches'];
}

const touch = (over: object): object => ({
  relationshipId,
  channel: 'EMAIL',
  direction: 'OUTBOUND',
  intent: 'GIVE',
  occurredAt: '2026-03-09T10:00:00Z',
  ...over,
});
const later = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

describe('bad input is refused in the payload, typed, and nothing is appended', () => {
  it.each<[what: string, mutation: string, input: () => object, error: object]>([
    [
      'a time without an offset',
      'recordTouch',
      () => touch({ occurredAt: '2025-03-09T02:30' }),
      { code: 'NAIVE_TIMESTAMP', path: ['occurredAt'] },
    ],
    ['a touch three weeks ahead', 'recordTouch', () => touch({ occurredAt: later(21) }), { code: 'TIME_IN_FUTURE' }],
    [
      'a channel that does not exist',
      'recordTouch',
      () => touch({ channel: 'EMIAL' }),
      { __typename: 'InvalidInput', code: 'INVALID_INPUT', path: ['channel'], nearest: 'EMAIL' },
    ],
    ['a negative duration', 'recordTouch', () => touch({ minutes: -5 }), { code: 'INVALID_INPUT', path: ['minutes'] }],
    ['a duration in words', 'recordTouch', () => touch({ minutes: '5' }), { code: 'INVALID_INPUT', path: ['minutes'] }],
    [
      'a touch of 25 hours',
      'recordTouch',
      () => touch({ minutes: 1500 }),
      { code: 'INVALID_INPUT', path: ['minutes'] },
    ],
    [
      'negative money',
      'recordTouch',
      () => touch({ cost: { amountMinor: -1, currency: 'USD' } }),
      { code: 'INVALID_INPUT', path: ['cost', 'amountMinor'] },
    ],
    [
      'a currency that is none',
      'recordTouch',
      () => touch({ cost: { amountMinor: 1, currency: 'XXX' } }),
      { code: 'INVALID_INPUT', path: ['cost', 'currency'] },
    ],
    [
      'a participant twice',
      'recordTouch',
      () =>
        touch({
          participants: [
            { partyId: we, side: 'A' },
            { partyId: they, side: 'B' },
            { partyId: they, side: 'B' },
          ],
        }),
      { code: 'INVALID_INPUT' },
    ],
    [
      'a note of 2 MB',
      'recordTouch',
      () => touch({ note: 'x'.repeat(2_000_000) }),
      { code: 'INVALID_INPUT', path: ['note'] },
    ],
    [
      'control characters',
      'recordTouch',
      () => touch({ topic: 'a\u0007b' }),
      { code: 'INVALID_INPUT', path: ['topic'] },
    ],
    ['U+0000', 'recordTouch', () => touch({ note: 'a\u0000b' }), { code: 'INVALID_INPUT', path: ['note'] }],
    [
      'half of a surrogate pair',
      'recordTouch',
      () => touch({ note: 'a\ud800b' }),
      { code: 'INVALID_INPUT', path: ['note'] },
    ],
    [
      'an id that is none',
      'recordTouch',
      () => touch({ relationshipId: 'rel_1' }),
      { code: 'INVALID_INPUT', path: ['relationshipId'] },
    ],
    [
      'a relationship that nobody opened',
      'recordTouch',
      () => touch({ relationshipId: `rel_${'0'.repeat(26)}` }),
      { code: 'RELATIONSHIP_UNKNOWN' },
    ],
    [
      'a relationship with oneself',
      'openRelationship',
      () => ({ a: we, b: we, kind: 'VENDOR' }),
      { code: 'INVALID_INPUT' },
    ],
    [
      'a relationship with nobody',
      'openRelationship',
      () => ({ a: we, b: `pty_${'0'.repeat(26)}`, kind: 'VENDOR' }),
      { code: 'PARTY_UNKNOWN' },
    ],
    [
      'an NPI with a bad check digit',
      'identifyParty',
      () => ({ partyId: they, system: 'NPI', value: '1234567890' }),
      { code: 'INVALID_INPUT', path: ['value'] },
    ],
    [
      'an empty name',
      'registerParty',
      () => ({ kind: 'PERSON', displayName: ' ' }),
      { code: 'INVALID_INPUT', path: ['displayName'] },
    ],
    [
      'a cadence of no days',
      'setCadence',
      () => ({ relationshipId, intervalDays: 0, graceDays: 0 }),
      { code: 'INVALID_INPUT', path: ['intervalDays'] },
    ],
  ])('%s', async (_, mutation, input, error) => {
    const before = await api.store.head();
    const payload = await mutate(mutation, input());
    expect(payload).toMatchObject({ position: null, replayed: false, errors: [error] });
    expect(await api.store.head()).toBe(before);
  });

  it('a second open CARE tie of a pair, and a second primary steward', async () => {
    const care = { a: we, b: ann, kind: 'CARE' };
    expect((await mutate('openRelationship', care))['errors']).toEqual([]);
    expect((await mutate('openRelationship', care))['errors']).toMatchObject([
      { __typename: 'StateConflict', code: 'STATE_CONFLICT' },
    ]);
    const steward = (stewardId: string): object => ({ relationshipId, stewardId, role: 'PRIMARY' });
    expect((await mutate('assignSteward', steward(ann)))['errors']).toEqual([]);
    expect((await mutate('assignSteward', steward(bob)))['errors']).toMatchObject([
      { code: 'STATE_CONFLICT', current: ann },
    ]);
  });

  it('an idempotency key that named another input', async () => {
    const first = await mutate('recordTouch', touch({ minutes: 5 }), '', 'key-1');
    expect(await mutate('recordTouch', touch({ minutes: 5 }), '', 'key-1')).toMatchObject({
      replayed: true,
      position: first['position'],
      errors: [],
    });
    const head = await api.store.head();
    expect((await mutate('recordTouch', touch({ minutes: 6 }), '', 'key-1'))['errors']).toMatchObject([
      { __typename: 'IdempotencyConflict', code: 'IDEMPOTENCY_CONFLICT', firstEventId: expect.stringMatching(/^evt_/) },
    ]);
    for (const key of ['', 'x'.repeat(256), 'a\u0000b', 'a\ud800b', 'a\nb']) {
      const unfit = [{ code: 'INVALID_INPUT', path: ['idempotencyKey'] }];
      expect((await mutate('recordTouch', touch({}), '', key))['errors']).toMatchObject(unfit);
      expect(await recordTouches([touch({})], key)).toMatchObject({ position: null, errors: unfit, results: [] });
    }
    expect(await api.store.head()).toBe(head);
  });

  it('of many touches all, when they are too many', async () => {
    const inputs = Array.from({ length: 1001 }, () => touch({}));
    const head = await api.store.head();
    expect(await recordTouches(inputs)).toMatchObject({ errors: [{ code: 'INVALID_INPUT', path: ['inputs'] }] });
    expect(await api.store.head()).toBe(head);
    const key = 'x'.repeat(255);
    expect(await recordTouches(inputs.slice(1), key)).toMatchObject({ replayed: false, errors: [] });
    expect(await recordTouches(inputs.slice(1), key)).toMatchObject({ replayed: true, errors: [] });
    expect(Number((await api.store.head()) - head)).toBe(1000);
  });

  it('of many touches those that are wrong, and only those', async () => {
    const inputs = [
      touch({ topic: 'first' }),
      touch({ channel: 'PIGEON' }),
      touch({ occurredAt: '2025-03-09' }),
      touch({ minutes: 1500 }),
      touch({ topic: 'last' }),
    ];
    expect(await recordTouches(inputs)).toMatchObject({
      errors: [],
      results: [
        { errors: [] },
        { position: null, errors: [{ code: 'INVALID_INPUT', path: ['channel'] }] },
        { position: null, errors: [{ code: 'NAIVE_TIMESTAMP', path: ['occurredAt'] }] },
        { position: null, errors: [{ code: 'INVALID_INPUT', path: ['minutes'] }] },
        { errors: [] },
      ],
    });
  });

  it('what is no such input at all, with the path of what is wrong', async () => {
    const query = 'mutation ($input: RecordTouchInput!) { recordTouch(input: $input) { position } }';
    const answer = await api.ask(query, { variables: { input: { relationshipId: 7.5, colour: 'red' } } });
    expect(new Set(codesOf(answer))).toEqual(new Set(['INVALID_INPUT']));
    const paths = answer.errors?.map(({ extensions }) => extensions['path']);
    for (const field of ['relationshipId', 'channel', 'direction', 'intent', 'colour']) {
      expect(paths).toContainEqual(['input', field]);
    }
    expect(paths).not.toContainEqual(['input']);
  });

  it('of a caller who may not record', async () => {
    const query = 'mutation ($input: RecordTouchInput!) { recordTouch(input: $input) { position } }';
    expect(codesOf(await api.ask(query, { variables: { input: touch({}) }, roles: ['reader'] }))).toEqual([
      'FORBIDDEN',
    ]);
  });
});

describe('a touch that is recorded', () => {
  const READ = `query ($id: ID!, $position: Position) { relationship(id: $id, atLeastPosition: $position) {
    id a { displayName } b { displayName } entries(first: 1) { nodes { __typename id ... on Touch { topic } } } touches { count } } }`;

  it('is read by its position at once', async () => {
    const { position } = await mutate('recordTouch', touch({ topic: 'lunch', occurredAt: later(0) }));
    const { data, errors } = await api.ask(READ, { variables: { id: relationshipId, position } });
    expect(errors).toBeUndefined();
    expect(data?.['relationship']).toMatchObject({ id: relationshipId, entries: { nodes: [{ topic: 'lunch' }] } });
  });

  it('is not read by another tenant', async () => {
    expect((await api.ask(READ, { variables: { id: relationshipId }, tenant: 'other' })).data).toEqual({
      relationship: null,
    });
  });

  it('is answered with what it is about', async () => {
    const payload = await mutate('recordTouch', touch({ topic: 'a call' }), 'touch { topic } relationship { id }');
    expect(payload).toMatchObject({ touch: { topic: 'a call' }, relationship: { id: relationshipId } });
  });
});
