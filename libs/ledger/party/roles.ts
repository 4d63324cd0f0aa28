import { slice, type CommandOf } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { endsBeforeStart, outOfOrder } from '../order.js';
import { present } from '../present.js';
import { conflict } from '../refusals.js';
import { ofKnown, type PartyStream } from './party.js';
import type { PartyRole } from './party.words.js';
import type { roleCommands } from './roles.inputs.js';

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type RoleEvent =
  | Event<'PartyRoleStarted', { role: PartyRole; orderReason?: string }>
  | Event<'PartyRoleEnded', { role: PartyRole; reason?: string }>;

export type RoleCommand = CommandOf<typeof roleCommands>;

/** The last span of each role that was started or ended after the registration. */
export type Roles = Map<PartyRole, RoleSpan>;

interface RoleSpan {
  readonly startedAt: Instant;
  readonly endedAt?: Instant;
}

export const roles = slice<Roles, RoleEvent, RoleCommand, PartyStream>({
  events: {
    PartyRoleStarted: { version: 1, dataClass: 'PERSONAL', personal: ['orderReason'] },
    PartyRoleEnded: { version: 1, dataClass: 'PERSONAL', personal: ['reason'] },
  },

  initial: () => new Map(),

  decide: {
    StartPartyRole: ofKnown((state, command, context) => {
      const { role, orderReason } = command;
      const last = lastSpan(state, role);
      if (last && !last.endedAt) return [];
      return (
        (last?.endedAt && outOfOrder(context, last.endedAt, command)) ?? [
          event('PartyRoleStarted', present({ role, orderReason })),
        ]
      );
    }),

    EndPartyRole: ofKnown((state, { role, reason }, context) => {
      const last = lastSpan(state, role);
      if (!last) return conflict('NONE', 'The party never had this role.', ['role']);
      if (last.endedAt === context.occurredAt) return [];
      if (last.endedAt) return conflict(last.endedAt, 'The role ended before.', ['role']);
      return endsBeforeStart(context, last.startedAt) ?? [event('PartyRoleEnded', present({ role, reason }))];
    }),
  },

  evolve: {
    PartyRoleStarted: (roles, { data, occurredAt }) => roles.set(data.role, { startedAt: occurredAt }),
    PartyRoleEnded(roles, { data, occurredAt }) {
      return roles.set(data.role, { startedAt: roles.get(data.role)?.startedAt ?? occurredAt, endedAt: occurredAt });
    },
  },
});

/** A role that came with the registration began with it. */
function lastSpan({ party, roles }: PartyStream, role: PartyRole): RoleSpan | undefined {
  const { registered } = party;
  return roles.get(role) ?? (registered?.roles.includes(role) ? { startedAt: registered.at } : undefined);
}
