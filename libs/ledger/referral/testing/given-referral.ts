import { event, type Event } from '../../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../../event-sourcing/id.js';
import type { Instant } from '../../../event-sourcing/instant.js';
import { contextOf, eventId, given, january as day, NOW, stateAfter } from '../../../event-sourcing/testing/given.js';
import { partyDecider, referralDecider, relationshipDecider } from '../../ledger.js';
import type { ReferralFacts } from '../facts.js';
import type { RecordReferralStep } from '../referral.inputs.js';

export const referralId = contextOf(NOW).id('ref');
export const relationshipId = deriveId('rel', 'partners');
export const inReturnFor = deriveId('evt', 'a good deed');
export const [doctor, patient, clinic, rival] = ['doctor', 'patient', 'clinic', 'rival'].map((name) =>
  deriveId('pty', name),
) as [PartyId, PartyId, PartyId, PartyId];

const known = (partyId: PartyId, ...events: readonly Event[]) =>
  stateAfter(
    partyDecider,
    event('PartyRegistered', { partyId, kind: 'PERSON', displayName: 'Somebody', roles: [] }, day(1)),
    ...events,
  );
export const others = {
  ...Object.fromEntries([doctor, patient, clinic, rival].map((partyId) => [partyId, known(partyId)])),
  [relationshipId]: stateAfter(
    relationshipDecider,
    event('RelationshipOpened', { relationshipId, a: clinic, b: doctor, kind: 'PEER', intent: 'UNKNOWN' }, day(1)),
  ),
};

/** The same world after one of its parties was erased. */
export const without = (partyId: PartyId) => ({
  ...others,
  [partyId]: known(partyId, event('PersonErased', { keyId: deriveId('key', partyId) }, day(11))),
});

export const facts: ReferralFacts = {
  referrerId: doctor,
  subjectRef: patient,
  targetId: clinic,
  serviceLine: 'cardiology',
  urgency: 'ROUTINE',
  motive: 'UNKNOWN',
};
export const made = (more: object = {}) => event('ReferralMade', { referralId, ...facts, depth: 0, ...more }, day(10));

/** The referral as it stands after these events, made on the tenth. */
export const referral = (...events: readonly Event[]) => given(referralDecider, made(), ...events);
export const retractedReferral = event('ReferralRetracted', { targetEventId: eventId(0), reason: 'Never was.' });

export const report = (
  step: RecordReferralStep['step'],
  occurredAt: Instant,
  more: Partial<RecordReferralStep> = {},
): RecordReferralStep => ({ type: 'RecordReferralStep', referralId, step, occurredAt, ...more });
