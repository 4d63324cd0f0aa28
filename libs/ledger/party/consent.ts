import { isDeepStrictEqual } from 'node:util';
import { slice, type CommandOf } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { present } from '../present.js';
import { invalid } from '../refusals.js';
import type { consentCommands } from './consent.inputs.js';
import { ofKnown, type PartyStream } from './party.js';
import type { ConsentChannel, ConsentPurpose } from './party.words.js';

/** What consent is about. */
export interface ConsentScope {
  readonly purpose: ConsentPurpose;
  readonly channel: ConsentChannel;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type ConsentEvent =
  | Event<'ConsentGranted', ConsentScope & { readonly basis: string; readonly expiresAt?: Instant }>
  | Event<'ConsentWithdrawn', ConsentScope & { readonly basis?: string }>;

export type ConsentCommand = CommandOf<typeof consentCommands>;

export type ConsentStatus = 'GRANTED' | 'WITHDRAWN' | 'EXPIRED';

/** Everything a party said about consent, in the order in which it was recorded. */
export type Consents = ConsentStatement[];

export interface ConsentStatement extends ConsentScope {
  readonly granted: boolean;
  readonly at: Instant;
  readonly expiresAt?: Instant | null;
}

export const consents = slice<Consents, ConsentEvent, ConsentCommand, PartyStream>({
  events: {
    ConsentGranted: { version: 1, dataClass: 'PERSONAL', personal: ['basis'] },
    ConsentWithdrawn: { version: 1, dataClass: 'PERSONAL', personal: ['basis'] },
  },

  initial: () => [],

  decide: {
    GrantConsent: ofKnown(({ consents }, { purpose, channel, basis, expiresAt }, { occurredAt }) => {
      if (expiresAt && expiresAt <= occurredAt) return invalid(['expiresAt'], 'Consent expires after it was given.');
      const statement = present({ purpose, channel, granted: true, at: occurredAt, expiresAt });
      if (isSaid(consents, statement)) return [];
      return [event('ConsentGranted', present({ purpose, channel, basis, expiresAt }))];
    }),

    WithdrawConsent: ofKnown(({ consents }, { purpose, channel, basis }, { occurredAt }) => {
      if (isSaid(consents, { purpose, channel, granted: false, at: occurredAt })) return [];
      return [event('ConsentWithdrawn', present({ purpose, channel, basis }))];
    }),
  },

  evolve: {
    ConsentGranted(consents, { data: { purpose, channel, expiresAt }, occurredAt }) {
      consents.push(present({ purpose, channel, granted: true, at: occurredAt, expiresAt }));
      return consents;
    },
    ConsentWithdrawn(consents, { data: { purpose, channel }, occurredAt }) {
      consents.push({ purpose, channel, granted: false, at: occurredAt });
      return consents;
    },
  },
});

const isSaid = (consents: Consents, statement: ConsentStatement): boolean =>
  consents.some((said) => isDeepStrictEqual(said, statement));

/**
 * Whether the party consents at a moment; undefined: nobody ever asked. The last statement about the purpose and the
 * channel or ANY decides, by business time, then by the order of the ledger: whoever withdraws ANY withdraws each
 * channel, and a grant that expired does not let an older one come back.
 */
export const consentFor = ({ consents }: PartyStream, scope: ConsentScope, at: Instant): ConsentStatus | undefined => {
  const last = lastStatement(consents, scope, at);
  return last && statusOf(last, at);
};

/** The one of the statements that decides; they are in the order of the ledger. */
export function lastStatement<Said extends ConsentStatement>(
  statements: readonly Said[],
  { purpose, channel }: ConsentScope,
  at: Instant,
): Said | undefined {
  let last: Said | undefined;
  for (const said of statements) {
    const isMeant = said.purpose === purpose && (said.channel === channel || said.channel === 'ANY');
    if (isMeant && said.at <= at && (!last || said.at >= last.at)) last = said;
  }
  return last;
}

export const statusOf = ({ granted, expiresAt }: ConsentStatement, at: Instant): ConsentStatus => {
  if (!granted) return 'WITHDRAWN';
  return expiresAt && expiresAt <= at ? 'EXPIRED' : 'GRANTED';
};
