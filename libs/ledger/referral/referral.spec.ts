import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import { given, stateAfter, january as day } from '../../event-sourcing/testing/given.js';
import { referralDecider } from '../ledger.js';
import type { MakeReferral } from './referral.inputs.js';
import {
  referralId,
  relationshipId,
  inReturnFor,
  doctor,
  patient,
  clinic,
  others,
  facts,
  made,
  referral,
  retractedReferral,
  report,
  rival,
  without,
} from './testing/given-referral.js';

const parentReferralId = deriveId('ref', 'parent');
const make: MakeReferral = { type: 'MakeReferral', ...facts, occurredAt: day(10) };
const parentOf = (depth: number, ...events: readonly Event[]) => ({
  [parentReferralId]: stateAfter(referralDecider, made({ referralId: parentReferralId, depth }), ...events),
});

describe('making a referral', () => {
  it('says who refers whom to whom, and what for', () => {
    given(referralDecider)
      .when(make, { others })
      .then(event('ReferralMade', { referralId, ...facts, depth: 0 }));
  });

  it('keeps every further fact that is given, and no other', () => {
    const more = { question: 'Is it safe\nto travel?', motive: 'GRATITUDE', inReturnFor, relationshipId } as const;
    given(referralDecider)
      .when({ ...make, ...more, motiveLabel: null, parentReferralId: null }, { others })
      .then(event('ReferralMade', { referralId, ...facts, ...more, depth: 0 }));
  });

  it('looks at the parties, the relationship and the parent that it names', () => {
    const state = stateAfter(referralDecider);
    const following: MakeReferral = { ...make, relationshipId, parentReferralId };
    expect(referralDecider.consults(following, state)).toEqual([
      doctor,
      patient,
      clinic,
      relationshipId,
      parentReferralId,
    ]);
    const outside: MakeReferral = { ...make, subjectRef: 'MRN 4711' };
    expect(referralDecider.consults(outside, state)).toEqual([doctor, clinic]);
  });

  it('takes the reference of an outside system for who is referred', () => {
    given(referralDecider)
      .when({ ...make, subjectRef: 'MRN 4711' }, { others })
      .then(event('ReferralMade', { referralId, ...facts, subjectRef: 'MRN 4711', depth: 0 }));
    given(referralDecider)
      .when({ ...make, subjectRef: 'pty_4711' }, { others })
      .thenRefused('INVALID_INPUT', { path: ['subjectRef'] });
  });

  it.each([
    [{ targetId: doctor }, 'targetId'],
    [{ subjectRef: doctor }, 'subjectRef'],
    [{ subjectRef: clinic }, 'subjectRef'],
  ])('is refused with %j: referrer, subject and target are three', (more, path) => {
    given(referralDecider)
      .when({ ...make, ...more }, { others })
      .thenRefused('SELF_REFERRAL', { path: [path] });
  });

  it.each(['referrerId', 'subjectRef', 'targetId'])('is refused with an unknown party as its %s', (field) => {
    given(referralDecider)
      .when({ ...make, [field]: deriveId('pty', 'nobody') }, { others })
      .thenRefused('PARTY_UNKNOWN', { path: [field] });
  });

  it('is refused in a relationship that was never opened', () => {
    given(referralDecider)
      .when({ ...make, relationshipId: deriveId('rel', 'none') }, { others })
      .thenRefused('RELATIONSHIP_UNKNOWN', { path: ['relationshipId'] });
  });

  it.each([
    [{ motive: 'OTHER' }, 'motiveLabel'],
    [{ motiveLabel: 'habit' }, 'motiveLabel'],
    [{ motive: 'TRUST', inReturnFor }, 'inReturnFor'],
  ] as const)('is refused with %j', (more, path) => {
    given(referralDecider)
      .when({ ...make, ...more }, { others })
      .thenRefused('INVALID_INPUT', { path: [path] });
  });

  it('may follow from another referral, and knows how deep it stands', () => {
    given(referralDecider)
      .when({ ...make, parentReferralId }, { others: { ...others, ...parentOf(31) } })
      .then(event('ReferralMade', { referralId, ...facts, parentReferralId, depth: 32 }));
  });

  it('is refused when it would follow from itself, or from more than 32 others in a row', () => {
    given(referralDecider)
      .when({ ...make, parentReferralId: referralId }, { others })
      .thenRefused('REFERRAL_CYCLE', { path: ['parentReferralId'] });
    given(referralDecider)
      .when({ ...make, parentReferralId }, { others: { ...others, ...parentOf(32) } })
      .thenRefused('REFERRAL_CYCLE', { path: ['parentReferralId'] });
  });

  it('is refused when it would follow from a referral that is unknown or was retracted', () => {
    given(referralDecider)
      .when({ ...make, parentReferralId }, { others })
      .thenRefused('REFERRAL_UNKNOWN', { path: ['parentReferralId'] });
    given(referralDecider)
      .when({ ...make, parentReferralId }, { others: { ...others, ...parentOf(0, retractedReferral) } })
      .thenRefused('STATE_CONFLICT', { path: ['parentReferralId'], current: 'RETRACTED' });
  });
});

describe('a step of a referral', () => {
  it.each([
    ['SENT', 'ReferralSent'],
    ['RECEIVED', 'ReferralReceived'],
    ['ACCEPTED', 'ReferralAccepted'],
    ['SCHEDULED', 'ReferralScheduled'],
    ['NO_SHOW', 'ReferralNoShow'],
    ['SEEN', 'ReferralSeen'],
    ['REPORTED', 'ReferralReported'],
    ['ACKNOWLEDGED', 'ReferralAcknowledged'],
    ['CLOSED', 'LoopClosed'],
    ['CANCELLED', 'ReferralCancelled'],
    ['EXPIRED', 'ReferralExpired'],
  ] as const)('%s is recorded as %s, with what there is to say of it', (step, type) => {
    referral()
      .when(report(step, day(12)))
      .then(event(type, {}));
    referral()
      .when(report(step, day(12), { reason: 'As agreed.', declineReason: null }))
      .then(event(type, { reason: 'As agreed.' }));
  });

  it('DECLINED has a reason from the list', () => {
    referral()
      .when(report('DECLINED', day(12), { declineReason: 'CAPACITY' }))
      .then(event('ReferralDeclined', { declineReason: 'CAPACITY' }));
    const other = { declineReason: 'OTHER', declineReasonLabel: 'closed for works', reason: 'Until May.' } as const;
    referral()
      .when(report('DECLINED', day(12), other))
      .then(event('ReferralDeclined', other));
  });

  it.each([
    ['DECLINED', {}, 'declineReason'],
    ['ACCEPTED', { declineReason: 'CAPACITY' }, 'declineReason'],
    ['DECLINED', { declineReason: 'OTHER' }, 'declineReasonLabel'],
    ['SENT', { declineReasonLabel: 'full' }, 'declineReasonLabel'],
  ] as const)('%s is refused with %j', (step, more, path) => {
    referral()
      .when(report(step, day(12), more))
      .thenRefused('INVALID_INPUT', { path: [path] });
  });

  it('may come late: seen straight after sent, and received reported last', () => {
    const sent = event('ReferralSent', {}, day(11));
    const seen = event('ReferralSeen', {}, day(20));
    referral(sent)
      .when(report('SEEN', day(20)))
      .then(event('ReferralSeen', {}));
    referral(sent, seen)
      .when(report('RECEIVED', day(13)))
      .then(event('ReferralReceived', {}));
  });

  it('that was reported of the same moment is not recorded again', () => {
    referral(event('ReferralSent', {}, day(11)))
      .when(report('SENT', day(11)))
      .thenNothing();
    referral(event('ReferralSent', {}, day(11)))
      .when(report('SENT', day(12)))
      .thenRefused('STATE_CONFLICT', { current: 'SENT' });
  });

  it('is refused when it contradicts what is recorded, which says where the referral stands', () => {
    const cancelled = event('ReferralCancelled', {}, day(15));
    referral(cancelled)
      .when(report('SEEN', day(16)))
      .thenRefused('STATE_CONFLICT', { current: 'CANCELLED' });
    referral(cancelled)
      .when(report('SEEN', day(14)))
      .then(event('ReferralSeen', {}));
    referral(event('ReferralAccepted', {}, day(12)), event('ReferralScheduled', {}, day(13)))
      .when(report('DECLINED', day(14), { declineReason: 'CAPACITY' }))
      .thenRefused('STATE_CONFLICT', { current: 'SCHEDULED' });
  });

  it('may be scheduled again after nobody came', () => {
    referral(event('ReferralScheduled', {}, day(11)), event('ReferralNoShow', {}, day(12)))
      .when(report('SCHEDULED', day(13)))
      .then(event('ReferralScheduled', {}));
  });

  it('is refused before the referral was made, unless the caller says why that is right', () => {
    referral()
      .when(report('SEEN', day(9)))
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['occurredAt'], current: day(10) });
    referral()
      .when(report('SEEN', day(9), { orderReason: 'The note was written afterwards.' }))
      .then(event('ReferralSeen', { orderReason: 'The note was written afterwards.' }));
  });

  it('is refused where no referral was made', () => {
    given(referralDecider)
      .when(report('SENT', day(11)))
      .thenRefused('REFERRAL_UNKNOWN', { path: ['referralId'] });
  });
});

describe('a referral of somebody who was erased', () => {
  const amount = { amountMinor: 1, currency: 'USD' };
  it.each([
    { type: 'RecordReferralStep' as const, step: 'SEEN' as const },
    { type: 'LeakReferral' as const, reason: 'x' },
    { type: 'RedirectReferral' as const, toTargetId: rival, reason: 'x' },
    { type: 'ReassignReferralSource' as const, from: doctor, to: rival, reason: 'x' },
    { type: 'DeclareSource' as const, point: 'INTAKE', answer: 'WEB' },
    { type: 'RealizeValue' as const, amount, kind: 'PAYMENT' as const },
  ])('takes no $type, whichever of the three it is', (command) => {
    const asked = { ...command, referralId };
    expect(referralDecider.consults(asked, stateAfter(referralDecider, made()))).toEqual(
      expect.arrayContaining([doctor, patient, clinic]),
    );
    for (const gone of [doctor, patient, clinic]) {
      referral()
        .when(asked, { others: without(gone) })
        .thenRefused('PARTY_ERASED', { path: ['referralId'] });
    }
  });

  it.each([['CANCELLED', 'ReferralCancelled'] as const, ['EXPIRED', 'ReferralExpired'] as const])(
    'can be given up: %s',
    (step, type) => {
      referral()
        .when(report(step, day(12)), { others: without(patient) })
        .then(event(type, {}));
    },
  );
});
