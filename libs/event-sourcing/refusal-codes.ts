/** The closed list of what a command can be refused for: code to meaning. Codes are published, never renamed. */
export const REFUSAL_CODES = {
  INVALID_INPUT:
    'A value cannot be read, lies outside its bounds or does not fit its neighbours; `path` names the field.',
  NAIVE_TIMESTAMP: 'A time without an offset: nobody but its sender knows when it was.',
  TIME_IN_FUTURE: 'The fact is dated more than five minutes ahead of the clock of the ledger.',
  ORDER_IMPLAUSIBLE:
    'The fact is dated before one that comes first. An `orderReason` overrides it; an end before its start stays refused.',
  IDEMPOTENCY_CONFLICT: 'The idempotency key was used before with another input; `firstEventId` is what it recorded.',
  STATE_CONFLICT: 'The state does not allow it; `current` says what the state is.',
  CONCURRENT_CHANGE: 'Others kept changing the same thing; nothing was recorded. Send it again.',
  PARTY_UNKNOWN: 'There is no such party.',
  CONTACT_POINT_UNKNOWN: 'The party has no such contact point.',
  AFFILIATION_UNKNOWN: 'The party has no such affiliation.',
  RELATIONSHIP_UNKNOWN: 'There is no such relationship.',
  TOUCH_UNKNOWN: 'The relationship has no such touch.',
} as const;

export type RefusalCode = keyof typeof REFUSAL_CODES;
