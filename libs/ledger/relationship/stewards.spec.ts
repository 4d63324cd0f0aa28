import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import { contextOf, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { partyDecider, relationshipDecider } from '../ledger.js';
import type { PartyKind } from '../party/party.words.js';

const relationshipId = contextOf(NOW).id('rel');
const party = (name: string): PartyId => deriveId('pty', name);
const a = party('a');
const b = party('b');
const ada = party('ada');
const ben = party('ben');
const clinic = party('clinic');

const known = (partyId: PartyId, kind: PartyKind = 'PERSON') =>
  stateAfter(partyDecider, event('PartyRegistered', { partyId, kind, displayName: 'X', roles: [] }));
const others = {
  ...Object.fromEntries([a, b, ada, ben].map((id) => [id, known(id)])),
  [clinic]: known(clinic, 'ORGANISATION'),
};

const opened = event('RelationshipOpened', { relationshipId, a, b, kind: 'PEER', intent: 'UNKNOWN' }, day(10));

/** The relationship as it stands after these events. */
const relationship = (...events: readonly Event[]) => given(relationshipDecider, opened, ...events);

describe('the stewards of a relationship', () => {
  const assign = { type: 'AssignSteward' as const, relationshipId, stewardId: ada, role: 'PRIMARY' as const };
  const assigned = event('StewardAssigned', { stewardId: ada, role: 'PRIMARY' }, day(12));
  const backup = event('StewardAssigned', { stewardId: ben, role: 'BACKUP' }, day(13));
  const handOver = { type: 'HandOverSteward' as const, relationshipId, toStewardId: ben, warmIntro: true };
  const release = { type: 'ReleaseSteward' as const, relationshipId, stewardId: ada };

  it('are persons', () => {
    relationship().when(assign, { others }).then(event('StewardAssigned', assigned.data));
    relationship()
      .when({ ...assign, stewardId: clinic }, { others })
      .thenRefused('INVALID_INPUT', { path: ['stewardId'] });
    relationship(assigned)
      .when({ ...handOver, toStewardId: clinic }, { others })
      .thenRefused('INVALID_INPUT', { path: ['toStewardId'] });
  });

  it('are parties that are known', () => {
    expect(relationshipDecider.consults(assign, relationshipDecider.initial())).toEqual([ada]);
    expect(relationshipDecider.consults(handOver, relationshipDecider.initial())).toEqual([ben]);
    relationship()
      .when(assign)
      .thenRefused('PARTY_UNKNOWN', { path: ['stewardId'] });
    relationship(assigned)
      .when(handOver)
      .thenRefused('PARTY_UNKNOWN', { path: ['toStewardId'] });
  });

  it('have one PRIMARY among them: a second is refused with the one there is', () => {
    relationship(assigned)
      .when({ ...assign, stewardId: ben }, { others })
      .thenRefused('STATE_CONFLICT', { current: ada });
  });

  it('have any number of BACKUP beside the PRIMARY', () => {
    relationship(assigned, backup)
      .when({ ...assign, stewardId: a, role: 'BACKUP' }, { others })
      .then(event('StewardAssigned', { stewardId: a, role: 'BACKUP' }));
  });

  it('stay as they are when the role is theirs already', () => {
    relationship(assigned).when(assign, { others }).thenNothing();
  });

  it('may change role: a BACKUP becomes PRIMARY once there is none', () => {
    const released = event('StewardReleased', { stewardId: ada, role: 'PRIMARY' }, day(14));
    relationship(assigned, backup, released)
      .when({ ...assign, stewardId: ben }, { others })
      .then(event('StewardAssigned', { stewardId: ben, role: 'PRIMARY' }));
  });

  it('hand over with or without an introduction', () => {
    const handedOver = { fromStewardId: ada, stewardId: ben, role: 'PRIMARY', warmIntro: true };
    relationship(assigned).when(handOver, { others }).then(event('StewardHandedOver', handedOver));
    relationship(assigned, backup)
      .when({ ...handOver, warmIntro: false }, { others })
      .then(event('StewardHandedOver', { ...handedOver, warmIntro: false }));
  });

  it('change nothing by handing over to the one who has it', () => {
    relationship(assigned)
      .when({ ...handOver, toStewardId: ada }, { others })
      .thenNothing();
  });

  it('cannot hand over what nobody has', () => {
    relationship(backup).when(handOver, { others }).thenRefused('STATE_CONFLICT', { current: 'NONE' });
  });

  it('are one PRIMARY still after a hand-over', () => {
    const handedOver = event('StewardHandedOver', {
      fromStewardId: ada,
      stewardId: ben,
      role: 'PRIMARY',
      warmIntro: true,
    });
    relationship(assigned, handedOver).when(assign, { others }).thenRefused('STATE_CONFLICT', { current: ben });
  });

  it('are released with the role they had', () => {
    relationship(assigned)
      .when({ ...release, reason: 'Parental leave.' })
      .then(event('StewardReleased', { stewardId: ada, role: 'PRIMARY', reason: 'Parental leave.' }));
    relationship(backup).when(release).thenRefused('STATE_CONFLICT', { current: ben });
    relationship().when(release).thenRefused('STATE_CONFLICT', { current: 'NONE' });
  });

  it('never end before they began', () => {
    relationship(assigned)
      .when({ ...release, occurredAt: day(11), orderReason: 'No reason helps.' })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(12) });
    relationship(assigned)
      .when({ ...handOver, occurredAt: day(11), orderReason: 'No reason helps.' }, { others })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(12) });
  });

  it('never have a role end before it began, also where it ends by another role', () => {
    const early = { ...assign, role: 'BACKUP' as const, occurredAt: day(11), orderReason: 'No reason helps.' };
    relationship(assigned)
      .when(early, { others })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(12) });
    const tooEarly = { ...handOver, occurredAt: day(12), orderReason: 'No reason helps.' };
    relationship(assigned, backup)
      .when(tooEarly, { others })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(13) });
  });

  it('change in the order of time, unless somebody says why not', () => {
    const early = { ...assign, stewardId: ben, role: 'BACKUP' as const, occurredAt: day(11) };
    relationship(assigned)
      .when(early, { others })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(12) });
    relationship(assigned)
      .when({ ...early, orderReason: 'She forgot to say.' }, { others })
      .then(event('StewardAssigned', { stewardId: ben, role: 'BACKUP', orderReason: 'She forgot to say.' }));
    const lateRelease = { ...release, occurredAt: day(12) };
    relationship(assigned, backup)
      .when(lateRelease)
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(13) });
  });
});
