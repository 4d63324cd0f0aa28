import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import { contextOf, eventId, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { ledger, partyDecider, relationshipDecider } from '../ledger.js';
import type { PartyEvent } from './slices.js';

const partyId = contextOf(NOW).id('pty');
const survivorId: PartyId = deriveId('pty', 'survivor');
const register = (id: PartyId, kind: 'PERSON' | 'ORGANISATION' = 'PERSON') =>
  event('PartyRegistered', { partyId: id, kind, displayName: 'Ada Moreau', roles: [] }, day(1));
const registered = register(partyId);
const survivor = (...events: readonly Event[]) => ({
  others: { [survivorId]: stateAfter(partyDecider, register(survivorId), ...events) },
});
const evidence = 'Same phone number.';
const merged = event('PartiesMerged', { survivorId, absorbedId: partyId, evidence }, day(5));
const unmerged = event('PartiesUnmerged', { survivorId, absorbedId: partyId, mergeEventId: eventId(1) }, day(8));
const requested = event('ErasureRequested', {}, day(5));
const keyId = deriveId('key', 'test', partyId);
const erased = event('PersonErased', { keyId }, day(6));

describe('merging parties', () => {
  const merge = { type: 'MergeParties' as const, survivorId, absorbedId: partyId, evidence };

  it('is recorded in the stream of the party that is absorbed', () => {
    expect(ledger.subjectOf(merge, contextOf(NOW))).toBe(partyId);
    expect(partyDecider.consults(merge, partyDecider.initial())).toEqual([survivorId]);
    given(partyDecider, registered).when(merge, survivor()).then(event('PartiesMerged', merged.data));
  });

  it('into the same survivor again changes nothing', () => {
    given(partyDecider, registered, merged).when(merge, survivor()).thenNothing();
  });

  it('is refused into itself, into one that is unknown, erased or of another kind', () => {
    const path = ['survivorId'];
    given(partyDecider, registered)
      .when({ ...merge, survivorId: partyId }, { others: { [partyId]: stateAfter(partyDecider, registered) } })
      .thenRefused('MERGE_INVALID', { path });
    given(partyDecider, registered).when(merge).thenRefused('PARTY_UNKNOWN', { path });
    given(partyDecider, registered).when(merge, survivor(requested, erased)).thenRefused('MERGE_INVALID', { path });
    const clinic = { [survivorId]: stateAfter(partyDecider, register(survivorId, 'ORGANISATION')) };
    given(partyDecider, registered).when(merge, { others: clinic }).thenRefused('MERGE_INVALID', { path });
  });

  it('is refused when either is merged into a third', () => {
    const third: PartyId = deriveId('pty', 'third');
    const elsewhere = event('PartiesMerged', { survivorId: third, absorbedId: survivorId, evidence });
    given(partyDecider, registered)
      .when(merge, survivor(elsewhere))
      .thenRefused('MERGE_INVALID', { path: ['survivorId'] });
    given(partyDecider, registered, event('PartiesMerged', { ...merged.data, survivorId: third }))
      .when(merge, survivor())
      .thenRefused('MERGE_INVALID', { path: ['absorbedId'] });
  });

  it('is refused for an unknown party', () => {
    given(partyDecider)
      .when(merge, survivor())
      .thenRefused('PARTY_UNKNOWN', { path: ['absorbedId'] });
  });

  it('claims for both whom they stand for, so that no two merges close a circle', () => {
    expect(partyDecider.claims(merged, stateAfter(partyDecider, registered))).toEqual({
      release: [`stands for|${partyId}`],
      take: [
        { name: `stands for|${partyId}`, owner: survivorId, refusal: 'MERGE_INVALID' },
        { name: `stands for|${survivorId}`, owner: survivorId, refusal: 'MERGE_INVALID' },
      ],
    });
  });
});

describe('unmerging parties', () => {
  const unmerge = { type: 'UnmergeParties' as const, absorbedId: partyId };

  it('names the merge that it takes back', () => {
    expect(ledger.subjectOf(unmerge, contextOf(NOW))).toBe(partyId);
    given(partyDecider, registered, merged)
      .when({ ...unmerge, reason: 'Twins.' })
      .then(event('PartiesUnmerged', { ...unmerged.data, reason: 'Twins.' }));
  });

  it('is refused for a party that is not merged, and before the merge', () => {
    given(partyDecider, registered, merged, unmerged)
      .when(unmerge)
      .thenRefused('STATE_CONFLICT', { current: 'NOT_MERGED', path: ['absorbedId'] });
    given(partyDecider, registered, merged)
      .when({ ...unmerge, occurredAt: day(4) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(5) });
  });

  it('lets the party be merged again', () => {
    const merge = { type: 'MergeParties' as const, survivorId, absorbedId: partyId, evidence };
    given(partyDecider, registered, merged, unmerged).when(merge, survivor()).then(event('PartiesMerged', merged.data));
    expect(partyDecider.claims(unmerged, stateAfter(partyDecider, registered, merged))).toEqual({
      release: [`stands for|${partyId}`],
    });
  });
});

describe('erasing a person', () => {
  const request = { type: 'RequestErasure' as const, partyId };
  const erase = { type: 'ErasePerson' as const, partyId };

  it('follows from a request, and names the key of the person', () => {
    given(partyDecider, registered)
      .when({ ...request, reason: 'By letter.' })
      .then(event('ErasureRequested', { reason: 'By letter.' }));
    given(partyDecider, registered, requested).when(erase).then(event('PersonErased', { keyId }));
  });

  it('is requested once', () => {
    given(partyDecider, registered, requested).when(request).thenNothing();
  });

  it('is refused without a request, before it, and for an organisation', () => {
    given(partyDecider, registered).when(erase).thenRefused('STATE_CONFLICT', { current: 'NOT_REQUESTED' });
    given(partyDecider, registered, requested)
      .when({ ...erase, occurredAt: day(4) })
      .thenRefused('ORDER_IMPLAUSIBLE', { current: day(5) });
    given(partyDecider, register(partyId, 'ORGANISATION'))
      .when(request)
      .thenRefused('INVALID_INPUT', { path: ['partyId'] });
  });

  it('gives back its names, and keeps everybody from being merged into it', () => {
    const identified: PartyEvent = event('PartyIdentified', { system: 'MRN', value: '17' });
    const before = stateAfter(partyDecider, registered, identified, requested);
    const [taken] = partyDecider.claims(identified, before).take!;
    expect(partyDecider.claims(erased, before)).toEqual({
      release: [`stands for|${partyId}`, taken!.name],
      take: [{ name: `stands for|${partyId}`, owner: 'erased', refusal: 'MERGE_INVALID' }],
    });
  });

  const commands = [
    { type: 'IdentifyParty', partyId, system: 'MRN', value: '17' },
    { type: 'AddContactPoint', partyId, kind: 'EMAIL', value: 'a@example.org' },
    { type: 'StartAffiliation', partyId, organizationId: survivorId },
    { type: 'StartPartyRole', partyId, role: 'PATIENT' },
    { type: 'RecordAttribute', partyId, key: 'k', value: 'v', source: 's' },
    { type: 'RecordPreference', partyId, topic: 't', value: 'v' },
    { type: 'IdentifyNeed', partyId, kind: 'UNMET', basis: 'STATED', code: 'c' },
    { type: 'GrantConsent', partyId, purpose: 'MARKETING', channel: 'ANY', basis: 'b' },
    { type: 'WithdrawConsent', partyId, purpose: 'MARKETING', channel: 'ANY' },
    { type: 'RequestErasure', partyId },
    { type: 'ErasePerson', partyId },
  ] as const;

  it.each(commands)('is final: $type is refused', (command) => {
    given(partyDecider, registered, requested, erased)
      .when(command)
      .thenRefused('PARTY_ERASED', { path: ['partyId'] });
  });

  it('is final: it is merged into nobody', () => {
    given(partyDecider, registered, requested, erased)
      .when({ type: 'MergeParties', survivorId, absorbedId: partyId, evidence }, survivor())
      .thenRefused('PARTY_ERASED', { path: ['absorbedId'] });
  });

  it('keeps new ties, stewards and touches from naming it', () => {
    const relationshipId = contextOf(NOW).id('rel');
    const gone = stateAfter(partyDecider, registered, requested, erased);
    const others = { [partyId]: gone, [survivorId]: stateAfter(partyDecider, register(survivorId)) };
    const tie = { kind: 'CARE', intent: 'RELATIONAL' } as const;
    const opened = event('RelationshipOpened', { relationshipId, a: survivorId, b: partyId, ...tie }, day(2));
    given(relationshipDecider)
      .when({ type: 'OpenRelationship', a: survivorId, b: partyId, ...tie }, { others })
      .thenRefused('PARTY_ERASED', { path: ['b'] });
    given(relationshipDecider, event('RelationshipOpened', { ...opened.data, b: deriveId('pty', 'third') }, day(2)))
      .when({ type: 'AssignSteward', relationshipId, stewardId: partyId, role: 'PRIMARY' }, { others })
      .thenRefused('PARTY_ERASED', { path: ['stewardId'] });
    const touch = { channel: 'EMAIL', direction: 'INBOUND', intent: 'ASK', outcome: 'CONNECTED' } as const;
    const record = { type: 'RecordTouch' as const, relationshipId, ...touch, occurredAt: day(3) };
    expect(relationshipDecider.consults(record, stateAfter(relationshipDecider, opened))).toEqual([
      survivorId,
      partyId,
    ]);
    given(relationshipDecider, opened)
      .when(record, { others })
      .thenRefused('PARTY_ERASED', { path: ['relationshipId'] });
  });
});
