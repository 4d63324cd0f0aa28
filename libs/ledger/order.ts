import type { DecisionContext, Refusal } from '../event-sourcing/decider.js';
import { toMillis, type Instant } from '../event-sourcing/instant.js';
import { refuse } from './refusals.js';

/** A fact may be dated this far ahead of the ledger's clock: clocks differ. */
const AHEAD_MS = 5 * 60_000;

/** Refuses a time that has not come yet. */
export const inFuture = (at: Instant, now: Instant, path: readonly string[] = ['occurredAt']): Refusal | undefined =>
  at > now && toMillis(at) > toMillis(now) + AHEAD_MS
    ? refuse('TIME_IN_FUTURE', `${at} has not come yet.`, { path })
    : undefined;

/** A command whose order in time may be overridden: the reason is recorded with the fact. */
export interface Reordering {
  readonly orderReason?: string | null;
}

/** Refuses a fact dated before the one it follows, unless the caller says why that is right. */
export const outOfOrder = (
  { occurredAt }: DecisionContext,
  notBefore: Instant,
  { orderReason }: Reordering,
): Refusal | undefined =>
  occurredAt >= notBefore || orderReason ? undefined : implausible(occurredAt, notBefore, 'Say why in `orderReason`.');

/** Refuses an end before its start: no reason makes an interval of negative length. */
export const endsBeforeStart = ({ occurredAt }: DecisionContext, start: Instant): Refusal | undefined =>
  occurredAt >= start ? undefined : implausible(occurredAt, start, 'Nothing ends before it starts.');

const implausible = (occurredAt: Instant, notBefore: Instant, hint: string): Refusal =>
  refuse('ORDER_IMPLAUSIBLE', `${occurredAt} is before ${notBefore}, which comes first. ${hint}`, {
    path: ['occurredAt'],
    detail: { current: notBefore },
  });
