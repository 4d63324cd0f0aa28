import type { Recorded } from '../../event-sourcing/event.js';
import type { Key, Projection, Row, Rows } from '../../event-sourcing/projection.js';
import type { CampaignEvent } from '../../ledger/campaign/campaign.js';
import type { CampaignState } from '../../ledger/campaign/campaign.words.js';
import type { CostFacts } from '../../ledger/campaign/cost.js';
import type { DatedResponseFacts } from '../../ledger/campaign/response.js';
import { on, subjectOf } from '../on.js';
import type { Amendment } from '../timeline/entry.js';

const KEY = { tenant_id: 'text not null', campaign_id: 'text not null' };

/** What every entry of a campaign has: its place in the log, and what became of it. */
const RECORDED = {
  recorded_at: 'timestamptz not null',
  position: 'bigint not null',
  event_id: 'text not null',
  retracted: 'boolean not null',
  amendments: 'jsonb not null',
};

/** Campaigns, what they cost and who answered: one row per entry, with what is true of it now. */
export const campaigns: Projection = {
  name: 'campaigns',
  version: 1,
  tables: {
    campaigns: {
      columns: {
        ...KEY,
        position: 'bigint not null',
        planned_at: 'timestamptz not null',
        name: 'text not null',
        audiences: 'jsonb not null',
        channels: 'text[] not null',
        channel_label: 'text',
        window_from: 'timestamptz not null',
        window_to: 'timestamptz not null',
        budget_minor: 'bigint not null',
        currency: 'text not null',
        /** By the last record. */
        state: 'text not null',
        state_since: 'timestamptz not null',
      },
      key: ['tenant_id', 'campaign_id'],
      indexes: ['(tenant_id, planned_at, position)'],
    },
    costs: {
      columns: {
        ...KEY,
        /** Of a refund its own, which is of the same kind. */
        cost_id: 'text not null',
        /** Of a refund: the cost of which it came back. */
        refund_of: 'text',
        amount_minor: 'bigint not null',
        currency: 'text not null',
        kind: 'text',
        kind_label: 'text',
        on_day: 'date not null',
        ...RECORDED,
      },
      key: ['tenant_id', 'campaign_id', 'cost_id'],
    },
    responses: {
      columns: {
        ...KEY,
        response_id: 'text not null',
        party_id: 'text not null',
        kind: 'text not null',
        kind_label: 'text',
        organic: 'boolean not null',
        occurred_at: 'timestamptz not null',
        ...RECORDED,
      },
      key: ['tenant_id', 'campaign_id', 'response_id'],
      indexes: ['(tenant_id, campaign_id, occurred_at, position)'],
    },
  },

  on: on<CampaignEvent>({
    CampaignPlanned: {
      apply: (event, rows) => {
        const { campaignId, name, audiences, channels, channelLabel, window, budgetMinor, currency } = event.data;
        rows.put('campaigns', {
          tenant_id: event.tenantId,
          campaign_id: campaignId,
          position: event.position,
          planned_at: event.occurredAt,
          name,
          audiences,
          channels,
          channel_label: channelLabel ?? null,
          window_from: window.from,
          window_to: window.to,
          budget_minor: BigInt(budgetMinor),
          currency,
          state: 'PLANNED',
          state_since: event.occurredAt,
        });
      },
    },
    CampaignLaunched: movesTo('LAUNCHED'),
    CampaignPaused: movesTo('PAUSED'),
    CampaignEnded: movesTo('ENDED'),

    CampaignCostRecorded: {
      apply: (event, rows) => {
        const { costId, ...facts } = event.data;
        rows.put('costs', { ...recorded(event), cost_id: costId, refund_of: null, ...costColumns(facts) });
      },
    },
    CampaignCostRefunded: {
      apply: (event, rows) => {
        const { refundId, costId, amountMinor, currency, refundedOn } = event.data;
        rows.put('costs', {
          ...recorded(event),
          cost_id: refundId,
          refund_of: costId,
          amount_minor: BigInt(amountMinor),
          currency,
          kind: null,
          kind_label: null,
          on_day: refundedOn,
        });
      },
    },
    CampaignCostCorrected: {
      reads: (event) => ({ costs: [entryKey(event, event.data.costId)] }),
      apply: (event, rows) => amend(event, rows, 'costs', event.data.costId, costColumns(event.data.replacement)),
    },
    CampaignCostRetracted: {
      reads: (event) => ({ costs: [entryKey(event, event.data.costId)] }),
      apply: (event, rows) => amend(event, rows, 'costs', event.data.costId),
    },

    CampaignResponseRecorded: {
      apply: (event, rows) => {
        const { responseId, ...facts } = event.data;
        const columns = responseColumns({ ...facts, occurredAt: event.occurredAt });
        rows.put('responses', { ...recorded(event), response_id: responseId, ...columns });
      },
    },
    CampaignResponseCorrected: {
      reads: (event) => ({ responses: [entryKey(event, event.data.responseId)] }),
      apply: (event, rows) =>
        amend(event, rows, 'responses', event.data.responseId, responseColumns(event.data.replacement)),
    },
    CampaignResponseRetracted: {
      reads: (event) => ({ responses: [entryKey(event, event.data.responseId)] }),
      apply: (event, rows) => amend(event, rows, 'responses', event.data.responseId),
    },
  }),
};

function movesTo(state: CampaignState) {
  const keyOf = (event: Recorded): Key => [event.tenantId, subjectOf(event)];
  return {
    reads: (event: Recorded) => ({ campaigns: [keyOf(event)] }),
    apply: (event: Recorded, rows: Rows) =>
      rows.put('campaigns', { ...rows.get('campaigns', keyOf(event)), state, state_since: event.occurredAt }),
  };
}

const recorded = (event: Recorded): Row => ({
  tenant_id: event.tenantId,
  campaign_id: subjectOf(event),
  recorded_at: event.recordedAt,
  position: event.position,
  event_id: event.id,
  retracted: false,
  amendments: [],
});

const costColumns = ({ amountMinor, currency, kind, kindLabel, incurredOn }: CostFacts): Row => ({
  amount_minor: BigInt(amountMinor),
  currency,
  kind,
  kind_label: kindLabel ?? null,
  on_day: incurredOn,
});

const responseColumns = ({ partyId, kind, kindLabel, organic, occurredAt }: DatedResponseFacts): Row => ({
  party_id: partyId,
  kind,
  kind_label: kindLabel ?? null,
  organic,
  occurred_at: occurredAt,
});

const entryKey = (event: Recorded, entryId: string): Key => [event.tenantId, subjectOf(event), entryId];

type AmendingEvent = Recorded<Extract<CampaignEvent, { readonly data: { readonly targetEventId: string } }>>;

/** Without a replacement the entry is retracted. */
function amend(
  event: AmendingEvent,
  rows: Rows,
  table: 'costs' | 'responses',
  entryId: string,
  replacement?: Row,
): void {
  const entry = rows.get(table, entryKey(event, entryId));
  if (!entry) throw new Error(`${entryId} was never recorded.`);
  const kind = replacement ? 'CORRECTED' : 'RETRACTED';
  const amendment: Amendment = { kind, eventId: event.id, reason: event.data.reason, recordedAt: event.recordedAt };
  rows.put(table, {
    ...entry,
    ...(replacement ?? { retracted: true }),
    amendments: [...(entry['amendments'] as readonly Amendment[]), amendment],
  });
}
