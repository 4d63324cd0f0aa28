import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { contextOf, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { partyDecider } from '../ledger.js';
import { consentFor } from './consent.js';
import type { PartyStream } from './party.js';

const partyId = contextOf(NOW).id('pty');
const registered = event('PartyRegistered', { partyId, kind: 'PERSON', displayName: 'Ada Moreau', roles: [] }, day(1));
const email = { purpose: 'MARKETING', channel: 'EMAIL' } as const;
const any = { purpose: 'MARKETING', channel: 'ANY' } as const;
const basis = 'Signed form.';

const granted = event('ConsentGranted', { ...email, basis }, day(5));
const grantedAny = event('ConsentGranted', { ...any, basis }, day(5));
const withdrawn = event('ConsentWithdrawn', { ...email }, day(9));
const expiring = event('ConsentGranted', { ...email, basis, expiresAt: day(9) }, day(5));

describe('giving consent', () => {
  const grant = { type: 'GrantConsent' as const, partyId, ...email, basis };

  it('is recorded with what proves it and how long it holds', () => {
    given(partyDecider, registered)
      .when({ ...grant, occurredAt: day(5), expiresAt: day(9) })
      .then(event('ConsentGranted', expiring.data));
  });

  it('may be repeated; of the same moment it counts once', () => {
    given(partyDecider, registered, granted).when(grant).then(event('ConsentGranted', granted.data));
    given(partyDecider, registered, granted)
      .when({ ...grant, occurredAt: day(5) })
      .thenNothing();
  });

  it('does not expire before it was given', () => {
    given(partyDecider, registered)
      .when({ ...grant, occurredAt: day(5), expiresAt: day(5) })
      .thenRefused('INVALID_INPUT', { path: ['expiresAt'] });
  });
});

describe('withdrawing consent', () => {
  const withdraw = { type: 'WithdrawConsent' as const, partyId, ...email };

  it('needs no grant before it', () => {
    given(partyDecider, registered)
      .when({ ...withdraw, basis: 'On the phone.' })
      .then(event('ConsentWithdrawn', { ...email, basis: 'On the phone.' }));
  });

  it('of the same moment counts once', () => {
    given(partyDecider, registered, withdrawn)
      .when({ ...withdraw, occurredAt: day(9) })
      .thenNothing();
  });
});

describe('whether a party consents', () => {
  const ask = (at: number, events: readonly Event[], scope: Parameters<typeof consentFor>[1] = email) =>
    consentFor(stateAfter(partyDecider, registered, ...events) as unknown as PartyStream, scope, day(at));

  it('follows from the last statement by then, in business time', () => {
    expect(ask(4, [granted])).toBeUndefined();
    expect(ask(5, [granted])).toBe('GRANTED');
    expect(ask(8, [withdrawn, granted])).toBe('GRANTED');
    expect(ask(9, [withdrawn, granted])).toBe('WITHDRAWN');
  });

  it('ends when the grant expires, also when an older one would go on', () => {
    expect(ask(8, [expiring])).toBe('GRANTED');
    expect(ask(9, [expiring])).toBe('EXPIRED');
    expect(ask(9, [event('ConsentGranted', { ...any, basis }, day(2)), expiring])).toBe('EXPIRED');
  });

  it('covers each channel when it is for ANY, until there is a later word on the channel', () => {
    expect(ask(6, [grantedAny])).toBe('GRANTED');
    expect(ask(9, [grantedAny, withdrawn])).toBe('WITHDRAWN');
    expect(ask(9, [grantedAny, withdrawn], { ...email, channel: 'SMS' })).toBe('GRANTED');
    expect(ask(9, [granted, event('ConsentWithdrawn', { ...any }, day(9))])).toBe('WITHDRAWN');
    expect(ask(10, [withdrawn, event('ConsentGranted', { ...any, basis }, day(10))])).toBe('GRANTED');
  });

  it('is asked for each purpose alone', () => {
    expect(ask(6, [grantedAny], { ...email, purpose: 'RESEARCH' })).toBeUndefined();
  });

  it('is what was recorded last when both were said at one moment', () => {
    expect(ask(5, [granted, event('ConsentWithdrawn', { ...email }, day(5))])).toBe('WITHDRAWN');
  });
});
