import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '../apps/api/import/reports.js';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { deriveId } from '../libs/event-sourcing/id.js';
import { projections } from '../libs/read-models/read-models.js';

const SINCE = '2026-01-01T00:00:00Z';
const at = (day: number): string => `2026-02-${String(day).padStart(2, '0')}T09:00:00Z`;
const ERRORS = `errors { code path ... on StateConflict { current } ... on InvalidInput { allowed } }`;

interface Outcome {
  readonly position: string | null;
  readonly replayed: boolean;
  readonly errors: readonly { readonly code: string; readonly path: readonly string[] | null }[];
  readonly referral: { readonly id: string } & Readonly<Record<string, unknown>>;
}

describe('a referral from its making to its end', () => {
  let api: TestApi;
  let doctor: string;
  let patient: string;
  let clinic: string;
  let hospital: string;
  beforeAll(async () => {
    api = await testApi(projections);
    [doctor, patient, clinic, hospital] = (await Promise.all(
      ['Doctor', 'Patient', 'Clinic', 'Hospital'].map(register),
    )) as [string, string, string, string];
  });
  afterAll(() => api.stop());

  async function register(displayName: string): Promise<string> {
    const query = `mutation ($input: RegisterPartyInput!) { registerParty(input: $input) { party { id } } }`;
    const input = { kind: 'PERSON', displayName, occurredAt: SINCE };
    const { data } = await api.ask(query, { variables: { input } });
    return (data?.['registerParty'] as { party: { id: string } }).party.id;
  }

  async function mutate(name: string, input: object, selection = 'id status', key?: string): Promise<Outcome> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!, $key: String) { ${name}(input: $input, idempotencyKey: $key) {
      position replayed ${ERRORS} referral { ${selection} } } }`;
    const { data, errors } = await api.ask(query, { variables: { input, key } });
    if (errors) throw new Error(JSON.stringify(errors));
    return data?.[name] as Outcome;
  }
  const facts = () => ({
    referrerId: doctor,
    subjectRef: patient,
    targetId: clinic,
    serviceLine: 'cardiology',
    occurredAt: at(1),
  });
  const make = async (more: object = {}): Promise<string> =>
    (await mutate('makeReferral', { ...facts(), ...more })).referral.id;
  const step = (referralId: string, step: string, more: object = {}) =>
    mutate('recordReferralStep', { referralId, step, ...more }, 'id status steps { step inferred at eventId }');

  it('is shown as it stands in the answer to each of its commands', async () => {
    const id = await make();
    expect(await step(id, 'SENT', { occurredAt: at(2) })).toMatchObject({ errors: [], referral: { status: 'SENT' } });
    const seen = await step(id, 'SEEN', { occurredAt: at(9) });
    expect(seen.referral['steps']).toMatchObject([
      { step: 'SENT', inferred: false },
      { step: 'RECEIVED', inferred: true, at: null },
      { step: 'ACCEPTED', inferred: true },
      { step: 'SCHEDULED', inferred: true },
      { step: 'SEEN', inferred: false, at: '2026-02-09T09:00:00.000Z' },
    ]);
    const cancelled = await step(id, 'CANCELLED', { occurredAt: at(10) });
    const steps = cancelled.referral['steps'] as { step: string; eventId: string }[];
    expect(await step(id, 'REPORTED', { occurredAt: at(11) })).toMatchObject({
      errors: [{ code: 'STATE_CONFLICT', current: 'CANCELLED' }],
      referral: null,
    });
    const eventId = steps.find((one) => one.step === 'CANCELLED')!.eventId;
    const retract = { referralId: id, eventId, reason: 'Another patient.' };
    expect(await mutate('retractReferralStep', retract)).toMatchObject({ errors: [], referral: { status: 'SEEN' } });
    expect(await step(id, 'REPORTED', { occurredAt: at(11) })).toMatchObject({ referral: { status: 'REPORTED' } });

    const correct = {
      referralId: id,
      eventId: (seen.referral['steps'] as { step: string; eventId: string }[]).find((one) => one.step === 'SEEN')!
        .eventId,
      reason: 'The other column.',
    };
    const corrected = await mutate(
      'correctReferralStep',
      { ...correct, replacement: { occurredAt: at(8) } },
      'steps { step at amendments { kind reason } }',
    );
    expect(corrected.referral['steps']).toContainEqual({
      step: 'SEEN',
      at: '2026-02-08T09:00:00.000Z',
      amendments: [{ kind: 'CORRECTED', reason: 'The other column.' }],
    });
    expect(await mutate('correctReferralStep', { ...correct, replacement: { occurredAt: at(7) } }, 'id')).toMatchObject(
      { errors: [{ code: 'STATE_CONFLICT', current: 'CORRECTED' }] },
    );
  });

  it.each<[what: string, mutation: string, input: () => object | Promise<object>, error: object]>([
    ['its target is the referrer', 'makeReferral', () => ({ ...facts(), targetId: doctor }), { code: 'SELF_REFERRAL' }],
    [
      'nobody knows its target',
      'makeReferral',
      () => ({ ...facts(), targetId: deriveId('pty', 'x') }),
      { code: 'PARTY_UNKNOWN' },
    ],
    [
      'it follows from one that is unknown',
      'makeReferral',
      () => ({ ...facts(), parentReferralId: deriveId('ref', 'x') }),
      { code: 'REFERRAL_UNKNOWN', path: ['parentReferralId'] },
    ],
    [
      'the person was seen 400 days before',
      'recordReferralStep',
      async () => ({ referralId: await make(), step: 'SEEN', occurredAt: '2024-12-28T09:00:00Z' }),
      { code: 'ORDER_IMPLAUSIBLE' },
    ],
    [
      'it is declined without a reason',
      'recordReferralStep',
      async () => ({ referralId: await make(), step: 'DECLINED' }),
      { code: 'INVALID_INPUT', path: ['declineReason'] },
    ],
    [
      'its value is negative',
      'realizeValue',
      async () => ({ referralId: await make(), kind: 'PAYMENT', amount: { amountMinor: -1, currency: 'USD' } }),
      { code: 'INVALID_INPUT', path: ['amount', 'amountMinor'] },
    ],
    [
      'there is no such currency',
      'realizeValue',
      async () => ({ referralId: await make(), kind: 'PAYMENT', amount: { amountMinor: 1, currency: 'XXX' } }),
      { code: 'INVALID_INPUT', path: ['amount', 'currency'] },
    ],
    [
      'what is retracted was never recorded',
      'retractReferralStep',
      async () => ({ referralId: await make(), eventId: deriveId('evt', 'x'), reason: 'x' }),
      { code: 'ENTRY_UNKNOWN' },
    ],
  ])('refuses what cannot be: %s', async (_, mutation, input, error) => {
    expect(await mutate(mutation, await input())).toMatchObject({ position: null, errors: [error], referral: null });
  });

  it('refuses a referral that would follow from itself, or be the 34th in a row', async () => {
    const parentReferralId = deriveId('ref', 'demo', 'its own parent');
    expect(await mutate('makeReferral', { ...facts(), parentReferralId }, 'id', 'its own parent')).toMatchObject({
      errors: [{ code: 'REFERRAL_CYCLE' }],
    });
    let last = await make();
    for (let depth = 1; depth <= 32; depth++) last = await make({ parentReferralId: last });
    expect(await mutate('makeReferral', { ...facts(), parentReferralId: last })).toMatchObject({
      errors: [{ code: 'REFERRAL_CYCLE', path: ['parentReferralId'] }],
    });
  });

  it('goes on as a child when it is redirected: read at the position of the answer, the child is there', async () => {
    const referralId = await make();
    const input = { referralId, toTargetId: hospital, reason: 'No capacity.', occurredAt: at(3) };
    const selection = 'id status redirectedTo { id status target { id } parent { id } depth } children { id }';
    const redirected = await mutate('redirectReferral', input, selection, 'redirect');
    const child = deriveId('ref', 'demo', 'redirect');
    expect(redirected.referral).toMatchObject({
      status: 'REDIRECTED',
      redirectedTo: { id: child, status: 'DRAFTED', target: { id: hospital }, parent: { id: referralId }, depth: 1 },
      children: [{ id: child }],
    });
    expect(await mutate('redirectReferral', input, selection, 'redirect')).toMatchObject({
      replayed: true,
      position: redirected.position,
    });
  });

  it('is imported line by line, and so is what a redirect brings about', async () => {
    const lines = [
      { type: 'MakeReferral', idempotencyKey: 'crm:1', input: { ...facts(), subjectRef: 'case 1' } },
      {
        type: 'RedirectReferral',
        idempotencyKey: 'crm:1 again',
        input: { referralId: 'ref:crm:1', toTargetId: hospital, reason: 'Full.', occurredAt: at(2) },
      },
      {
        type: 'RecordReferralStep',
        idempotencyKey: 'crm:2',
        input: { referralId: 'ref:crm:1 again', step: 'SEEN', occurredAt: at(5) },
      },
      {
        type: 'RecordReferralStep',
        idempotencyKey: 'crm:3',
        input: { referralId: 'ref:crm:1', step: 'SEEN', occurredAt: at(5) },
      },
    ];
    const response = await fetch(`${api.url}/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${await api.token()}` },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    const reports = (await response.text()).trim().split('\n');
    expect(reports.map((line) => JSON.parse(line) as Report)).toMatchObject([
      { line: 4, code: 'STATE_CONFLICT' },
      { read: 4, recorded: 3, rejected: 1, done: true },
    ]);
  });
});
