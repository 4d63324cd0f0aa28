import type { Fields } from '../mapping.js';
import { at, currency, id, step } from './fields.js';
import { empty, money, stepsOf, type DatedStep, type RowKind } from './row-kind.js';
import type { Source } from './source.js';

const STEPS: readonly DatedStep[] = [
  { field: 'launchedAt', type: 'LaunchCampaign' },
  { field: 'pausedAt', type: 'PauseCampaign' },
  { field: 'endedAt', type: 'EndCampaign' },
];

export const campaigns: RowKind = {
  fields: {
    id,
    name: { type: 'text', help: 'what people call it' },
    audience: { type: 'text', help: 'whom it addresses, in a few words' },
    parties: { type: 'externalIds', help: 'those it addresses, by their ids in the source, separated by ; or |' },
    channels: { type: 'words', help: 'EMAIL, EVENT, … separated by ; or |', aliases: ['channel'] },
    channelLabel: { type: 'text', help: 'with channel OTHER: which one' },
    from: { type: 'time', help: 'when it is to begin', aliases: ['start'] },
    to: { type: 'time', help: 'when it is to end', aliases: ['end'] },
    budgetMinor: { type: 'whole', help: 'what it may cost in cents, pence, …', aliases: ['budget'] },
    currency: { ...currency, help: 'of the budget, ISO 4217' },
    at: { ...at('when it was planned'), aliases: ['plannedat', ...(at('').aliases ?? [])] },
    launchedAt: step('when it was launched'),
    pausedAt: step('when it was paused'),
    endedAt: step('when it was over'),
  },

  lacks: (has) =>
    ['name', 'channels', 'from', 'to', 'budgetMinor', 'currency'].find((field) => !has(field)) ??
    (has('audience') || has('parties') ? undefined : 'audience'),

  compose(fields, source, content) {
    const { id, name, audience = name, parties, channels, channelLabel, from, to, budgetMinor, currency, at } = fields;
    const key = source.keyOf('campaign', id, content);
    const addressed = Array.isArray(parties) ? parties.map(String) : [];
    const partyIds = addressed.length > 0 ? { partyIds: addressed.map((party) => source.partyRef(party)) } : {};
    const plan = { name, audiences: [{ name: audience, ...partyIds }], channels, channelLabel, window: { from, to } };
    return [
      ...source.ensuredParties(...addressed),
      {
        type: 'PlanCampaign',
        idempotencyKey: key,
        input: { ...plan, ...money('budget', budgetMinor, currency), occurredAt: at },
      },
      ...stepsOf(fields, STEPS, key, { campaignId: `cmp:${key}` }),
    ];
  },
};

const CAMPAIGN = {
  campaign: { type: 'externalId', help: 'imported campaign, by the id in the source' },
  campaignId: { type: 'text', help: 'instead of campaign: its id in the ledger, cmp_…' },
} as const;

const campaignOf = ({ campaign, campaignId }: Fields, source: Source): unknown =>
  campaign === undefined ? campaignId : `cmp:${source.keys.of('campaign', String(campaign))}`;

const lacksOf =
  (...fields: readonly string[]): RowKind['lacks'] =>
  (has) =>
    has('campaign') || has('campaignId') ? fields.find((field) => !has(field)) : 'campaign';

export const campaignCosts: RowKind = {
  fields: {
    id,
    ...CAMPAIGN,
    amountMinor: { type: 'whole', help: 'how much in cents, pence, …', aliases: ['amount', 'costminor', 'cost'] },
    currency,
    kind: { type: 'word', help: 'ADVERTISING, PRINT, POSTAGE, EVENT, TRAVEL, AGENCY, STAFF, SOFTWARE, OTHER' },
    kindLabel: { type: 'text', help: 'with kind OTHER: which one' },
    incurredOn: { type: 'text', help: 'the day, YYYY-MM-DD', aliases: ['date', 'day', 'on'] },
  },

  lacks: lacksOf('amountMinor', 'currency', 'kind', 'incurredOn'),

  compose(fields, source, content) {
    const { id, amountMinor, currency, kind, kindLabel, incurredOn } = fields;
    const said = { ...money('amount', amountMinor, currency), kind, kindLabel, incurredOn };
    const idempotencyKey = source.keyOf('campaignCost', id, content);
    return [{ type: 'RecordCampaignCost', idempotencyKey, input: { campaignId: campaignOf(fields, source), ...said } }];
  },
};

export const campaignResponses: RowKind = {
  fields: {
    id,
    ...CAMPAIGN,
    party: { type: 'externalId', help: 'who answered, by the id in the source', aliases: ['from', 'by'] },
    kind: { type: 'word', help: 'REPLIED, CALLED, VISITED, ATTENDED, SIGNED_UP, CLICKED, REFERRED, AUTOMATED, OTHER' },
    kindLabel: { type: 'text', help: 'with kind OTHER: which one' },
    organic: { type: 'flag', help: 'the party had not been addressed: yes or no; found out by the audiences' },
    at: at('when it was'),
  },

  lacks: lacksOf('party', 'kind', 'at'),

  compose(fields, source, content) {
    const { id, party, kind, kindLabel, organic, at } = fields;
    if (party === undefined) return empty('party');
    const who = String(party);
    const said = { partyId: source.partyRef(who), kind, kindLabel, organic, occurredAt: at };
    const idempotencyKey = source.keyOf('campaignResponse', id, content);
    return [
      ...source.ensuredParties(who),
      { type: 'RecordCampaignResponse', idempotencyKey, input: { campaignId: campaignOf(fields, source), ...said } },
    ];
  },
};
