import { describe, expect, it } from '@jest/globals';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { isInputObjectType, isRequiredInputField, type GraphQLInputObjectType } from 'graphql';
import { deriveId } from '../event-sourcing/id.js';
import { campaignCommands, PlanCampaign, RecordCampaignCost } from './campaign/campaign.inputs.js';
import { commitmentCommands } from './commitment/commitment.inputs.js';
import { feedbackCommands, feedbackRequestCommands } from './feedback/feedback.inputs.js';
import { campaignDecider, partyDecider, referralDecider, relationshipDecider } from './ledger.js';
import { partyCommands, RegisterParty, AddContactPoint } from './party/party.inputs.js';
import { referralCommands } from './referral/referral.inputs.js';
import { relationshipCommands, SetCadence, SetChannelMixTarget } from './relationship/relationship.inputs.js';
import { CorrectTouch, RecordTouch, touchCommands } from './touch/touch.inputs.js';
import {
  AssessTrust,
  trustActionCommands,
  trustAssessmentCommands,
  trustRequestCommands,
} from './trust/trust.inputs.js';
import { commandOf, violations } from './validate.inputs.js';

const relationshipId = deriveId('rel', 'x');
const partyId = deriveId('pty', 'x');
const touch = {
  relationshipId,
  channel: 'EMAIL',
  direction: 'INBOUND',
  intent: 'SERVE',
  outcome: 'CONNECTED',
  occurredAt: '2026-01-01T00:00:00.000Z',
};
const pathsOf = (refusals: ReturnType<typeof violations>) => refusals.map(({ path }) => path?.join('.'));

describe('an input that can be a command', () => {
  it.each([
    ['the least', {}],
    ['nulls for what is not said', { note: null, minutes: null, cost: null, participants: null, touchId: null }],
    ['a note of several lines in any script', { note: 'Grüße aus 東京 👩‍⚕️\n\tund שלום' }],
    ['the longest note', { note: 'x'.repeat(10_000) }],
    ['a day', { minutes: 1440 }],
    ['nothing paid', { cost: { amountMinor: 0, currency: 'JPY' } }],
    ['participants', { participants: [{ partyId, side: 'A' }] }],
  ])('has %s', (_, more) => {
    expect(violations(commandOf(RecordTouch, { ...touch, ...more }))).toEqual([]);
  });
});

describe('an input that no command can be made of is refused with the path of the field', () => {
  it.each<[string, object, string]>([
    ['a note of two megabytes', { note: 'x'.repeat(2_000_000) }, 'note'],
    ['a note of nothing but space', { note: ' \n ' }, 'note'],
    ['U+0000', { note: 'a\u0000b' }, 'note'],
    ['a control character', { note: 'a\u0007b' }, 'note'],
    ['a C1 control character', { note: 'a\u0085b' }, 'note'],
    ['half of a surrogate pair', { note: 'a\ud83d' }, 'note'],
    ['a line break in a line', { topic: 'a\nb' }, 'topic'],
    ['a touch of 25 hours', { minutes: 1500 }, 'minutes'],
    ['an id of another kind', { relationshipId: partyId }, 'relationshipId'],
    ['an id that was never handed out', { relationshipId: 'rel_1' }, 'relationshipId'],
    ['an empty id', { touchId: '' }, 'touchId'],
    ['negative money', { cost: { amountMinor: -1, currency: 'USD' } }, 'cost.amountMinor'],
    ['a currency that is none', { cost: { amountMinor: 1, currency: 'XXX' } }, 'cost.currency'],
    ['a currency for tests', { cost: { amountMinor: 1, currency: 'XTS' } }, 'cost.currency'],
    ['a participant that is no party', { participants: [{ partyId: 'x', side: 'A' }] }, 'participants.0.partyId'],
    ['more participants than fit a room', { participants: Array(101).fill({ partyId, side: 'A' }) }, 'participants'],
  ])('%s', (_, more, path) => {
    const refusals = violations(commandOf(RecordTouch, { ...touch, ...more }));
    expect(pathsOf(refusals)).toEqual([path]);
    expect(refusals[0]).toMatchObject({ refused: 'INVALID_INPUT', message: expect.stringMatching(/./) });
  });

  it('inside a correction', () => {
    const correction = { relationshipId, touchId: deriveId('tch', 'x'), reason: 'Misheard.' };
    const correct = (replacement: object) =>
      pathsOf(violations(commandOf(CorrectTouch, { ...correction, replacement })));
    expect(correct({ minutes: 1441 })).toEqual(['replacement.minutes']);
    expect(correct({ cost: { amountMinor: 1, currency: 'DEM' } })).toEqual(['replacement.cost.currency']);
    expect(correct({ participants: [{ partyId: 'x', side: 'A' }] })).toEqual(['replacement.participants.0.partyId']);
    expect(correct({ minutes: null, topic: undefined, note: 'It was longer.' })).toEqual([]);
  });

  it('for a party', () => {
    const register = (more: object) =>
      pathsOf(violations(commandOf(RegisterParty, { kind: 'PERSON', displayName: 'Ada', ...more })));
    expect(register({})).toEqual([]);
    expect(register({ displayName: '' })).toEqual(['displayName']);
    expect(register({ displayName: 'x'.repeat(201) })).toEqual(['displayName']);
    expect(register({ roles: ['PATIENT', 'PATIENT'] })).toEqual(['roles']);
    expect(register({ identities: [{ system: 'crm', value: '' }] })).toEqual(['identities.0.value']);
    expect(register({ identities: Array(2).fill({ system: 'crm', value: '1' }) })).toEqual(['identities']);
    const addressed = commandOf(AddContactPoint, { partyId, kind: 'POSTAL_ADDRESS', value: '1 Main St\nSpringfield' });
    expect(violations(addressed)).toEqual([]);
  });

  it('for a campaign', () => {
    const plan = (more: object) =>
      pathsOf(
        violations(
          commandOf(PlanCampaign, {
            name: 'Spring',
            audiences: [{ name: 'neighbours' }],
            channels: ['EMAIL'],
            window: { from: touch.occurredAt, to: touch.occurredAt },
            budget: { amountMinor: 0, currency: 'USD' },
            ...more,
          }),
        ),
      );
    expect(plan({})).toEqual([]);
    expect(plan({ audiences: [] })).toEqual(['audiences']);
    expect(plan({ audiences: [{ name: '' }] })).toEqual(['audiences.0.name']);
    expect(plan({ audiences: [{ name: 'x', partyIds: [] }] })).toEqual(['audiences.0.partyIds']);
    expect(plan({ audiences: [{ name: 'x', partyIds: [partyId, partyId] }] })).toEqual(['audiences.0.partyIds']);
    expect(plan({ audiences: [{ name: 'x', partyIds: ['pty_1'] }] })).toEqual(['audiences.0.partyIds']);
    expect(plan({ channels: [] })).toEqual(['channels']);
    expect(plan({ channels: ['EMAIL', 'EMAIL'] })).toEqual(['channels']);
    expect(plan({ budget: { amountMinor: -1, currency: 'USD' } })).toEqual(['budget.amountMinor']);
    const amount = { amountMinor: -1, currency: 'USD' };
    const cost = { campaignId: deriveId('cmp', 'x'), amount, kind: 'PRINT', incurredOn: '2026-01-01' };
    expect(pathsOf(violations(commandOf(RecordCampaignCost, cost)))).toEqual(['amount.amountMinor']);
  });

  it.each([
    [0, 0, ['intervalDays']],
    [1096, 0, ['intervalDays']],
    [30, -1, ['graceDays']],
    [1095, 1095, []],
  ])('a cadence of %d days with %d days of grace', (intervalDays, graceDays, paths) => {
    expect(pathsOf(violations(commandOf(SetCadence, { relationshipId, intervalDays, graceDays })))).toEqual(paths);
  });

  it.each([
    ['0', 0, ['reliability']],
    ['11', 11, ['reliability']],
    ['1', 1, []],
    ['10', 10, []],
  ] as const)('a rating of %s, unless it is 1 to 10', (_, reliability, paths) => {
    const ratings = { credibility: 1, reliability, intimacy: 1, selfOrientation: 1, basis: 'EARNED' };
    expect(pathsOf(violations(commandOf(AssessTrust, { relationshipId, ...ratings })))).toEqual(paths);
  });

  it('a negative share of a channel', () => {
    const shares = [
      { channel: 'EMAIL', shareBp: 10_001 },
      { channel: 'FAX', shareBp: -1 },
    ];
    expect(pathsOf(violations(commandOf(SetChannelMixTarget, { relationshipId, shares })))).toEqual([
      'shares.1.shareBp',
    ]);
  });
});

describe('the inputs of the commands', () => {
  const commands = [
    ...campaignCommands,
    ...commitmentCommands,
    ...feedbackCommands,
    ...feedbackRequestCommands,
    ...partyCommands,
    ...referralCommands,
    ...relationshipCommands,
    ...touchCommands,
    ...trustActionCommands,
    ...trustAssessmentCommands,
    ...trustRequestCommands,
  ];

  it('are those that the deciders decide', () => {
    const decided = [campaignDecider, partyDecider, referralDecider, relationshipDecider].flatMap((decider) => [
      ...decider.commands,
    ]);
    const brought = ['MakeRedirectedReferral']; // what only another event brings about
    expect([...brought, ...commands.map((command) => new command().type)].sort()).toEqual(decided.sort());
  });

  it('describe each of their fields and keep their literal name to themselves', async () => {
    const module = await Test.createTestingModule({ imports: [GraphQLSchemaBuilderModule] }).compile();
    const factory = module.get(GraphQLSchemaFactory);
    const schema = await factory.create([], { orphanedTypes: [...commands], skipCheck: true });
    const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
    expect(inputs.map(({ name }) => name)).toEqual(expect.arrayContaining(commands.map(({ name }) => `${name}Input`)));
    for (const input of inputs) {
      expect(input.description).toBeTruthy();
      for (const field of Object.values(input.getFields())) expect(field.description).toBeTruthy();
      expect(Object.keys(input.getFields())).not.toContain('type');
    }
    const required = (name: string) =>
      Object.values((schema.getType(name) as GraphQLInputObjectType).getFields())
        .filter(isRequiredInputField)
        .map((field) => field.name)
        .sort();
    // What a person must say to log a touch, and what a correction must.
    expect(required('RecordTouchInput')).toEqual(['channel', 'direction', 'intent', 'occurredAt', 'relationshipId']);
    expect(required('TouchReplacement')).toEqual([]);
  });
});
