import type { CampaignResponseKind } from '../../ledger/campaign/campaign.words.js';

/** Responses that stand, by kind and whether their parties had been addressed. */
export interface CountedResponses {
  readonly kind: CampaignResponseKind;
  readonly organic: boolean;
  readonly count: number;
}

export interface ResponseCounts {
  readonly campaignId: string;
  readonly total: number;
  readonly counted: number;
  readonly organic: number;
  readonly byKind: readonly { readonly kind: CampaignResponseKind; readonly count: number }[];
}

/** AUTOMATED responses are in the total and in no other number. */
export function countOf(campaignId: string, responses: readonly CountedResponses[]): ResponseCounts {
  const counted = responses.filter(({ kind }) => kind !== 'AUTOMATED');
  const kinds = [...Map.groupBy(responses, ({ kind }) => kind)].map(([kind, some]) => ({ kind, count: sum(some) }));
  return {
    campaignId,
    total: sum(responses),
    counted: sum(counted),
    organic: sum(counted.filter(({ organic }) => organic)),
    byKind: kinds.sort((x, y) => y.count - x.count || (x.kind < y.kind ? -1 : 1)),
  };
}

const sum = (responses: readonly CountedResponses[]): number => responses.reduce((all, { count }) => all + count, 0);

/** Net cost in one currency. */
export interface Spent {
  readonly currency: string;
  readonly spentMinor: bigint;
  readonly refundedMinor: bigint;
}

/** By currency, never mixed; no answer is no price, not an infinite one. */
export const costPerResponse = (spent: readonly Spent[], { counted }: ResponseCounts) =>
  counted === 0
    ? []
    : spent.map(({ currency, spentMinor, refundedMinor }) => ({
        amountMinor: Number(spentMinor - refundedMinor) / counted,
        currency,
      }));

/** Different parties that a campaign reached, and those of them that did not want to be. */
export interface Heard {
  readonly reached: number;
  readonly irrelevant: number;
  readonly optedOut: number;
  /** Those that are one or the other, or both. */
  readonly either: number;
}

/** 1 - (irrelevant + opted out) / reached, in basis points; a party that is both counts once. Null while it reached nobody. */
export const relevanceBp = ({ reached, either }: Heard): number | null =>
  reached === 0 ? null : Math.round(10_000 * (1 - either / reached));
