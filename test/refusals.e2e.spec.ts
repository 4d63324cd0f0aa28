import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../apps/api/testing/test-api.js';
import { deriveId, type IdPrefix } from '../libs/event-sourcing/id.js';
import { REFUSAL_CODES, type RefusalCode } from '../libs/event-sourcing/refusal-codes.js';

const SINCE = '2026-01-05T09:00:00Z';
const nobody = (prefix: IdPrefix): string => deriveId(prefix, 'nobody');

/** What was told before: names to ids. */
type Known = Readonly<Record<'ours' | 'ann' | 'bob' | 'gone' | 'tie' | 'promise' | 'referral' | 'campaign', string>>;
type Refused = (known: Known) => readonly [mutation: string, input: object];

const touch = (tie: string, more: object = {}): object => ({
  ...{ relationshipId: tie, channel: 'SMS', direction: 'OUTBOUND', intent: 'SELL', occurredAt: SINCE },
  ...more,
});
const referral = ({ ann, ours }: Known, more: object = {}): object => ({
  ...{ referrerId: ann, targetId: ours, subjectRef: 'case-1', serviceLine: 'imaging', occurredAt: SINCE },
  ...more,
});

/** One way to every refusal, but that of others who are faster: it takes others. */
const REFUSALS: { readonly [Code in Exclude<RefusalCode, 'CONCURRENT_CHANGE'>]: Refused } = {
  INVALID_INPUT: ({ tie }) => ['recordTouch', touch(tie, { minutes: 1500 })],
  NAIVE_TIMESTAMP: ({ tie }) => ['recordTouch', touch(tie, { occurredAt: '2025-03-09T02:30' })],
  TIME_IN_FUTURE: ({ tie }) => ['recordTouch', touch(tie, { occurredAt: '2100-01-01T00:00:00Z' })],
  ORDER_IMPLAUSIBLE: ({ referral }) => [
    'recordReferralStep',
    { referralId: referral, step: 'SEEN', occurredAt: '2024-12-01T00:00:00Z' },
  ],
  IDEMPOTENCY_CONFLICT: () => ['registerParty', { kind: 'PERSON', displayName: 'Another' }],
  STATE_CONFLICT: ({ ours, ann }) => ['openRelationship', { a: ours, b: ann, kind: 'CARE', occurredAt: SINCE }],
  PARTY_UNKNOWN: ({ ours }) => ['openRelationship', { a: ours, b: nobody('pty'), kind: 'CARE' }],
  CONTACT_POINT_UNKNOWN: ({ ann }) => ['verifyContactPoint', { partyId: ann, contactPointId: nobody('cpt') }],
  AFFILIATION_UNKNOWN: ({ ann }) => ['endAffiliation', { partyId: ann, affiliationId: nobody('aff') }],
  RELATIONSHIP_UNKNOWN: () => ['recordTouch', touch(nobody('rel'))],
  TOUCH_UNKNOWN: ({ tie }) => ['retractTouch', { relationshipId: tie, touchId: nobody('tch'), reason: 'x' }],
  TRUST_ACTION_UNKNOWN: ({ tie }) => [
    'retractTrustAction',
    { relationshipId: tie, actionId: nobody('act'), reason: 'x' },
  ],
  TRUST_REQUEST_UNKNOWN: ({ tie }) => [
    'retractTrustRequest',
    { relationshipId: tie, requestId: nobody('ask'), reason: 'x' },
  ],
  COMMITMENT_UNKNOWN: ({ tie }) => ['keepCommitment', { relationshipId: tie, commitmentId: nobody('cmt') }],
  FEEDBACK_REQUEST_UNKNOWN: ({ tie, ann }) => [
    'receiveFeedback',
    { relationshipId: tie, by: ann, kind: 'PRAISE', requestId: nobody('fbr') },
  ],
  FEEDBACK_UNKNOWN: ({ tie }) => ['acknowledgeFeedback', { relationshipId: tie, feedbackId: nobody('fbk') }],
  ENTRY_UNKNOWN: ({ referral }) => [
    'retractReferralStep',
    { referralId: referral, eventId: nobody('evt'), reason: 'x' },
  ],
  NEED_UNKNOWN: ({ ann }) => ['meetNeed', { partyId: ann, needId: nobody('ned') }],
  REFERRAL_UNKNOWN: () => ['recordReferralStep', { referralId: nobody('ref'), step: 'SENT' }],
  CAMPAIGN_UNKNOWN: () => ['launchCampaign', { campaignId: nobody('cmp') }],
  DEFINITION_UNKNOWN: () => ['activateMetricDefinition', { metric: 'relationship-health', version: 99 }],
  DEFINITION_INVALID: () => [
    'publishMetricDefinition',
    { metric: 'relationship-health', body: 'bands: 3', reason: 'x' },
  ],
  SCORE_OUT_OF_SCALE: ({ tie, ann }) => ['receiveFeedback', { relationshipId: tie, by: ann, kind: 'NPS', score: 11 }],
  SELF_REFERRAL: (known) => ['makeReferral', referral(known, { targetId: known.ann })],
  REFERRAL_CYCLE: (known) => ['makeReferral', referral(known, { parentReferralId: known.referral })],
  CONSENT_MISSING: ({ tie, campaign }) => ['recordTouch', touch(tie, { campaignId: campaign })],
  MERGE_INVALID: ({ ann }) => ['mergeParties', { survivorId: ann, absorbedId: ann, evidence: 'x' }],
  PARTY_ERASED: ({ gone }) => ['recordPreference', { partyId: gone, topic: 'x', value: 'y' }],
};

describe('every refusal, over GraphQL', () => {
  let api: TestApi;
  let known: Known;
  beforeAll(async () => {
    api = await testApi();
    const told = async (mutation: string, input: object, key?: string): Promise<void> => {
      const { errors } = await tell(mutation, input, key);
      expect(errors).toEqual([]);
    };
    const id = (prefix: IdPrefix, key: string): string => deriveId(prefix, TENANT, key);
    for (const key of ['ours', 'ann', 'bob', 'gone']) {
      await told('registerParty', { kind: 'PERSON', displayName: key, occurredAt: SINCE }, key);
    }
    const [ours, ann, bob, gone] = ['ours', 'ann', 'bob', 'gone'].map((key) => id('pty', key)) as [
      string,
      string,
      string,
      string,
    ];
    await told('requestErasure', { partyId: gone });
    await told('erasePerson', { partyId: gone });
    await told('openRelationship', { a: ours, b: ann, kind: 'CARE', occurredAt: SINCE }, 'tie');
    const tie = id('rel', 'tie');
    const promised = { relationshipId: tie, owedBy: ours, owedTo: ann, text: 'x', dueAt: '2026-02-01T00:00:00Z' };
    await told('makeCommitment', { ...promised, occurredAt: SINCE }, 'promise');
    const window = { from: SINCE, to: '2026-03-01T00:00:00Z' };
    const planned = { name: 'x', audiences: [{ name: 'all' }], channels: ['SMS'], window };
    await told(
      'planCampaign',
      { ...planned, budget: { amountMinor: 1, currency: 'USD' }, occurredAt: SINCE },
      'campaign',
    );
    // As long a chain as there may be: nobody can follow from the last.
    let parentReferralId: string | undefined;
    for (let depth = 0; depth <= 32; depth++) {
      const made = { referrerId: ann, targetId: ours, subjectRef: 'case-1', serviceLine: 'imaging', occurredAt: SINCE };
      await told('makeReferral', { ...made, parentReferralId }, `referral-${String(depth)}`);
      parentReferralId = id('ref', `referral-${String(depth)}`);
    }
    const ids = { promise: id('cmt', 'promise'), campaign: id('cmp', 'campaign'), referral: parentReferralId! };
    known = { ours, ann, bob, gone, tie, ...ids };
  }, 60_000);
  afterAll(() => api.stop());

  const TENANT = 'demo';
  async function tell(mutation: string, input: object, key?: string) {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
    const query = `mutation ($input: ${type}, $key: String) {
      told: ${mutation}(input: $input, idempotencyKey: $key) { position errors { code message path } }
    }`;
    const { data, errors } = await api.ask(query, { variables: { input, key } });
    expect(errors).toBeUndefined();
    return (data as { told: { position: string | null; errors: { code: string; message: string }[] } }).told;
  }

  it('has a way to each but the one that others bring about', () => {
    const codes = Object.keys(REFUSAL_CODES).filter((code) => code !== 'CONCURRENT_CHANGE');
    expect(Object.keys(REFUSALS).sort()).toEqual(codes.sort());
  });

  it.each(Object.entries(REFUSALS))('%s sits in the payload, says why, and changes nothing', async (code, refused) => {
    const before = await api.store.head();
    const [mutation, input] = refused(known);
    const { position, errors } = await tell(mutation, input, code === 'IDEMPOTENCY_CONFLICT' ? 'ann' : undefined);
    expect([position, errors.map((error) => error.code)]).toEqual([null, [code]]);
    expect(errors[0]!.message).not.toBe('');
    expect(await api.store.head()).toBe(before);
  });
});
