import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type ReferralId } from '../../event-sourcing/id.js';
import { contextOf, eventId, given, NOW, january as day } from '../../event-sourcing/testing/given.js';
import { referralDecider } from '../ledger.js';
import type {
  DeclareSource,
  LeakReferral,
  RealizeValue,
  ReassignReferralSource,
  RedirectReferral,
} from './referral.inputs.js';
import {
  referralId,
  inReturnFor,
  doctor,
  patient,
  clinic,
  rival,
  others,
  facts,
  made,
  referral,
} from './testing/given-referral.js';

describe('a leak', () => {
  const leak: LeakReferral = { type: 'LeakReferral', referralId, reason: 'Nearer home.', occurredAt: day(15) };

  it('says where the person went, when it is known', () => {
    referral()
      .when(leak)
      .then(event('ReferralLeaked', { reason: 'Nearer home.' }));
    referral()
      .when({ ...leak, toPartyId: rival }, { others })
      .then(event('ReferralLeaked', { toPartyId: rival, reason: 'Nearer home.' }));
    referral()
      .when({ ...leak, toPartyId: rival })
      .thenRefused('PARTY_UNKNOWN', { path: ['toPartyId'] });
    referral()
      .when({ ...leak, toPartyId: clinic }, { others })
      .thenRefused('INVALID_INPUT', { path: ['toPartyId'] });
  });

  it('is an end like any other', () => {
    referral(event('ReferralExpired', {}, day(12)))
      .when(leak)
      .thenRefused('STATE_CONFLICT', { current: 'EXPIRED' });
    referral()
      .when({ ...leak, occurredAt: day(9) })
      .thenRefused('ORDER_IMPLAUSIBLE');
  });
});

describe('redirecting a referral', () => {
  const parent = deriveId('ref', 'the first');
  const childReferralId: ReferralId = contextOf(NOW).id('ref');
  const redirect: RedirectReferral = {
    type: 'RedirectReferral',
    referralId: parent,
    toTargetId: rival,
    reason: 'No capacity.',
    occurredAt: day(15),
  };
  const child = {
    ...facts,
    question: 'Is it safe?',
    targetId: rival,
    referralId: childReferralId,
    parentReferralId: parent,
    depth: 1,
  };
  const redirected = event('ReferralRedirected', {
    childReferralId,
    toTargetId: rival,
    reason: 'No capacity.',
    child,
  });
  const first = (depth: number, ...events: readonly Event[]) =>
    given(referralDecider, made({ referralId: parent, question: 'Is it safe?', depth }), ...events);

  it('decides on the child with the same facts and another target', () => {
    first(0).when(redirect, { others }).then(redirected);
  });

  it('makes the child in its own stream, once', () => {
    const recorded = { ...redirected, id: eventId(1), occurredAt: day(15) };
    const follows = referralDecider.follows(recorded)!;
    expect(referralDecider.leads).toBe(true);
    given(referralDecider).when(follows).then(event('ReferralMade', child));
    given(referralDecider, event('ReferralMade', child)).when(follows).thenNothing();
  });

  it('leaves what the first was in return for with the first', () => {
    const grateful = { motive: 'GRATITUDE', inReturnFor };
    given(referralDecider, made({ referralId: parent, ...grateful }))
      .when(redirect, { others })
      .then(
        event('ReferralRedirected', {
          ...redirected.data,
          child: { ...child, question: undefined, motive: 'GRATITUDE' },
        }),
      );
  });

  it('is refused where the child could not be made', () => {
    first(0)
      .when({ ...redirect, toTargetId: clinic }, { others })
      .thenRefused('INVALID_INPUT', { path: ['toTargetId'] });
    for (const toTargetId of [doctor, patient]) {
      first(0)
        .when({ ...redirect, toTargetId }, { others })
        .thenRefused('SELF_REFERRAL', { path: ['toTargetId'] });
    }
    first(0)
      .when(redirect)
      .thenRefused('PARTY_UNKNOWN', { path: ['toTargetId'] });
    first(32).when(redirect, { others }).thenRefused('REFERRAL_CYCLE');
  });

  it('is refused after the end', () => {
    first(0, event('ReferralCancelled', {}, day(12)))
      .when(redirect, { others })
      .thenRefused('STATE_CONFLICT', { current: 'CANCELLED' });
  });
});

describe('the source of a referral', () => {
  const reassign: ReassignReferralSource = {
    type: 'ReassignReferralSource',
    referralId,
    from: doctor,
    to: rival,
    reason: 'His nurse sent it.',
    occurredAt: day(15),
  };
  const reassigned = event('ReferralSourceReassigned', { from: doctor, to: rival, reason: 'His nurse sent it.' });

  it('is the referrer until somebody else is credited', () => {
    referral().when(reassign, { others }).then(reassigned);
    referral({ ...reassigned, occurredAt: day(15) })
      .when({ ...reassign, occurredAt: day(16) }, { others })
      .thenNothing();
    referral({ ...reassigned, occurredAt: day(15) })
      .when({ ...reassign, to: clinic, occurredAt: day(16) }, { others })
      .thenRefused('STATE_CONFLICT', { path: ['from'], current: rival });
    referral({ ...reassigned, occurredAt: day(15) })
      .when({ ...reassign, from: rival, to: doctor, occurredAt: day(15) }, { others })
      .then(event('ReferralSourceReassigned', { from: rival, to: doctor, reason: 'His nurse sent it.' }));
  });

  it('is never whom it goes to, nor who is referred, nor a party that is unknown', () => {
    referral()
      .when({ ...reassign, to: clinic }, { others })
      .thenRefused('SELF_REFERRAL', { path: ['to'] });
    referral()
      .when({ ...reassign, to: patient }, { others })
      .thenRefused('SELF_REFERRAL', { path: ['to'] });
    referral()
      .when(reassign)
      .thenRefused('PARTY_UNKNOWN', { path: ['to'] });
    referral()
      .when({ ...reassign, occurredAt: day(9) }, { others })
      .thenRefused('ORDER_IMPLAUSIBLE');
  });

  it('as declared stands beside it, at any time and any number of times', () => {
    const declare: DeclareSource = {
      type: 'DeclareSource',
      referralId,
      point: 'intake form',
      answer: 'WEB',
      occurredAt: day(5),
    };
    const declared = event('SourceDeclared', { point: 'intake form', answer: 'WEB' });
    referral().when(declare).then(declared);
    referral({ ...declared, occurredAt: day(5) })
      .when({ ...declare, partyId: rival }, { others })
      .then(event('SourceDeclared', { ...declared.data, partyId: rival }));
    referral()
      .when({ ...declare, partyId: rival })
      .thenRefused('PARTY_UNKNOWN', { path: ['partyId'] });
  });
});

describe('a value that a referral had', () => {
  const realize: RealizeValue = {
    type: 'RealizeValue',
    referralId,
    amount: { amountMinor: 125_000, currency: 'USD' },
    kind: 'PAYMENT',
    occurredAt: day(20),
  };

  it('is an amount of one kind, whatever became of the referral', () => {
    const realized = event('ValueRealized', { amountMinor: 125_000, currency: 'USD', kind: 'PAYMENT' });
    referral().when(realize).then(realized);
    referral(event('ReferralCancelled', {}, day(12)), { ...realized, occurredAt: day(20) })
      .when(realize)
      .then(realized);
  });

  it('is refused without the label that OTHER needs, and before the referral', () => {
    referral()
      .when({ ...realize, kind: 'OTHER' })
      .thenRefused('INVALID_INPUT', { path: ['kindLabel'] });
    referral()
      .when({ ...realize, occurredAt: day(9) })
      .thenRefused('ORDER_IMPLAUSIBLE');
  });
});
