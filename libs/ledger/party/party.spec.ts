import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import { contextOf, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { partyDecider } from '../ledger.js';
import type { AddContactPoint, RegisterParty } from './party.inputs.js';

const ID = <P extends 'pty' | 'cpt' | 'aff'>(prefix: P) => contextOf(NOW).id(prefix);
const partyId = ID('pty');
const clinicId: PartyId = deriveId('pty', 'clinic');

const registered = event('PartyRegistered', { partyId, kind: 'PERSON', displayName: 'Ada Moreau', roles: [] });
const clinic = event('PartyRegistered', { ...registered.data, partyId: clinicId, kind: 'ORGANISATION' });
const others = { [clinicId]: stateAfter(partyDecider, clinic), [partyId]: stateAfter(partyDecider, registered) };

const register: RegisterParty = { type: 'RegisterParty', kind: 'PERSON', displayName: 'Ada Moreau' };

describe('registering a party', () => {
  it('records what it is, its name and its roles', () => {
    given(partyDecider)
      .when({ ...register, roles: ['PRACTITIONER'] })
      .then(event('PartyRegistered', { ...registered.data, roles: ['PRACTITIONER'] }));
  });

  it('records its names in external systems with it, all or nothing', () => {
    const identities = [
      { system: 'NPI', value: '1234567893' },
      { system: 'crm', value: '17' },
    ];
    given(partyDecider)
      .when({ ...register, identities })
      .then(registered, event('PartyIdentified', identities[0]!), event('PartyIdentified', identities[1]!));
    given(partyDecider)
      .when({ ...register, identities: [identities[1]!, { system: 'NPI', value: '1234567890' }] })
      .thenRefused('INVALID_INPUT', { path: ['identities', '1', 'value'] });
  });

  it('is refused for a stream that holds one already', () => {
    given(partyDecider, registered).when(register).thenRefused('STATE_CONFLICT', { current: 'PERSON' });
  });
});

describe('identifying a party', () => {
  const identify = { type: 'IdentifyParty' as const, partyId, system: 'NPI', value: '1234567893' };
  const identified = event('PartyIdentified', { system: 'NPI', value: '1234567893' });

  it('records the name that the system gives it', () => {
    given(partyDecider, registered).when(identify).then(identified);
  });

  it('changes nothing when the party has that very name', () => {
    given(partyDecider, registered, identified).when(identify).thenNothing();
  });

  it('lets a party have several names in one system', () => {
    const other = { system: 'NPI', value: '1245319599' };
    given(partyDecider, registered, identified)
      .when({ ...identify, ...other })
      .then(event('PartyIdentified', other));
  });

  it('claims the name for the party in the whole tenant, without showing it', () => {
    const hash = createHash('sha256').update('1234567893').digest('hex');
    expect(partyDecider.claims(identified, stateAfter(partyDecider, registered))).toEqual({
      take: [{ name: `identity|NPI|${hash}`, owner: partyId, refusal: 'STATE_CONFLICT' }],
    });
  });

  it.each(['NPI', 'npi', 'Npi'])('is refused for a wrong check digit, also when the system is spelled %s', (system) => {
    given(partyDecider, registered)
      .when({ ...identify, system, value: '1234567890' })
      .thenRefused('INVALID_INPUT', { path: ['value'] });
  });

  it('is refused for an unknown party', () => {
    given(partyDecider)
      .when(identify)
      .thenRefused('PARTY_UNKNOWN', { path: ['partyId'] });
  });
});

describe('a contact point', () => {
  const contactPointId = ID('cpt');
  const point = { kind: 'EMAIL' as const, value: 'ada@example.org' };
  const add: AddContactPoint = { type: 'AddContactPoint', partyId, ...point };
  const added = event('ContactPointAdded', { contactPointId, ...point }, day(5));
  const verify = { type: 'VerifyContactPoint' as const, partyId, contactPointId };
  const invalidate = { type: 'InvalidateContactPoint' as const, partyId, contactPointId, reason: 'It bounced.' };
  const invalidated = event('ContactPointInvalidated', { contactPointId, reason: 'It bounced.' }, day(8));

  it('is added with what it is for', () => {
    given(partyDecider, registered)
      .when({ ...add, label: 'office' })
      .then(event('ContactPointAdded', { contactPointId, ...point, label: 'office' }));
  });

  it('holds no fact that was not given', () => {
    given(partyDecider, registered)
      .when({ ...add, label: null, kindLabel: null })
      .then(event('ContactPointAdded', { contactPointId, ...point }));
  });

  it('of kind OTHER needs a label, and of every other kind takes none', () => {
    const { thenRefused } = given(partyDecider, registered).when({ ...add, kind: 'OTHER' });
    thenRefused('INVALID_INPUT', { path: ['kindLabel'] });
    given(partyDecider, registered)
      .when({ ...add, kindLabel: 'pager' })
      .thenRefused('INVALID_INPUT', { path: ['kindLabel'] });
    given(partyDecider, registered)
      .when({ ...add, kind: 'OTHER', kindLabel: 'pager' })
      .then(event('ContactPointAdded', { contactPointId, ...point, kind: 'OTHER', kindLabel: 'pager' }));
  });

  it('is there once: the same again is refused with the one that is there', () => {
    given(partyDecider, registered, added).when(add).thenRefused('STATE_CONFLICT', { current: contactPointId });
  });

  it('may be added anew once it was found invalid', () => {
    const idempotencyKey = 'second';
    given(partyDecider, registered, added, invalidated)
      .when(add, { idempotencyKey })
      .then(event('ContactPointAdded', { contactPointId: contextOf(NOW, { idempotencyKey }).id('cpt'), ...point }));
  });

  it('is verified as often as somebody finds it right, but once per moment', () => {
    const verified = event('ContactPointVerified', { contactPointId }, day(6));
    given(partyDecider, registered, added, verified)
      .when({ ...verify, occurredAt: day(7) })
      .then(event('ContactPointVerified', { contactPointId }));
    given(partyDecider, registered, added, verified)
      .when({ ...verify, occurredAt: day(6) })
      .thenNothing();
  });

  it('is not verified before it was known, unless somebody says why', () => {
    const early = { ...verify, occurredAt: day(4) };
    given(partyDecider, registered, added)
      .when(early)
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(5) });
    given(partyDecider, registered, added)
      .when({ ...early, orderReason: 'From the old card index.' })
      .then(event('ContactPointVerified', { contactPointId, orderReason: 'From the old card index.' }));
  });

  it('is invalidated once, for good', () => {
    given(partyDecider, registered, added)
      .when(invalidate)
      .then(event('ContactPointInvalidated', { contactPointId, reason: 'It bounced.' }));
    given(partyDecider, registered, added, invalidated).when(invalidate).thenNothing();
    given(partyDecider, registered, added, invalidated)
      .when(verify)
      .thenRefused('STATE_CONFLICT', { current: 'INVALIDATED' });
  });

  it('is not invalidated before it was known, unless somebody says why', () => {
    const early = { ...invalidate, occurredAt: day(4) };
    given(partyDecider, registered, added).when(early).thenRefused('ORDER_IMPLAUSIBLE');
    given(partyDecider, registered, added)
      .when({ ...early, orderReason: 'Known since Monday.' })
      .then(event('ContactPointInvalidated', { ...invalidated.data, orderReason: 'Known since Monday.' }));
  });

  it('that the party does not have is neither verified nor invalidated', () => {
    const unknown = ['contactPointId'];
    given(partyDecider, registered).when(verify).thenRefused('CONTACT_POINT_UNKNOWN', { path: unknown });
    given(partyDecider, registered).when(invalidate).thenRefused('CONTACT_POINT_UNKNOWN', { path: unknown });
  });
});

describe('an affiliation', () => {
  const affiliationId = ID('aff');
  const post = { organizationId: clinicId, position: 'cardiologist' };
  const start = { type: 'StartAffiliation' as const, partyId, ...post };
  const started = event('AffiliationStarted', { affiliationId, ...post }, day(5));
  const end = { type: 'EndAffiliation' as const, partyId, affiliationId };
  const ended = event('AffiliationEnded', { affiliationId, ...post }, day(9));

  it('starts when a person takes a position in an organisation', () => {
    given(partyDecider, registered).when(start, { others }).then(event('AffiliationStarted', started.data));
  });

  it('looks at the organisation it names', () => {
    expect(partyDecider.consults(start, partyDecider.initial())).toEqual([clinicId]);
  });

  it('is refused for an organisation that is unknown, or none', () => {
    const path = ['organizationId'];
    given(partyDecider, registered).when(start).thenRefused('PARTY_UNKNOWN', { path });
    given(partyDecider, registered)
      .when({ ...start, organizationId: partyId }, { others })
      .thenRefused('INVALID_INPUT', { path });
  });

  it('is refused for a member that is no person', () => {
    const { thenRefused } = given(partyDecider, clinic).when({ ...start, partyId: clinicId }, { others });
    thenRefused('INVALID_INPUT', { path: ['partyId'] });
  });

  it('is held once at a time, and again after it ended', () => {
    const again = { ...start, type: 'StartAffiliation' as const };
    given(partyDecider, registered, started)
      .when(again, { others })
      .thenRefused('STATE_CONFLICT', { current: affiliationId });
    given(partyDecider, registered, started, ended)
      .when(again, { others })
      .then(event('AffiliationStarted', started.data));
    given(partyDecider, registered, started)
      .when({ ...again, position: 'head of cardiology' }, { others })
      .then(event('AffiliationStarted', { ...started.data, position: 'head of cardiology' }));
  });

  it('without a position is one position of its own', () => {
    const plain = event('AffiliationStarted', { affiliationId, organizationId: clinicId });
    given(partyDecider, registered)
      .when({ ...start, position: null }, { others })
      .then(plain);
    given(partyDecider, registered, plain)
      .when({ ...start, position: null }, { others })
      .thenRefused('STATE_CONFLICT', { current: affiliationId });
  });

  it('ends with what it was', () => {
    given(partyDecider, registered, started)
      .when({ ...end, reason: 'Moved to the coast.' })
      .then(event('AffiliationEnded', { ...ended.data, reason: 'Moved to the coast.' }));
  });

  it('ends once: the same end again changes nothing, another one is refused', () => {
    given(partyDecider, registered, started, ended)
      .when({ ...end, occurredAt: day(9) })
      .thenNothing();
    given(partyDecider, registered, started, ended)
      .when({ ...end, occurredAt: day(10) })
      .thenRefused('STATE_CONFLICT', { current: day(9) });
  });

  it('never ends before it started', () => {
    given(partyDecider, registered, started)
      .when({ ...end, occurredAt: day(4) })
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['occurredAt'], current: day(5) });
  });

  it('that the party does not have cannot end', () => {
    given(partyDecider, registered)
      .when(end)
      .thenRefused('AFFILIATION_UNKNOWN', { path: ['affiliationId'] });
  });
});
