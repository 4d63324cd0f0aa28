import type { Type } from '@nestjs/common';
import { mutationsOf } from './mutations.resolver.js';
import { partyCommands } from './party/party.inputs.js';
import { PartyPayload, RelationshipPayload, TouchPayload } from './payloads.types.js';
import { relationshipCommands } from './relationship/relationship.inputs.js';
import { touchCommands } from './touch/touch.inputs.js';
import { TouchResolver } from './touch/touch.resolver.js';

/** Every command class of the ledger. */
export const commandClasses = [...partyCommands, ...relationshipCommands, ...touchCommands] as const;

/** Whoever answers the mutations. */
export const mutationResolvers: readonly Type[] = [
  mutationsOf(partyCommands, PartyPayload),
  mutationsOf(relationshipCommands, RelationshipPayload),
  mutationsOf(touchCommands, TouchPayload),
  TouchResolver,
];
