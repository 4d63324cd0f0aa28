import { describe, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { eventId, given, january as day } from '../../event-sourcing/testing/given.js';
import { referralDecider } from '../ledger.js';
import type { CorrectReferral, CorrectReferralStep, ReferralReplacement } from './referral.inputs.js';
import type { ReferralStepReplacement } from './step-replacement.inputs.js';
import {
  referralId,
  relationshipId,
  inReturnFor,
  doctor,
  patient,
  clinic,
  rival,
  others,
  facts,
  made,
  referral,
  retractedReferral,
  report,
  without,
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

describe('correcting what was recorded of a referral', () => {
  const correctStep = (replacement: Nulled<ReferralStepReplacement>, of = 1): CorrectReferralStep => ({
    ...{ type: 'CorrectReferralStep', referralId, eventId: eventId(of), reason: 'Misheard.' },
    replacement: replacement,
  });
  const corrected = (replacement: object, of = 1) =>
    event('ReferralStepCorrected', { targetEventId: eventId(of), reason: 'Misheard.', replacement });
  const seen = event('ReferralSeen', { reason: 'Well received.' }, day(12));
  const declined = event('ReferralDeclined', { declineReason: 'CAPACITY' }, day(12));
  const leaked = event('ReferralLeaked', { toPartyId: rival, reason: 'Nearer home.' }, day(12));
  const toRival = event('ReferralSourceReassigned', { from: doctor, to: rival, reason: 'x' }, day(12));
  const declared = event('SourceDeclared', { point: 'intake', answer: 'WEB', partyId: rival }, day(12));
  const value = event('ValueRealized', { amountMinor: 1, currency: 'USD', kind: 'PAYMENT' }, day(12));

  it.each<[Event, Nulled<ReferralStepReplacement>, object]>([
    [seen, { occurredAt: day(13) }, { reason: 'Well received.', occurredAt: day(13) }],
    [seen, { reason: null }, { occurredAt: day(12) }],
    [declined, { declineReason: 'INSURANCE' }, { declineReason: 'INSURANCE', occurredAt: day(12) }],
    [
      declined,
      { declineReason: 'OTHER', declineReasonLabel: 'no beds' },
      { declineReason: 'OTHER', declineReasonLabel: 'no beds', occurredAt: day(12) },
    ],
    [leaked, { toPartyId: patient }, { toPartyId: patient, reason: 'Nearer home.', occurredAt: day(12) }],
    [leaked, { toPartyId: null }, { reason: 'Nearer home.', occurredAt: day(12) }],
    [toRival, { reason: 'He said so.' }, { from: doctor, to: rival, reason: 'He said so.', occurredAt: day(12) }],
    [declared, { answer: 'FRIEND', partyId: null }, { point: 'intake', answer: 'FRIEND', occurredAt: day(12) }],
    [declared, { occurredAt: day(2) }, { point: 'intake', answer: 'WEB', partyId: rival, occurredAt: day(2) }],
    [
      value,
      { amount: { amountMinor: 5, currency: 'EUR' }, kind: 'SAVING' },
      { amountMinor: 5, currency: 'EUR', kind: 'SAVING', occurredAt: day(12) },
    ],
  ])('says the complete facts after it: %j with %j', (fact, replacement, facts) => {
    referral(fact).when(correctStep(replacement), { others }).then(corrected(facts));
    referral(fact, corrected(facts)).when(correctStep(replacement), { others }).thenNothing();
  });

  it('of a redirect leaves the child as it was made', () => {
    const childReferralId = deriveId('ref', 'child');
    const redirect = { childReferralId, toTargetId: rival, reason: 'No capacity.' };
    const child = { ...facts, targetId: rival, referralId: childReferralId, depth: 1 };
    const redirected = event('ReferralRedirected', { ...redirect, child }, day(12));
    referral(redirected)
      .when(correctStep({ reason: 'No beds.' }))
      .then(corrected({ ...redirect, reason: 'No beds.', occurredAt: day(12) }));
  });

  it('happens once, also to a step that is retracted in the end', () => {
    const once = corrected({ occurredAt: day(13) });
    referral(seen, once)
      .when(correctStep({ occurredAt: day(14) }))
      .thenRefused('STATE_CONFLICT', { current: 'CORRECTED' });
    referral(seen, once)
      .when({ type: 'RetractReferralStep' as const, referralId, eventId: eventId(1), reason: 'Never.' })
      .then(event('ReferralStepRetracted', { targetEventId: eventId(1), reason: 'Never.' }));
    referral(seen, event('ReferralStepRetracted', { targetEventId: eventId(1), reason: 'x' }))
      .when(correctStep({ occurredAt: day(14) }))
      .thenRefused('STATE_CONFLICT', { path: ['eventId'], current: 'RETRACTED' });
    referral()
      .when(correctStep({}, 0))
      .thenRefused('ENTRY_UNKNOWN', { path: ['eventId'] });
  });

  it('takes only what the entry says, and nothing away that it cannot be without', () => {
    const refused = (fact: Event, replacement: Nulled<ReferralStepReplacement>, field: string) =>
      referral(fact)
        .when(correctStep(replacement), { others })
        .thenRefused('INVALID_INPUT', { path: ['replacement', field] });
    refused(seen, { declineReason: 'CAPACITY' }, 'declineReason');
    refused(seen, { occurredAt: null }, 'occurredAt');
    refused(declined, { declineReason: null }, 'declineReason');
    refused(declined, { declineReason: 'OTHER' }, 'declineReasonLabel');
    refused(leaked, { reason: null }, 'reason');
    refused(leaked, { toPartyId: clinic }, 'toPartyId');
    refused(toRival, { to: null }, 'to');
    refused(toRival, { to: doctor }, 'to');
    refused(declared, { orderReason: 'x' }, 'orderReason');
    refused(value, { amount: null }, 'amount');
    refused(value, { kindLabel: 'x' }, 'kindLabel');
  });

  it('names only parties that are known and may be named', () => {
    const refused = (fact: Event, replacement: ReferralStepReplacement, code: string, world = others) =>
      referral(fact)
        .when(correctStep(replacement), { others: world })
        .thenRefused(code, { path: ['replacement', Object.keys(replacement)[0]!] });
    const nobody = deriveId('pty', 'nobody');
    refused(leaked, { toPartyId: nobody }, 'PARTY_UNKNOWN');
    refused(declared, { partyId: nobody }, 'PARTY_UNKNOWN');
    refused(toRival, { to: nobody }, 'PARTY_UNKNOWN');
    refused(toRival, { to: patient }, 'SELF_REFERRAL');
    refused(leaked, { toPartyId: patient }, 'PARTY_ERASED', without(patient));
  });

  it('moves a step only to where it contradicts no other', () => {
    const at = { path: ['replacement', 'occurredAt'] };
    const cancelled = event('ReferralCancelled', {}, day(14));
    referral(seen, cancelled)
      .when(correctStep({ occurredAt: day(15) }))
      .thenRefused('STATE_CONFLICT', { ...at, current: 'CANCELLED' });
    referral(seen, cancelled)
      .when(correctStep({ occurredAt: day(11) }, 2))
      .thenRefused('STATE_CONFLICT', { ...at, current: 'SEEN' });
    // Of two at one moment the one that was recorded first came first, corrected or not.
    referral(seen, cancelled)
      .when(correctStep({ occurredAt: day(14) }))
      .then(corrected({ reason: 'Well received.', occurredAt: day(14) }));
    referral(cancelled, seen)
      .when(correctStep({ occurredAt: day(14) }, 2))
      .thenRefused('STATE_CONFLICT', { ...at, current: 'CANCELLED' });
    referral(seen)
      .when(correctStep({ occurredAt: '2027-01-01T00:00:00.000Z' as Instant }))
      .thenRefused('TIME_IN_FUTURE', at);
  });

  it('judges its place before the referral again', () => {
    const at = { path: ['replacement', 'occurredAt'], current: day(10) };
    const early = { occurredAt: day(9), orderReason: 'The form came later.' };
    referral(seen)
      .when(correctStep({ occurredAt: day(9) }))
      .thenRefused('ORDER_IMPLAUSIBLE', at);
    referral(seen)
      .when(correctStep(early))
      .then(corrected({ reason: 'Well received.', ...early }));
    const reasoned = event('ReferralSeen', { orderReason: 'Told late.' }, day(9));
    referral(reasoned)
      .when(correctStep({ orderReason: null }))
      .thenRefused('ORDER_IMPLAUSIBLE', at);
    referral(reasoned)
      .when(correctStep({ occurredAt: day(8) }))
      .then(corrected({ orderReason: 'Told late.', occurredAt: day(8) }));
  });

  it('of a source says who was credited before, at the time it moves to', () => {
    const backToDoctor = event('ReferralSourceReassigned', { from: rival, to: doctor, reason: 'y' }, day(15));
    referral(toRival, backToDoctor)
      .when(correctStep({ occurredAt: day(16) }))
      .then(corrected({ from: doctor, to: rival, reason: 'x', occurredAt: day(16) }));
    referral(toRival, backToDoctor)
      .when(correctStep({ occurredAt: day(9), orderReason: 'z' }, 2), { others })
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'to'] });
    referral(toRival, backToDoctor)
      .when(correctStep({ occurredAt: day(13) }, 2))
      .then(corrected({ from: rival, to: doctor, reason: 'y', occurredAt: day(13) }, 2));
  });

  it('lets what follows be judged by the corrected time', () => {
    const moved = corrected({ occurredAt: day(18) });
    referral(event('ReferralCancelled', {}, day(12)), moved)
      .when(report('SEEN', day(16)))
      .then(event('ReferralSeen', {}));
    referral(event('ReferralCancelled', {}, day(12)), moved)
      .when(report('SEEN', day(19)))
      .thenRefused('STATE_CONFLICT', { current: 'CANCELLED' });
  });
});
