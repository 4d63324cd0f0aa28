import { isDeepStrictEqual } from 'node:util';
import type { DecisionContext, Refusal } from '../../event-sourcing/decider.js';
import type { PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { consentFor } from '../party/consent.js';
import { consultedParty } from '../party/party.js';
import { refuse } from '../refusals.js';
import type { DatedTouchFacts, TouchFacts } from './touch.js';

/** Whose consent a contact needs: an outbound one of a campaign that of the other party and all who are with it. */
export const reachedByCampaign = (
  { campaignId, direction, participants }: TouchFacts,
  other: PartyId,
): readonly PartyId[] => {
  if (!campaignId || direction !== 'OUTBOUND') return [];
  const there = participants.filter(({ side }) => side === 'B').map(({ partyId }) => partyId);
  return [...new Set([other, ...there])];
};

/** Consent is needed when the contact is made and when it is recorded: what was withdrawn since was not minded. */
export function withoutConsent(
  facts: DatedTouchFacts,
  other: PartyId,
  context: DecisionContext,
  path: readonly string[],
): Refusal | undefined {
  const scope = { purpose: 'MARKETING', channel: facts.channel } as const;
  for (const partyId of reachedByCampaign(facts, other)) {
    const party = consultedParty(context, partyId);
    const isLive = (at: Instant): boolean => party !== undefined && consentFor(party, scope, at) === 'GRANTED';
    if (isLive(facts.occurredAt) && isLive(context.now)) continue;
    const index = facts.participants.findIndex((participant) => participant.partyId === partyId);
    return refuse('CONSENT_MISSING', `${partyId} does not consent to MARKETING over ${facts.channel}.`, {
      path: index < 0 ? [...path, 'campaignId'] : [...path, 'participants', String(index)],
    });
  }
  return undefined;
}

const CONTACT = ['participants', 'channel', 'direction', 'occurredAt', 'campaignId'] as const;

/** Whether a correction says that somebody was contacted otherwise: that needs consent anew. */
export const isOtherContact = (corrected: DatedTouchFacts, facts: DatedTouchFacts): boolean =>
  CONTACT.some((fact) => !isDeepStrictEqual(corrected[fact], facts[fact]));
