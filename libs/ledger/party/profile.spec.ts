import { describe, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { contextOf, given, january as day, NOW } from '../../event-sourcing/testing/given.js';
import { partyDecider } from '../ledger.js';

const partyId = contextOf(NOW).id('pty');
const registered = event(
  'PartyRegistered',
  { partyId, kind: 'PERSON', displayName: 'Ada Moreau', roles: ['PATIENT'] },
  day(1),
);

describe('a role of a party', () => {
  const start = { type: 'StartPartyRole' as const, partyId, role: 'PRACTITIONER' as const };
  const end = { type: 'EndPartyRole' as const, partyId, role: 'PRACTITIONER' as const };
  const started = event('PartyRoleStarted', { role: 'PRACTITIONER' }, day(5));
  const ended = event('PartyRoleEnded', { role: 'PRACTITIONER' }, day(9));

  it('starts and ends', () => {
    given(partyDecider, registered)
      .when(start)
      .then(event('PartyRoleStarted', { role: 'PRACTITIONER' }));
    given(partyDecider, registered, started)
      .when({ ...end, reason: 'Retired.' })
      .then(event('PartyRoleEnded', { role: 'PRACTITIONER', reason: 'Retired.' }));
  });

  it('that came with the registration began with it', () => {
    given(partyDecider, registered)
      .when({ ...start, role: 'PATIENT' })
      .thenNothing();
    given(partyDecider, registered)
      .when({ ...end, role: 'PATIENT' })
      .then(event('PartyRoleEnded', { role: 'PATIENT' }));
  });

  it('starts again after it ended, and before that only with a reason', () => {
    given(partyDecider, registered, started, ended)
      .when(start)
      .then(event('PartyRoleStarted', { role: 'PRACTITIONER' }));
    given(partyDecider, registered, started, ended)
      .when({ ...start, occurredAt: day(8) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(9) });
    given(partyDecider, registered, started, ended)
      .when({ ...start, occurredAt: day(8), orderReason: 'The card was wrong.' })
      .then(event('PartyRoleStarted', { role: 'PRACTITIONER', orderReason: 'The card was wrong.' }));
  });

  it('is held once at a time, and ends once', () => {
    given(partyDecider, registered, started).when(start).thenNothing();
    given(partyDecider, registered, started, ended)
      .when({ ...end, occurredAt: day(9) })
      .thenNothing();
    given(partyDecider, registered, started, ended)
      .when(end)
      .thenRefused('STATE_CONFLICT', { current: day(9) });
  });

  it('that the party never had does not end', () => {
    given(partyDecider, registered)
      .when(end)
      .thenRefused('STATE_CONFLICT', { current: 'NONE', path: ['role'] });
  });

  it('never ends before it started', () => {
    given(partyDecider, registered, started)
      .when({ ...end, occurredAt: day(4) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(5) });
  });

  it('is refused for an unknown party', () => {
    given(partyDecider)
      .when(start)
      .thenRefused('PARTY_UNKNOWN', { path: ['partyId'] });
  });
});

describe('an attribute', () => {
  const record = { type: 'RecordAttribute' as const, partyId, key: 'beds', value: '120', source: 'survey' };
  const recorded = event(
    'AttributeRecorded',
    { key: 'beds', value: '120', validFrom: day(5), source: 'survey' },
    day(5),
  );

  it('is valid from when it was so, unless somebody says since when', () => {
    given(partyDecider, registered)
      .when({ ...record, occurredAt: day(5) })
      .then(event('AttributeRecorded', recorded.data));
    given(partyDecider, registered)
      .when({ ...record, unit: 'beds', validFrom: day(2), validTo: day(4) })
      .then(event('AttributeRecorded', { ...recorded.data, unit: 'beds', validFrom: day(2), validTo: day(4) }));
  });

  it('ends after it begins', () => {
    given(partyDecider, registered)
      .when({ ...record, validFrom: day(5), validTo: day(5) })
      .thenRefused('INVALID_INPUT', { path: ['validTo'] });
  });

  it('recorded once more for the same time replaces the value; the very same changes nothing', () => {
    given(partyDecider, registered, recorded)
      .when({ ...record, occurredAt: day(5) })
      .thenNothing();
    given(partyDecider, registered, recorded)
      .when({ ...record, value: '130', validFrom: day(5) })
      .then(event('AttributeRecorded', { ...recorded.data, value: '130' }));
  });
});

describe('a preference', () => {
  const record = { type: 'RecordPreference' as const, partyId, topic: 'calls', value: 'after six' };
  const recorded = event('PreferenceRecorded', { topic: 'calls', value: 'after six' }, day(5));

  it('is recorded by topic, and the same again changes nothing', () => {
    given(partyDecider, registered).when(record).then(event('PreferenceRecorded', recorded.data));
    given(partyDecider, registered, recorded).when(record).thenNothing();
  });

  it('may have been the same earlier, or another one since', () => {
    given(partyDecider, registered, recorded)
      .when({ ...record, occurredAt: day(3) })
      .then(event('PreferenceRecorded', recorded.data));
    given(partyDecider, registered, recorded)
      .when({ ...record, value: 'never' })
      .then(event('PreferenceRecorded', { topic: 'calls', value: 'never' }));
  });
});

describe('a need', () => {
  const needId = contextOf(NOW).id('ned');
  const need = { kind: 'UNMET', basis: 'STATED', code: 'transport' } as const;
  const identify = { type: 'IdentifyNeed' as const, partyId, ...need };
  const meet = { type: 'MeetNeed' as const, partyId, needId };
  const identified = event('NeedIdentified', { needId, ...need }, day(5));
  const met = event('NeedMet', { needId }, day(9));

  it('becomes known, and is met', () => {
    given(partyDecider, registered).when(identify).then(event('NeedIdentified', identified.data));
    const byEventId = `evt_${needId.slice(4)}` as const;
    given(partyDecider, registered, identified)
      .when({ ...meet, byEventId })
      .then(event('NeedMet', { needId, byEventId }));
  });

  it('is open once, and comes back as a new one after it was met', () => {
    given(partyDecider, registered, identified)
      .when(identify)
      .thenRefused('STATE_CONFLICT', { current: needId, path: ['code'] });
    given(partyDecider, registered, identified, met).when(identify).then(event('NeedIdentified', identified.data));
  });

  it('is met once', () => {
    given(partyDecider, registered, identified, met)
      .when({ ...meet, occurredAt: day(9) })
      .thenNothing();
    given(partyDecider, registered, identified, met)
      .when(meet)
      .thenRefused('STATE_CONFLICT', { current: day(9) });
  });

  it('is not met before it became known', () => {
    given(partyDecider, registered, identified)
      .when({ ...meet, occurredAt: day(4) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(5) });
  });

  it('that the party does not have is not met', () => {
    given(partyDecider, registered)
      .when(meet)
      .thenRefused('NEED_UNKNOWN', { path: ['needId'] });
  });
});
