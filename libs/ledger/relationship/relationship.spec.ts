import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { contextOf, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { partyDecider, relationshipDecider } from '../ledger.js';
import type { OpenRelationship } from './relationship.inputs.js';

const relationshipId = contextOf(NOW).id('rel');
const [a, b, ada] = ['a', 'b', 'ada'].map((name) => deriveId('pty', name)) as [PartyId, PartyId, PartyId];

const registered = (partyId: PartyId) =>
  event('PartyRegistered', { partyId, kind: 'PERSON', displayName: 'X', roles: [] });
const known = (partyId: PartyId) => stateAfter(partyDecider, registered(partyId));
const keyId = deriveId('key', 'b');
const others = Object.fromEntries([a, b, ada].map((id) => [id, known(id)]));

const opened = event(
  'RelationshipOpened',
  { relationshipId, a, b, kind: 'REFERRAL_PARTNER', intent: 'RELATIONAL' },
  day(10),
);
const open: OpenRelationship = { type: 'OpenRelationship', a, b, kind: 'REFERRAL_PARTNER', intent: 'RELATIONAL' };
const ended = event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' }, day(20));
const lapsed = event('RelationshipLapsed', { from: 'TRUSTED' }, day(20));

/** The relationship as it stands after these events. */
const relationship = (...events: readonly Event[]) => given(relationshipDecider, opened, ...events);

describe('opening a relationship', () => {
  it('ties two parties', () => {
    given(relationshipDecider).when(open, { others }).then(event('RelationshipOpened', opened.data));
  });

  it('looks at both parties and is refused when either is unknown', () => {
    expect(relationshipDecider.consults(open, relationshipDecider.initial())).toEqual([a, b]);
    given(relationshipDecider)
      .when(open, { others: { [b]: known(b) } })
      .thenRefused('PARTY_UNKNOWN', { path: ['a'] });
    given(relationshipDecider)
      .when(open, { others: { [a]: known(a) } })
      .thenRefused('PARTY_UNKNOWN', { path: ['b'] });
  });

  it('is refused for a party with itself', () => {
    given(relationshipDecider)
      .when({ ...open, b: a }, { others })
      .thenRefused('INVALID_INPUT', { path: ['b'] });
  });

  it('is refused where there is one already', () => {
    relationship().when(open, { others }).thenRefused('STATE_CONFLICT', { current: 'PROSPECT' });
  });

  it('claims the pair and kind until the end, whichever party is named first', () => {
    const name = `tie|${[a, b].sort().join('|')}|REFERRAL_PARTNER`;
    const before = relationshipDecider.initial();
    const swapped = event('RelationshipOpened', { ...opened.data, a: b, b: a });
    const taken = { take: [{ name, owner: relationshipId, refusal: 'STATE_CONFLICT' }] };
    expect(relationshipDecider.claims(opened, before)).toEqual(taken);
    expect(relationshipDecider.claims(swapped, before)).toEqual(taken);
    expect(relationshipDecider.claims(ended, stateAfter(relationshipDecider, opened))).toEqual({ release: [name] });
  });
});

describe('the stage of a relationship', () => {
  const change = { type: 'ChangeStage' as const, relationshipId, to: 'TRUSTED' as const, reason: 'He asked us first.' };
  const changed = event('StageChanged', { from: 'PROSPECT', to: 'TRUSTED', reason: 'He asked us first.' }, day(15));

  it('changes from where it stands, for a reason', () => {
    relationship().when(change).then(event('StageChanged', changed.data));
    relationship(changed)
      .when({ ...change, to: 'STRAINED', reason: 'A letter got lost.' })
      .then(event('StageChanged', { from: 'TRUSTED', to: 'STRAINED', reason: 'A letter got lost.' }));
  });

  it('changes nothing when it stands there already', () => {
    relationship(changed).when(change).thenNothing();
  });

  it.each(['DORMANT', 'ENDED'] as const)('is never set to %s by hand', (to) => {
    relationship()
      .when({ ...change, to })
      .thenRefused('INVALID_INPUT', { path: ['to'] });
  });

  it('changes in the order of time, unless somebody says why not', () => {
    const early = { ...change, to: 'ENGAGED' as const, occurredAt: day(14) };
    relationship(changed)
      .when(early)
      .thenRefused('ORDER_IMPLAUSIBLE', { path: ['occurredAt'], current: day(15) });
    relationship(changed)
      .when({ ...early, orderReason: 'Found in the diary.' })
      .then(
        event('StageChanged', {
          from: 'TRUSTED',
          to: 'ENGAGED',
          reason: change.reason,
          orderReason: 'Found in the diary.',
        }),
      );
    relationship()
      .when({ ...change, occurredAt: day(9) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(10) });
  });

  it('does not change while the relationship is dormant', () => {
    relationship(changed, lapsed).when(change).thenRefused('STATE_CONFLICT', { current: 'DORMANT' });
  });
});

describe('the cadence of a relationship', () => {
  const set = { type: 'SetCadence' as const, relationshipId, intervalDays: 30, graceDays: 5 };
  const cadence = event('CadenceSet', { intervalDays: 30, graceDays: 5 }, day(15));

  it('is set, and set anew', () => {
    relationship().when(set).then(event('CadenceSet', cadence.data));
    relationship(cadence)
      .when({ ...set, intervalDays: 14 })
      .then(event('CadenceSet', { intervalDays: 14, graceDays: 5 }));
  });

  it('changes nothing when it is the one in force', () => {
    relationship(cadence)
      .when({ ...set, occurredAt: day(15) })
      .thenNothing();
  });

  it('may be told late: the one in force is the latest by its own time', () => {
    const late = event('CadenceSet', { intervalDays: 90, graceDays: 0 }, day(12));
    relationship(cadence, late).when(set).thenNothing();
    const again = event('CadenceSet', { intervalDays: 7, graceDays: 0 }, day(15));
    relationship(cadence, again).when(set).then(event('CadenceSet', cadence.data));
    relationship(cadence)
      .when({ ...set, occurredAt: day(14) })
      .then(event('CadenceSet', cadence.data));
  });

  it('is not set before the opening, unless somebody says why', () => {
    const early = { ...set, occurredAt: day(9) };
    relationship()
      .when(early)
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(10) });
    relationship()
      .when({ ...early, orderReason: 'Agreed by letter.' })
      .then(event('CadenceSet', { intervalDays: 30, graceDays: 5, orderReason: 'Agreed by letter.' }));
  });
});

describe('the channel mix of a relationship', () => {
  const set = {
    type: 'SetChannelMixTarget' as const,
    relationshipId,
    shares: [
      { channel: 'IN_PERSON_VISIT' as const, shareBp: 2_500 },
      { channel: 'EMAIL' as const, shareBp: 7_500 },
    ],
  };

  it('is set as a whole', () => {
    relationship()
      .when(set)
      .then(event('ChannelMixTargetSet', { sharesBp: { IN_PERSON_VISIT: 2_500, EMAIL: 7_500 } }));
  });

  it('sums to 10000 basis points', () => {
    relationship()
      .when({ ...set, shares: set.shares.slice(0, 1) })
      .thenRefused('INVALID_INPUT', { path: ['shares'] });
    relationship()
      .when({ ...set, shares: [] })
      .thenRefused('INVALID_INPUT', { path: ['shares'] });
  });

  it('names each channel once', () => {
    const half = { channel: 'EMAIL' as const, shareBp: 5_000 };
    relationship()
      .when({ ...set, shares: [half, half] })
      .thenRefused('INVALID_INPUT', { path: ['shares', '1', 'channel'] });
  });

  it('is not set before the opening, unless somebody says why', () => {
    relationship()
      .when({ ...set, occurredAt: day(9) })
      .thenRefused('ORDER_IMPLAUSIBLE');
    relationship()
      .when({ ...set, occurredAt: day(9), orderReason: 'Agreed by letter.' })
      .then(
        event('ChannelMixTargetSet', {
          sharesBp: { IN_PERSON_VISIT: 2_500, EMAIL: 7_500 },
          orderReason: 'Agreed by letter.',
        }),
      );
  });
});

describe('a relationship that goes quiet', () => {
  const lapse = { type: 'LapseRelationship' as const, relationshipId };
  const reactivate = { type: 'ReactivateRelationship' as const, relationshipId };
  const trusted = event('StageChanged', { from: 'PROSPECT', to: 'TRUSTED', reason: 'x' }, day(15));

  it('lapses from where it stood, once', () => {
    relationship(trusted)
      .when({ ...lapse, reason: 'No answer since spring.' })
      .then(event('RelationshipLapsed', { from: 'TRUSTED', reason: 'No answer since spring.' }));
    relationship(trusted, lapsed).when(lapse).thenNothing();
  });

  it('comes back to the stage it had', () => {
    relationship(trusted, lapsed)
      .when(reactivate)
      .then(event('RelationshipReactivated', { to: 'TRUSTED' }));
  });

  it('can lapse and come back again and again', () => {
    const back = event('RelationshipReactivated', { to: 'TRUSTED' }, day(22));
    relationship(trusted, lapsed, back)
      .when(lapse)
      .then(event('RelationshipLapsed', { from: 'TRUSTED' }));
    relationship(trusted, lapsed, back).when(reactivate).thenRefused('STATE_CONFLICT', { current: 'TRUSTED' });
  });

  it('lapses in the order of time, unless somebody says why not', () => {
    relationship(trusted)
      .when({ ...lapse, occurredAt: day(14) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(15) });
    relationship(trusted)
      .when({ ...lapse, occurredAt: day(14), orderReason: 'Noticed late.' })
      .then(event('RelationshipLapsed', { from: 'TRUSTED', orderReason: 'Noticed late.' }));
  });

  it('comes back in the order of time too, unless somebody says why not', () => {
    const backdated = event('RelationshipLapsed', { from: 'TRUSTED', orderReason: 'Noticed late.' }, day(13));
    const early = { ...reactivate, occurredAt: day(14) };
    relationship(trusted, backdated)
      .when(early)
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(15) });
    relationship(trusted, backdated)
      .when({ ...early, orderReason: 'Noticed late.' })
      .then(event('RelationshipReactivated', { to: 'TRUSTED', orderReason: 'Noticed late.' }));
  });

  it('may lapse in the very moment in which its stage changed', () => {
    relationship(trusted)
      .when({ ...lapse, occurredAt: day(15) })
      .then(event('RelationshipLapsed', { from: 'TRUSTED' }));
  });

  it('never comes back before it lapsed', () => {
    relationship(trusted, lapsed)
      .when({ ...reactivate, occurredAt: day(19), orderReason: 'No reason helps.' })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(20) });
  });
});

describe('the end of a relationship', () => {
  const end = { type: 'EndRelationship' as const, relationshipId, manner: 'GRACEFUL' as const };
  const touch = (at: Instant) =>
    event('TouchRecorded', { touchId: deriveId('tch', at), participants: [], channel: 'EMAIL' }, at);

  it('says how, and from where it stood', () => {
    relationship()
      .when({ ...end, reason: 'He retired.' })
      .then(event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL', reason: 'He retired.' }));
    relationship(lapsed)
      .when({ ...end, manner: 'DORMANT' })
      .then(event('RelationshipEnded', { from: 'DORMANT', manner: 'DORMANT' }));
  });

  it('is never before the opening', () => {
    relationship()
      .when({ ...end, occurredAt: day(9), orderReason: 'No reason helps.' })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(10) });
  });

  it('is not before the last change of stage nor before the last touch, unless somebody says why', () => {
    relationship(lapsed)
      .when({ ...end, occurredAt: day(19) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(20) });
    const early = { ...end, occurredAt: day(17) };
    relationship(touch(day(18)), touch(day(16)))
      .when(early)
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(18) });
    relationship(touch(day(18)))
      .when({ ...early, orderReason: 'They met once more.' })
      .then(event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL', orderReason: 'They met once more.' }));
  });

  it('does not mind touches that were retracted', () => {
    const { touchId } = touch(day(18)).data;
    const retracted = event('TouchRetracted', { touchId, targetEventId: deriveId('evt', 'x'), reason: 'Never was.' });
    relationship(touch(day(18)), retracted)
      .when({ ...end, occurredAt: day(17) })
      .then(event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' }));
  });

  it.each([
    { type: 'EndRelationship' as const, manner: 'HOSTILE' as const },
    { type: 'ChangeStage' as const, to: 'ENGAGED' as const, reason: 'x' },
    { type: 'AssignSteward' as const, stewardId: ada, role: 'PRIMARY' as const },
    { type: 'HandOverSteward' as const, toStewardId: ada, warmIntro: true },
    { type: 'ReleaseSteward' as const, stewardId: ada },
    { type: 'SetCadence' as const, intervalDays: 30, graceDays: 0 },
    { type: 'SetChannelMixTarget' as const, shares: [{ channel: 'EMAIL' as const, shareBp: 10_000 }] },
    { type: 'LapseRelationship' as const },
    { type: 'ReactivateRelationship' as const },
  ])('leaves nothing to $type, and where nothing was opened there is nothing either', (command) => {
    relationship(ended)
      .when({ ...command, relationshipId }, { others })
      .thenRefused('STATE_CONFLICT', { current: 'ENDED' });
    given(relationshipDecider)
      .when({ ...command, relationshipId }, { others })
      .thenRefused('RELATIONSHIP_UNKNOWN', { path: ['relationshipId'] });
  });
});

describe('a relationship with somebody who was erased', () => {
  const gone = { ...others, [b]: stateAfter(partyDecider, registered(b), event('PersonErased', { keyId })) };
  const stewarded = event('StewardAssigned', { stewardId: ada, role: 'PRIMARY' }, day(11));

  it.each([
    { type: 'ChangeStage' as const, to: 'ENGAGED' as const, reason: 'x' },
    { type: 'AssignSteward' as const, stewardId: ada, role: 'BACKUP' as const },
    { type: 'HandOverSteward' as const, toStewardId: a, warmIntro: true },
    { type: 'SetCadence' as const, intervalDays: 30, graceDays: 0 },
    { type: 'SetChannelMixTarget' as const, shares: [{ channel: 'EMAIL' as const, shareBp: 10_000 }] },
    { type: 'LapseRelationship' as const },
    { type: 'ReactivateRelationship' as const },
  ])('takes no $type', (command) => {
    const asked = { ...command, relationshipId };
    const state = stateAfter(relationshipDecider, opened, stewarded);
    expect(relationshipDecider.consults(asked, state)).toEqual(expect.arrayContaining([a, b]));
    relationship(stewarded)
      .when(asked, { others: gone })
      .thenRefused('PARTY_ERASED', { path: ['relationshipId'] });
  });

  it('can be left and ended', () => {
    relationship(stewarded)
      .when({ type: 'ReleaseSteward', relationshipId, stewardId: ada }, { others: gone })
      .then(event('StewardReleased', { stewardId: ada, role: 'PRIMARY' }));
    relationship(stewarded)
      .when({ type: 'EndRelationship', relationshipId, manner: 'GRACEFUL' }, { others: gone })
      .then(event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' }));
  });
});
