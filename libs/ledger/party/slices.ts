import { consents, type ConsentCommand, type ConsentEvent } from './consent.js';
import { erasure, type ErasureCommand, type ErasureEvent } from './erasure.js';
import { merge, type MergeCommand, type MergeEvent } from './merge.js';
import { needs, type NeedCommand, type NeedEvent } from './needs.js';
import { party, type RegistrationCommand, type RegistrationEvent } from './party.js';
import { profile, type ProfileCommand, type ProfileEvent } from './profile.js';
import { roles, type RoleCommand, type RoleEvent } from './roles.js';

/** The topics of a party's stream. */
export const partySlices = { party, roles, profile, needs, consents, merge, erasure };

export const partyEvents = {
  ...party.events,
  ...roles.events,
  ...profile.events,
  ...needs.events,
  ...consents.events,
  ...merge.events,
  ...erasure.events,
};

export type PartyEvent =
  RegistrationEvent | RoleEvent | ProfileEvent | NeedEvent | ConsentEvent | MergeEvent | ErasureEvent;

export type PartyCommand =
  RegistrationCommand | RoleCommand | ProfileCommand | NeedCommand | ConsentCommand | MergeCommand | ErasureCommand;
