/** What happened before an outcome: one contact, or one answer to a campaign. */
export interface Touchpoint {
  /** What is credited: a channel, a steward, a campaign… Null: it has none, as a touch of no campaign. */
  readonly key: string | null;
  /** Milliseconds since 1970. Bare paths have no times: all 0. */
  readonly atMs: number;
}

/** In one currency, in its smallest unit. */
export interface Amount {
  readonly currency: string;
  readonly amountMinor: bigint;
}

/** All that led to an outcome, or to none. */
export interface Journey {
  /** In the order of time. None: the outcome is UNATTRIBUTED. */
  readonly touchpoints: readonly Touchpoint[];
  /** When it came to its end. */
  readonly atMs: number;
  /** When its referral was made and accepted, as far as that was reported. */
  readonly madeAtMs?: number | undefined;
  readonly acceptedAtMs?: number | undefined;
  /** How often it was travelled to the outcome: a journey of the ledger once or never, a path as often as it is said. */
  readonly conversions: number;
  /** How often it was travelled in vain. */
  readonly nulls: number;
  /** What the outcomes were worth. */
  readonly values: readonly Amount[];
}
