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
  TRUST_ACTION_UNKNOWN: 'The relationship has no such trust action.',
  TRUST_REQUEST_UNKNOWN: 'Nobody asked this for trust in the relationship.',
  COMMITMENT_UNKNOWN: 'The relationship has no such commitment.',
  FEEDBACK_REQUEST_UNKNOWN: 'The relationship has no such request for feedback.',
  FEEDBACK_UNKNOWN: 'The relationship has no such feedback.',
  ENTRY_UNKNOWN: 'There is no such entry, or it is none that can be corrected or retracted.',
  NEED_UNKNOWN: 'The party has no such need.',
  REFERRAL_UNKNOWN: 'There is no such referral.',
  CAMPAIGN_UNKNOWN: 'There is no such campaign.',
  DEFINITION_UNKNOWN: 'The metric has no such version.',
  DEFINITION_INVALID:
    'The text defines no metric; `line` and `column` say where it goes wrong, `nearest` what was meant.',
  SCORE_OUT_OF_SCALE: 'The score lies outside the scale that it was given on.',
  SELF_REFERRAL: 'Referrer, subject and target of a referral are three.',
  REFERRAL_CYCLE: 'A referral cannot follow from itself, nor from more than 32 others in a row.',
  CONSENT_MISSING: 'The party does not consent to be contacted so: at the time of the contact, or by now.',
  MERGE_INVALID: 'These parties cannot be merged: they are one, or one of them is merged or erased already.',
  PARTY_ERASED: 'The party was erased: nothing more is recorded of it.',
} as const;

export type RefusalCode = keyof typeof REFUSAL_CODES;
