import { describe, expect, it } from '@jest/globals';
import { buildSchema, isInputObjectType, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { ROW_TYPES, rowKinds, type RowType } from './kinds.js';
import type { RowKind } from './row-kind.js';

const schema: GraphQLSchema = buildSchema(readFileSync('schema.graphql', 'utf8'));

function inputFields(name: string): string[] {
  const type = schema.getType(name);
  return isInputObjectType(type) ? Object.keys(type.getFields()) : [];
}

/** Fields of rows that are in the input under another name, or make something else of it. */
interface Made {
  readonly input: string;
  readonly rowsOnly: readonly string[];
  /** Fields of the input that come from those, or that a row cannot say. */
  readonly inputOnly: readonly string[];
}

const PLACE = ['relationship', 'relationshipKind', 'at', 'id'];
const MADE: Readonly<Record<RowType, Made>> = {
  touches: {
    input: 'RecordTouchInput',
    rowsOnly: ['id', 'from', 'to', 'relationship', 'at', 'kind', 'campaign', 'costMinor', 'currency'],
    inputOnly: ['participants', 'occurredAt', 'cost', 'touchId'],
  },
  relationships: {
    input: 'OpenRelationshipInput',
    rowsOnly: ['id', 'at', 'steward', 'intervalDays', 'graceDays'],
    inputOnly: ['occurredAt'],
  },
  parties: {
    input: 'RegisterPartyInput',
    rowsOnly: ['id', 'npi', 'email', 'phone', 'at'],
    inputOnly: ['identities', 'occurredAt'],
  },
  'trust-actions': {
    input: 'RecordTrustActionInput',
    rowsOnly: [...PLACE, 'giftValueMinor', 'currency'],
    inputOnly: ['giftValue', 'needId', 'occurredAt'],
  },
  commitments: {
    input: 'MakeCommitmentInput',
    rowsOnly: [...PLACE, 'remindedAt', 'keptAt', 'brokenAt', 'waivedAt', 'declinedAt'],
    inputOnly: ['trustRequestId', 'occurredAt'],
  },
  feedback: {
    input: 'ReceiveFeedbackInput',
    rowsOnly: [
      ...[...PLACE, 'about', 'scaleMin', 'scaleMax', 'acknowledgedAt', 'actionedAt', 'resolvedAt', 'confirmedAt'],
      ...['reopenedAt', 'disputedAt'],
    ],
    inputOnly: ['scale', 'aboutEventId', 'requestId', 'orderReason', 'occurredAt'],
  },
  referrals: {
    input: 'MakeReferralInput',
    rowsOnly: [
      ...['id', 'referrer', 'subject', 'target', 'at', 'parent', 'relationship', 'declineReason', 'declineReasonLabel'],
      ...['leakedAt', 'leakedTo', 'leakReason', 'sentAt', 'receivedAt', 'acceptedAt', 'declinedAt', 'scheduledAt'],
      ...['noShowAt', 'seenAt', 'reportedAt', 'acknowledgedAt', 'closedAt', 'cancelledAt', 'expiredAt'],
    ],
    inputOnly: ['referrerId', 'subjectRef', 'targetId', 'inReturnFor', 'parentReferralId', 'occurredAt'],
  },
  campaigns: {
    input: 'PlanCampaignInput',
    rowsOnly: [
      ...['id', 'audience', 'parties', 'from', 'to', 'budgetMinor', 'currency', 'at'],
      ...['launchedAt', 'pausedAt', 'endedAt'],
    ],
    inputOnly: ['audiences', 'window', 'budget', 'occurredAt'],
  },
  'campaign-costs': {
    input: 'RecordCampaignCostInput',
    rowsOnly: ['id', 'campaign', 'amountMinor', 'currency'],
    inputOnly: ['amount'],
  },
  'campaign-responses': {
    input: 'RecordCampaignResponseInput',
    rowsOnly: ['id', 'campaign', 'party', 'at'],
    inputOnly: ['partyId', 'occurredAt'],
  },
};

const fieldsOf = (type: RowType): RowKind['fields'] => rowKinds[type].fields;

describe('rows', () => {
  it.each(ROW_TYPES)('of %s have the fields of what they are imported as', (type) => {
    const { input, rowsOnly, inputOnly } = MADE[type];
    const passed = Object.keys(fieldsOf(type)).filter((name) => !rowsOnly.includes(name));
    expect([...passed, ...inputOnly].sort()).toEqual(inputFields(input).sort());
  });

  it.each(ROW_TYPES)('of %s have names that mean one field only', (type) => {
    const names = Object.entries(fieldsOf(type)).flatMap(([name, { aliases = [] }]) => [
      name.toLowerCase(),
      ...aliases,
    ]);
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  });
});
