import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type CampaignId, type PartyId } from '../../event-sourcing/id.js';
import { contextOf, eventId, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { campaignDecider, partyDecider, relationshipDecider } from '../ledger.js';
import type { CorrectTouch, RecordTouch } from './touch.inputs.js';

const relationshipId = contextOf(NOW).id('rel');
const touchId = contextOf(NOW).id('tch');
const [we, they, third] = ['we', 'they', 'third'].map((name) => deriveId('pty', name)) as [PartyId, PartyId, PartyId];
const campaignId: CampaignId = deriveId('cmp', 'spring');

const opened = event(
  'RelationshipOpened',
  { relationshipId, a: we, b: they, kind: 'CARE', intent: 'RELATIONAL' },
  day(1),
);
const participants = [
  { partyId: we, side: 'A' as const },
  { partyId: they, side: 'B' as const },
];
const facts = { channel: 'SMS', direction: 'OUTBOUND', intent: 'SELL', outcome: 'CONNECTED' } as const;
const campaign: RecordTouch = { type: 'RecordTouch', relationshipId, ...facts, campaignId, occurredAt: day(10) };
const recorded = event('TouchRecorded', { touchId, participants, ...facts, campaignId }, day(10));

const scope = { purpose: 'MARKETING', channel: 'SMS' } as const;
const granted = event('ConsentGranted', { ...scope, basis: 'Signed form.' }, day(5));
const withdrawn = (at: number) => event('ConsentWithdrawn', { ...scope }, day(at));
const party = (id: PartyId, ...events: readonly Event[]) =>
  stateAfter(
    partyDecider,
    event('PartyRegistered', { partyId: id, kind: 'PERSON', displayName: 'Ada', roles: [] }, day(1)),
    ...events,
  );
const campaigns = {
  [campaignId]: stateAfter(
    campaignDecider,
    event('CampaignPlanned', {
      campaignId,
      name: 'Spring',
      audiences: [{ name: 'everybody' }],
      channels: ['SMS'],
      window: { from: day(1), to: day(30) },
      budgetMinor: 0,
      currency: 'USD',
    }),
  ),
};
const known = (...events: readonly Event[]) => ({
  others: { ...campaigns, [we]: party(we), [they]: party(they, ...events) },
});

describe('an outbound touch of a campaign', () => {
  it('is recorded while the other side consents to marketing over the channel', () => {
    given(relationshipDecider, opened).when(campaign, known(granted)).then(event('TouchRecorded', recorded.data));
  });

  it('is refused without consent, and with consent to something else', () => {
    const path = ['participants', '1'];
    given(relationshipDecider, opened).when(campaign, known()).thenRefused('CONSENT_MISSING', { path });
    const other = event('ConsentGranted', { purpose: 'SERVICE', channel: 'SMS', basis: 'Form.' }, day(5));
    given(relationshipDecider, opened).when(campaign, known(other)).thenRefused('CONSENT_MISSING', { path });
    given(relationshipDecider, opened)
      .when({ ...campaign, channel: 'EMAIL' }, known(granted))
      .thenRefused('CONSENT_MISSING', { path });
  });

  it('is judged at the time of the contact and by now', () => {
    given(relationshipDecider, opened)
      .when({ ...campaign, occurredAt: day(4) }, known(granted))
      .thenRefused('CONSENT_MISSING');
    given(relationshipDecider, opened)
      .when(campaign, known(granted, withdrawn(9)))
      .thenRefused('CONSENT_MISSING');
    given(relationshipDecider, opened)
      .when(campaign, known(granted, withdrawn(11)))
      .thenRefused('CONSENT_MISSING');
  });

  it('is refused once the consent has expired', () => {
    const expiring = event('ConsentGranted', { ...granted.data, expiresAt: day(12) }, day(5));
    given(relationshipDecider, opened).when(campaign, known(expiring)).thenRefused('CONSENT_MISSING');
    given(relationshipDecider, opened)
      .when(campaign, { ...known(expiring), now: day(11) })
      .then(event('TouchRecorded', recorded.data));
  });

  it('needs the consent of everybody on the other side, and of the other party also when it was not there', () => {
    const others = { ...known(granted).others, [third]: party(third) };
    const named = { ...campaign, participants: [...participants, { partyId: third, side: 'B' as const }] };
    expect(relationshipDecider.consults(named, stateAfter(relationshipDecider, opened))).toEqual([
      we,
      they,
      third,
      campaignId,
    ]);
    given(relationshipDecider, opened)
      .when(named, { others })
      .thenRefused('CONSENT_MISSING', { path: ['participants', '2'] });
    const absent = { ...campaign, participants: [participants[0]!, { partyId: third, side: 'B' as const }] };
    given(relationshipDecider, opened)
      .when(absent, { others: { ...known().others, [third]: party(third, granted) } })
      .thenRefused('CONSENT_MISSING', { path: ['campaignId'] });
  });

  it.each<[string, Partial<RecordTouch>]>([
    ['an inbound one', { direction: 'INBOUND' }],
    ['a mutual one', { direction: 'MUTUAL' }],
    ['one of no campaign', { campaignId: null }],
  ])('and %s needs none', (_, more) => {
    const { campaignId: _campaign, ...rest } = recorded.data;
    const said = more.campaignId === null ? rest : { ...recorded.data, ...more };
    given(relationshipDecider, opened)
      .when({ ...campaign, ...more }, known())
      .then(event('TouchRecorded', said));
  });

  it('can be corrected in what needs no consent after it was withdrawn, and in nothing else', () => {
    const correct: CorrectTouch = { type: 'CorrectTouch', relationshipId, touchId, reason: 'Typo.', replacement: {} };
    const history = [opened, recorded] as const;
    const state = stateAfter(relationshipDecider, ...history);
    expect(
      relationshipDecider.consults({ ...correct, replacement: { channel: 'EMAIL' } } as CorrectTouch, state),
    ).toEqual([they]);
    given(relationshipDecider, ...history)
      .when({ ...correct, replacement: { note: 'Sent.' } }, known(granted, withdrawn(11)))
      .then(
        event('TouchCorrected', {
          touchId,
          targetEventId: eventId(1),
          reason: 'Typo.',
          replacement: { ...recorded.data, touchId: undefined, occurredAt: day(10), note: 'Sent.' },
        }),
      );
    given(relationshipDecider, ...history)
      .when({ ...correct, replacement: { channel: 'EMAIL' } }, known(granted))
      .thenRefused('CONSENT_MISSING', { path: ['replacement', 'participants', '1'] });
  });
});
