import { isDeepStrictEqual } from 'node:util';
import { isRefusal, slice, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { CampaignResponseId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { inFuture } from '../order.js';
import { notAParty } from '../party/party.js';
import { changed, present } from '../present.js';
import { invalid } from '../refusals.js';
import { correctedBefore } from '../relationship/entry.js';
import { mislabelled } from '../words.js';
import type { CorrectCampaignResponse, RecordCampaignResponse, RetractCampaignResponse } from './campaign.inputs.js';
import { ofPlanned, type CampaignStream, type PlannedCampaign } from './campaign.js';
import type { CampaignResponseKind } from './campaign.words.js';
import { standing, type Change, type Entries } from './entries.js';

export interface ResponseFacts {
  readonly partyId: PartyId;
  readonly kind: CampaignResponseKind;
  /** With kind OTHER only. */
  readonly kindLabel?: string;
  /** The party was not addressed. */
  readonly organic: boolean;
}

/** The facts with their own time: a correction says it in its data, since its envelope says when it was corrected. */
export type DatedResponseFacts = ResponseFacts & { readonly occurredAt: Instant };

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type CampaignResponseEvent =
  | Event<'CampaignResponseRecorded', { readonly responseId: CampaignResponseId } & ResponseFacts>
  | Event<
      'CampaignResponseCorrected',
      { readonly responseId: CampaignResponseId; readonly replacement: DatedResponseFacts } & Change
    >
  | Event<'CampaignResponseRetracted', { readonly responseId: CampaignResponseId } & Change>;

export type CampaignResponseCommand = RecordCampaignResponse | CorrectCampaignResponse | RetractCampaignResponse;

export type Responses = Entries<CampaignResponseId, DatedResponseFacts>;

const RESPONSE = { version: 1, dataClass: 'HEALTH', personal: ['reason'] } as const;

export const responses = slice<Responses, CampaignResponseEvent, CampaignResponseCommand, CampaignStream>({
  events: {
    CampaignResponseRecorded: { ...RESPONSE, personal: [] },
    CampaignResponseCorrected: RESPONSE,
    CampaignResponseRetracted: RESPONSE,
  },

  initial: () => new Map(),

  decide: {
    RecordCampaignResponse: ofPlanned(({ campaign }, command, context) => {
      const { partyId, kind, kindLabel, organic = null } = command;
      const facts = { partyId, kind, kindLabel, organic: organic ?? isOutside(campaign, partyId) };
      const responseId = context.id('rsp');
      return (
        mislabelled(kind, kindLabel, ['kindLabel']) ??
        notAddressed(campaign, facts, ['organic']) ??
        notAParty(context, partyId, ['partyId']) ?? [
          event('CampaignResponseRecorded', present({ responseId, ...facts })),
        ]
      );
    }),

    CorrectCampaignResponse: ofPlanned(({ campaign, responses }, command, context) => {
      const { responseId, reason, replacement: wanted } = command;
      const response = standing(responses, responseId, 'responseId');
      if (isRefusal(response)) return response;
      const missing = (['partyId', 'kind', 'organic', 'occurredAt'] as const).find((fact) => wanted[fact] === null);
      if (missing) return invalid(['replacement', missing], 'No response is without this: leave it out to keep it.');
      // Another party may have been addressed or not: what was said of the first one says nothing of it.
      const organic = wanted.organic ?? (wanted.partyId && isOutside(campaign, wanted.partyId)) ?? undefined;
      const replacement = changed(response.facts, { ...wanted, organic });
      if (isDeepStrictEqual(replacement, response.facts)) return [];
      return (
        correctedBefore(response) ??
        mislabelled(replacement.kind, replacement.kindLabel, ['replacement', 'kindLabel']) ??
        inFuture(replacement.occurredAt, context.now, ['replacement', 'occurredAt']) ??
        notAddressed(campaign, replacement, ['replacement', 'organic']) ??
        (wanted.partyId && notAParty(context, wanted.partyId, ['replacement', 'partyId'])) ?? [
          event('CampaignResponseCorrected', { responseId, targetEventId: response.eventId, reason, replacement }),
        ]
      );
    }),

    RetractCampaignResponse: ofPlanned(({ responses }, { responseId, reason }) => {
      const response = standing(responses, responseId, 'responseId');
      if (isRefusal(response)) return response;
      return [event('CampaignResponseRetracted', { responseId, targetEventId: response.eventId, reason })];
    }),
  },

  evolve: {
    CampaignResponseRecorded(responses, { id, data: { responseId, ...facts }, occurredAt }) {
      return responses.set(responseId, { eventId: id, facts: { ...facts, occurredAt } });
    },
    CampaignResponseCorrected(responses, { data: { responseId, targetEventId, replacement } }) {
      return responses.set(responseId, { eventId: targetEventId, facts: replacement, corrected: true });
    },
    CampaignResponseRetracted(responses, { data }) {
      return responses.set(data.responseId, 'RETRACTED');
    },
  },

  consults: {
    RecordCampaignResponse: ({ partyId }) => [partyId],
    CorrectCampaignResponse: ({ replacement: { partyId } }) => (partyId ? [partyId] : []),
  },
});

/** No audience lists the party, and none is left open. */
const isOutside = ({ planned }: PlannedCampaign, partyId: PartyId): boolean =>
  planned.closed && !planned.listed.has(partyId);

/** Who was in no audience answered of their own accord. */
const notAddressed = (
  campaign: PlannedCampaign,
  { partyId, organic }: Pick<ResponseFacts, 'partyId' | 'organic'>,
  path: readonly string[],
): Refusal | undefined =>
  !organic && isOutside(campaign, partyId)
    ? invalid(path, 'No audience of the campaign lists this party: its response is organic.')
    : undefined;
