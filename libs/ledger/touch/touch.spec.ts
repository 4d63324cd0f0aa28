import { describe, expect, it } from '@jest/globals';
import { event, type Event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId } from '../../event-sourcing/id.js';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import { contextOf, eventId, given, january as day, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { campaignDecider, partyDecider, relationshipDecider } from '../ledger.js';
import type { CorrectTouch, RecordTouch, RetractTouch, TouchReplacement } from './touch.inputs.js';
import type { DatedTouchFacts, TouchFacts } from './touch.js';

const touchId = contextOf(NOW).id('tch');
const relationshipId = contextOf(NOW).id('rel');
const [a, b, nurse] = ['a', 'b', 'nurse'].map((name) => deriveId('pty', name)) as [PartyId, PartyId, PartyId];

const opened = event('RelationshipOpened', { relationshipId, a, b, kind: 'CARE', intent: 'UNKNOWN' }, day(10));
const ended = event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' }, day(20));
const known = event('PartyRegistered', { partyId: nurse, kind: 'PERSON', displayName: 'Nurse', roles: [] });
const spring = deriveId('cmp', 'spring');
const planned = event('CampaignPlanned', {
  campaignId: spring,
  name: 'Spring',
  audiences: [{ name: 'neighbours' }],
  channels: ['PHONE_CALL'],
  window: { from: day(1), to: day(31) },
  budgetMinor: 0,
  currency: 'USD',
});
const others = { [nurse]: stateAfter(partyDecider, known), [spring]: stateAfter(campaignDecider, planned) };

const both = [
  { partyId: a, side: 'A' as const },
  { partyId: b, side: 'B' as const },
];
const said = { channel: 'PHONE_CALL', direction: 'OUTBOUND', intent: 'LISTEN', outcome: 'CONNECTED' } as const;
const facts: TouchFacts = { participants: both, ...said };
const record: RecordTouch = { type: 'RecordTouch', relationshipId, ...said, occurredAt: day(15) };

/** The relationship as it stands after these events, opened on the tenth. */
const relationship = (...events: readonly Event[]) => given(relationshipDecider, opened, ...events);
const recorded = (more: object = {}) => event('TouchRecorded', { touchId, ...facts, ...more });

describe('recording a touch', () => {
  it('needs four facts beside the relationship', () => {
    relationship().when(record).then(recorded());
  });

  it('keeps every further fact that is given, and no other', () => {
    const more = {
      direction: 'INBOUND',
      function: 'LIAISON',
      phase: 'OUTREACH',
      topic: 'cardiology intake',
      mindset: 'PROFESSIONAL',
      minutes: 25,
      campaignId: spring,
      note: 'Asked how the new forms work for them.\n\tWill send one. 🙂',
    } as const;
    relationship()
      .when({ ...record, ...more, cost: { amountMinor: 1_250, currency: 'USD' }, functionLabel: null }, { others })
      .then(recorded({ ...more, costMinor: 1_250, currency: 'USD' }));
  });

  it('takes the two parties of the relationship for who took part, unless told', () => {
    const participants = [both[0]!, { partyId: nurse, side: 'A' as const }, both[1]!];
    relationship()
      .when({ ...record, participants }, { others })
      .then(recorded({ participants }));
  });

  it('looks at the campaign, and refuses one that nobody planned', () => {
    relationship()
      .when({ ...record, campaignId: spring })
      .thenRefused('CAMPAIGN_UNKNOWN', { path: ['campaignId'] });
    relationship(recorded())
      .when({ type: 'CorrectTouch', relationshipId, touchId, reason: 'For it.', replacement: { campaignId: spring } })
      .thenRefused('CAMPAIGN_UNKNOWN', { path: ['replacement', 'campaignId'] });
  });

  it('looks at everybody who takes part, and refuses the unknown', () => {
    const participants = [both[0]!, { partyId: nurse, side: 'B' as const }];
    const state = stateAfter(relationshipDecider, opened);
    const withNurse = { ...record, participants };
    expect(relationshipDecider.consults(withNurse, state)).toEqual([a, b, nurse]);
    expect(relationshipDecider.consults(record, state)).toEqual([a, b]);
    relationship()
      .when(withNurse)
      .thenRefused('PARTY_UNKNOWN', { path: ['participants', '1', 'partyId'] });
  });

  it('is refused with nobody on one of the sides', () => {
    for (const participants of [[], both.slice(0, 1), both.slice(1)]) {
      relationship()
        .when({ ...record, participants })
        .thenRefused('INVALID_INPUT', { path: ['participants'] });
    }
  });

  it('is refused with a participant named twice, on whichever side', () => {
    const participants = [...both, { partyId: a, side: 'B' as const }];
    relationship()
      .when({ ...record, participants })
      .thenRefused('INVALID_INPUT', { path: ['participants', '2'] });
  });

  it.each([
    [{ channel: 'OTHER' }, 'channelLabel'],
    [{ channelLabel: 'pigeon' }, 'channelLabel'],
    [{ function: 'OTHER' }, 'functionLabel'],
    [{ functionLabel: 'porter' }, 'functionLabel'],
    [{ function: 'LIAISON', functionLabel: 'porter' }, 'functionLabel'],
  ] as const)('is refused with %j: OTHER needs a label, and only OTHER takes one', (more, path) => {
    relationship()
      .when({ ...record, ...more })
      .thenRefused('INVALID_INPUT', { path: [path] });
  });

  it('takes OTHER with its label', () => {
    const more = { channel: 'OTHER', channelLabel: 'pigeon', function: 'OTHER', functionLabel: 'porter' } as const;
    relationship()
      .when({ ...record, ...more })
      .then(recorded(more));
  });

  it('is accepted before the opening: imports come in any order', () => {
    relationship()
      .when({ ...record, occurredAt: day(1) })
      .then(recorded());
  });

  it('is refused after the end, but accepted late from before it', () => {
    relationship(ended)
      .when({ ...record, occurredAt: day(21) })
      .thenRefused('STATE_CONFLICT', { path: ['occurredAt'], current: 'ENDED' });
    relationship(ended).when(record).then(recorded());
    relationship(ended)
      .when({ ...record, occurredAt: day(20) })
      .then(recorded());
  });

  it('of a contact that another relationship has too keeps its id', () => {
    const shared = deriveId('tch', 'elsewhere');
    relationship()
      .when({ ...record, touchId: shared })
      .then(event('TouchRecorded', { touchId: shared, ...facts }));
  });

  it('is refused under an id that this relationship has, retracted or not', () => {
    relationship(recorded())
      .when({ ...record, touchId })
      .thenRefused('STATE_CONFLICT', { current: 'RECORDED' });
    relationship(recorded(), retracted)
      .when({ ...record, touchId })
      .thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
  });

  it('is refused where no relationship was opened', () => {
    given(relationshipDecider)
      .when(record)
      .thenRefused('RELATIONSHIP_UNKNOWN', { path: ['relationshipId'] });
  });
});

const first = eventId(1); // behind RelationshipOpened
const retracted = event('TouchRetracted', { touchId, targetEventId: first, reason: 'Wrong patient.' });
const touch = event('TouchRecorded', { touchId, ...facts, minutes: 25, costMinor: 900, currency: 'USD' }, day(15));
const before: DatedTouchFacts = { ...facts, minutes: 25, costMinor: 900, currency: 'USD', occurredAt: day(15) };

const correct = (
  replacement: TouchReplacement | { [Fact in keyof TouchReplacement]: TouchReplacement[Fact] | null },
): CorrectTouch => ({
  type: 'CorrectTouch',
  relationshipId,
  touchId,
  reason: 'Misheard.',
  replacement: replacement as TouchReplacement,
});
const corrected = (replacement: object) =>
  event('TouchCorrected', { touchId, targetEventId: first, reason: 'Misheard.', replacement });

describe('correcting a touch', () => {
  it('says the complete facts after it, and which event it corrects', () => {
    relationship(touch)
      .when(correct({ channel: 'VIDEO_CALL', minutes: 40 }))
      .then(corrected({ ...before, channel: 'VIDEO_CALL', minutes: 40 }));
  });

  it('may move the touch in time', () => {
    relationship(touch)
      .when(correct({ occurredAt: day(12) }))
      .then(corrected({ ...before, occurredAt: day(12) }));
  });

  it('takes away what is said to be null, and keeps what is not said', () => {
    const { minutes: _, ...rest } = before;
    relationship(touch)
      .when(correct({ minutes: null, note: undefined }))
      .then(corrected(rest));
    const { costMinor: __, currency: ___, ...free } = before;
    relationship(touch)
      .when(correct({ cost: null }))
      .then(corrected(free));
  });

  it.each(['channel', 'direction', 'intent', 'outcome', 'occurredAt', 'participants'] as const)(
    'never takes away the %s: no touch is without it',
    (fact) => {
      relationship(touch)
        .when(correct({ [fact]: null }))
        .thenRefused('INVALID_INPUT', { path: ['replacement', fact] });
    },
  );

  it('builds on the correction before it, and still names the touch itself', () => {
    const once = corrected({ ...before, channel: 'VIDEO_CALL' });
    relationship(touch, once)
      .when(correct({ cost: { amountMinor: 0, currency: 'EUR' } }))
      .then(corrected({ ...before, channel: 'VIDEO_CALL', costMinor: 0, currency: 'EUR' }));
  });

  it('changes nothing when everything is so already', () => {
    relationship(touch)
      .when(correct({ channel: 'PHONE_CALL', participants: both.map((one) => ({ ...one })) }))
      .thenNothing();
    relationship(touch).when(correct({})).thenNothing();
  });

  it('is refused where the touch as corrected could not have been recorded', () => {
    relationship(touch)
      .when(correct({ channel: 'OTHER' }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'channelLabel'] });
    relationship(touch)
      .when(correct({ participants: both.slice(1) }))
      .thenRefused('INVALID_INPUT', { path: ['replacement', 'participants'] });
    relationship(touch)
      .when(correct({ participants: [both[0]!, { partyId: nurse, side: 'B' }] }))
      .thenRefused('PARTY_UNKNOWN', { path: ['replacement', 'participants', '1', 'partyId'] });
  });

  it('accepts participants that are known, and trusts those of before', () => {
    const participants = [both[0]!, { partyId: nurse, side: 'B' as const }];
    const command = correct({ participants });
    expect(relationshipDecider.consults(command, stateAfter(relationshipDecider, opened))).toEqual([nurse]);
    relationship(touch)
      .when(command, { others })
      .then(corrected({ ...before, participants }));
    relationship(touch, corrected({ ...before, participants }))
      .when(correct({ minutes: 1 }))
      .then(corrected({ ...before, participants, minutes: 1 }));
  });

  it('is refused when it moves the touch into the future', () => {
    const ahead = (ms: number): Instant => fromMillis(toMillis(NOW) + ms);
    relationship(touch)
      .when(correct({ occurredAt: ahead(300_001) }))
      .thenRefused('TIME_IN_FUTURE', { path: ['replacement', 'occurredAt'] });
    relationship(touch)
      .when(correct({ occurredAt: ahead(300_000) }))
      .then(corrected({ ...before, occurredAt: ahead(300_000) }));
  });

  it('is possible after the end, but does not move the touch behind it', () => {
    relationship(touch, ended)
      .when(correct({ minutes: 30 }))
      .then(corrected({ ...before, minutes: 30 }));
    relationship(touch, ended)
      .when(correct({ occurredAt: day(21) }))
      .thenRefused('STATE_CONFLICT', { path: ['replacement', 'occurredAt'], current: 'ENDED' });
  });

  it('leaves a touch correctable that an end with a reason has put behind it', () => {
    const after = event('TouchRecorded', touch.data, day(25));
    relationship(after, ended)
      .when(correct({ minutes: 30 }))
      .then(corrected({ ...before, minutes: 30, occurredAt: day(25) }));
  });
});

describe('retracting a touch', () => {
  const retract: RetractTouch = { type: 'RetractTouch', relationshipId, touchId, reason: 'Wrong patient.' };

  it('says why, and which event never was', () => {
    relationship(touch).when(retract).then(retracted);
    relationship(touch, corrected({ ...before, minutes: 1 }))
      .when(retract)
      .then(retracted);
  });

  it('is possible after the end', () => {
    relationship(touch, ended).when(retract).then(retracted);
  });

  it('is final: neither retracted again nor corrected', () => {
    relationship(touch, retracted).when(retract).thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
    relationship(touch, retracted)
      .when(correct({ minutes: 1 }))
      .thenRefused('STATE_CONFLICT', { current: 'RETRACTED' });
  });

  it('is refused, like a correction, for a touch or a relationship that is not there', () => {
    for (const command of [retract, correct({ minutes: 1 })]) {
      relationship()
        .when(command)
        .thenRefused('TOUCH_UNKNOWN', { path: ['touchId'] });
      given(relationshipDecider)
        .when(command)
        .thenRefused('RELATIONSHIP_UNKNOWN', { path: ['relationshipId'] });
    }
  });
});
