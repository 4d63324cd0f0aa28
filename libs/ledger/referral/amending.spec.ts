import { describe, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { eventId, given, january as day } from '../../event-sourcing/testing/given.js';
import { referralDecider } from '../ledger.js';
import type { CorrectReferral, ReferralReplacement } from './referral.inputs.js';
import {
  referralId,
  relationshipId,
  inReturnFor,
  doctor,
  rival,
  others,
  facts,
  made,
  referral,
  retractedReferral,
  report,
} from './testing/given-referral.js';

describe('retracting what was recorded of a referral', () => {
  const retract = { type: 'RetractReferralStep' as const, referralId, eventId: eventId(1), reason: 'Wrong chart.' };
  const retracted = event('ReferralStepRetracted', { targetEventId: eventId(1), reason: 'Wrong chart.' });

  it.each<Event>([
    event('ReferralSeen', {}, day(12)),
    event('ReferralDeclined', { declineReason: 'CAPACITY' }, day(12)),
    event('ReferralLeaked', { reason: 'Nearer home.' }, day(12)),
    event('ReferralSourceReassigned', { from: doctor, to: rival, reason: 'x' }, day(12)),
    event('SourceDeclared', { point: 'intake', answer: 'WEB' }, day(12)),
    event('ValueRealized', { amountMinor: 1, currency: 'USD', kind: 'PAYMENT' }, day(12)),
  ])('takes back $type, once', (fact) => {
    referral(fact).when(retract).then(retracted);
    referral(fact, retracted)
      .when(retract)
      .thenRefused('STATE_CONFLICT', { path: ['eventId'], current: 'RETRACTED' });
  });

  it('leaves the referral as if the step had never been recorded', () => {
    referral(event('ReferralCancelled', {}, day(12)), retracted)
      .when(report('SEEN', day(16)))
      .then(event('ReferralSeen', {}));
    referral(event('ReferralSourceReassigned', { from: doctor, to: rival, reason: 'x' }, day(12)), retracted)
      .when(
        {
          type: 'ReassignReferralSource' as const,
          referralId,
          from: doctor,
          to: rival,
          reason: 'y',
          occurredAt: day(16),
        },
        { others },
      )
      .then(event('ReferralSourceReassigned', { from: doctor, to: rival, reason: 'y' }));
  });

  it('is refused for anything else: the referral itself is retracted otherwise', () => {
    referral()
      .when(retract)
      .thenRefused('ENTRY_UNKNOWN', { path: ['eventId'] });
    referral()
      .when({ ...retract, eventId: eventId(0) })
      .thenRefused('ENTRY_UNKNOWN', { path: ['eventId'] });
  });

  it('of the whole is final: nothing more is recorded of it', () => {
    const reason = 'Never was.';
    const whole = { type: 'RetractReferral' as const, referralId, reason };
    referral(event('ReferralSeen', {}, day(12)))
      .when(whole)
      .then(retractedReferral);
    for (const command of [whole, { ...retract, eventId: eventId(1) }, report('SENT', day(11)), correct({})]) {
      referral(event('ReferralSeen', {}, day(12)), retractedReferral)
        .when(command)
        .thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    }
  });
});

type Nulled<T> = { readonly [Field in keyof T]?: T[Field] | null };
function correct(replacement: Nulled<ReferralReplacement>, more: Partial<CorrectReferral> = {}): CorrectReferral {
  const wanted = replacement as ReferralReplacement;
  return { type: 'CorrectReferral', referralId, reason: 'Misread.', replacement: wanted, ...more };
}

describe('correcting a referral', () => {
  const before = { ...facts, occurredAt: day(10) };
  const corrected = (replacement: object, more: object = {}) =>
    event('ReferralCorrected', { targetEventId: eventId(0), reason: 'Misread.', replacement, ...more });

  it('says the complete facts after it, and which event it corrects', () => {
    referral()
      .when(correct({ serviceLine: 'nephrology', targetId: rival, relationshipId }), { others })
      .then(corrected({ ...before, serviceLine: 'nephrology', targetId: rival, relationshipId }));
  });

  it('takes away what is said to be null, and changes nothing when everything is so already', () => {
    given(referralDecider, made({ question: 'Why?' }))
      .when(correct({ question: null }))
      .then(corrected(before));
    referral()
      .when(correct({ serviceLine: 'cardiology' }))
      .thenNothing();
  });

  it.each(['referrerId', 'subjectRef', 'targetId', 'serviceLine', 'urgency', 'motive', 'occurredAt'] as const)(
    'never takes away the %s',
    (fact) => {
      referral()
        .when(correct({ [fact]: null }))
        .thenRefused('INVALID_INPUT', { path: ['replacement', fact] });
    },
  );

  it('happens once', () => {
    const once = corrected({ ...before, serviceLine: 'nephrology' });
    referral(once)
      .when(correct({ serviceLine: 'oncology' }))
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
    referral(once)
      .when(correct({ serviceLine: 'nephrology' }))
      .thenNothing();
  });

  it('is refused where the referral as corrected could not have been made', () => {
    const wrong = (replacement: ReferralReplacement) => referral().when(correct(replacement), { others });
    wrong({ targetId: doctor }).thenRefused('SELF_REFERRAL', { path: ['replacement', 'targetId'] });
    wrong({ motive: 'OTHER' }).thenRefused('INVALID_INPUT', { path: ['replacement', 'motiveLabel'] });
    wrong({ inReturnFor }).thenRefused('INVALID_INPUT', { path: ['replacement', 'inReturnFor'] });
    wrong({ targetId: deriveId('pty', 'nobody') }).thenRefused('PARTY_UNKNOWN', { path: ['replacement', 'targetId'] });
    wrong({ relationshipId: deriveId('rel', 'none') }).thenRefused('RELATIONSHIP_UNKNOWN', {
      path: ['replacement', 'relationshipId'],
    });
    wrong({ occurredAt: '2027-01-01T00:00:00.000Z' as Instant }).thenRefused('TIME_IN_FUTURE', {
      path: ['replacement', 'occurredAt'],
    });
  });

  it('does not move it behind one of its steps, unless the caller says why', () => {
    const seen = event('ReferralSeen', {}, day(12));
    referral(seen)
      .when(correct({ occurredAt: day(12) }))
      .then(corrected({ ...before, occurredAt: day(12) }));
    referral(seen)
      .when(correct({ occurredAt: day(13) }))
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['replacement', 'occurredAt'], current: day(12) });
    referral(seen)
      .when(correct({ occurredAt: day(13) }, { orderReason: 'Written down later.' }))
      .then(corrected({ ...before, occurredAt: day(13) }, { orderReason: 'Written down later.' }));
  });
});
