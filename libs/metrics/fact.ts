/** Channels of touch, in the order of domain.md 2. A mix keeps one sum for each. */
export const CHANNELS = [
  'IN_PERSON_VISIT',
  'PHONE_CALL',
  'VIDEO_CALL',
  'EMAIL',
  'POSTAL_MAIL',
  'SMS',
  'INSTANT_MESSAGE',
  'PORTAL_MESSAGE',
  'FAX',
  'EVENT',
  'TRAINING_SESSION',
  'MEAL',
  'CONFERENCE',
  'SOCIAL_MEDIA',
  'WEB',
  'REFERRAL_NOTE',
  'ADVERTISEMENT',
  'OTHER',
] as const;
export type FactChannel = (typeof CHANNELS)[number];

export const RELATIONSHIP_KINDS = [
  'CARE',
  'REFERRAL_PARTNER',
  'PHYSICIAN_RELATIONS',
  'VENDOR',
  'PAYER_MEMBER',
  'PAYER_PROVIDER',
  'DISTRIBUTOR',
  'EMPLOYER',
  'COMMUNITY',
  'PEER',
  'FAMILY',
] as const;

export const FACT_KINDS = [
  'OPENED',
  'STAGE_CHANGED',
  'CADENCE_SET',
  'CHANNEL_MIX_TARGET_SET',
  'LAPSED',
  'REACTIVATED',
  'ENDED',
  'TOUCH',
  'TRUST_ACTION',
  'TRUST_REQUEST',
  'TRUST_ASSESSED',
  'COMMITMENT_MADE',
  'COMMITMENT_REMINDED',
  'COMMITMENT_RENEGOTIATED',
  'COMMITMENT_KEPT',
  'COMMITMENT_BROKEN',
  'COMMITMENT_WAIVED',
  'COMMITMENT_DECLINED',
  'FEEDBACK_REQUESTED',
  'FEEDBACK',
  'FEEDBACK_ACKNOWLEDGED',
  'FEEDBACK_ACTIONED',
  'FEEDBACK_RESOLVED',
  'FEEDBACK_CONFIRMED',
  'FEEDBACK_REOPENED',
  'FEEDBACK_DISPUTED',
  'REFERRAL',
  'REFERRAL_STEP',
  'VALUE_REALIZED',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/**
 * One entry of a ledger as metrics see it: narrow, typed, every field always there (objects of one shape are fast).
 * A correction is two of these: the old one with `retractedAtPosition`, and the new one at the position of the correction.
 */
export interface Fact {
  readonly relationshipId: string;
  /** The event that recorded it: what evidence points at. */
  readonly eventId: string;
  readonly kind: FactKind;
  /** When it was so, in milliseconds since 1970 UTC. */
  readonly occurredAt: number;
  /** When the ledger learnt it, in milliseconds since 1970 UTC. */
  readonly recordedAt: number;
  /** Its place in the ledger: exact up to 2^53. */
  readonly position: number;
  /** Where it was taken back or replaced; null while it stands. */
  readonly retractedAtPosition: number | null;
  /** Touch, trust action, commitment, feedback or referral that it belongs to: steps carry the id of what they step on. */
  readonly entryId: string | null;
  /** Relationship kind (OPENED), stage (STAGE_CHANGED), kind of trust action or feedback, step or service line of a referral. */
  readonly detail: string | null;
  /** Who acted or owes: A is our side, B the other one's. */
  readonly side: 'A' | 'B' | null;
  /** Kind of actor: HUMAN, SYSTEM or IMPORT. */
  readonly actor: string | null;
  readonly channel: FactChannel | null;
  readonly direction: 'INBOUND' | 'OUTBOUND' | 'MUTUAL' | null;
  readonly intent: string | null;
  readonly outcome: string | null;
  readonly function: string | null;
  readonly phase: string | null;
  readonly mindset: string | null;
  readonly minutes: number | null;
  /** Of a trust action: CREDIBILITY, RELIABILITY, INTIMACY or SELF_ORIENTATION, and which way it counts (1 or -1; 0: none). */
  readonly dimension: string | null;
  readonly sign: number;
  /** Of a trust action: it was asked for; it was made for this one person. */
  readonly asked: boolean;
  readonly customized: boolean;
  /** Of feedback, -10000 to 10000: as stated, else its score mapped onto its scale; null when it has neither. */
  readonly sentimentBp: number | null;
  /** Of COMMITMENT_MADE and COMMITMENT_RENEGOTIATED: the date agreed on, in milliseconds. */
  readonly dueAt: number | null;
  /** Of COMMITMENT_KEPT: days after the due date, with fractions. */
  readonly lateDays: number | null;
  /** Of CADENCE_SET. */
  readonly intervalDays: number | null;
  readonly graceDays: number | null;
  /** Of CHANNEL_MIX_TARGET_SET: basis points by channel. */
  readonly sharesBp: { readonly [channel: string]: number } | null;
  /** Of VALUE_REALIZED: minor units. */
  readonly amountMinor: number | null;
  /** For rollups, never for a score. */
  readonly stewardId: string | null;
  readonly campaignId: string | null;
}

/** With every field, in one order: what is spread from it has one shape. */
const BLANK: Fact = {
  relationshipId: '',
  eventId: '',
  kind: 'OPENED',
  occurredAt: 0,
  recordedAt: 0,
  position: 0,
  retractedAtPosition: null,
  entryId: null,
  detail: null,
  side: null,
  actor: null,
  channel: null,
  direction: null,
  intent: null,
  outcome: null,
  function: null,
  phase: null,
  mindset: null,
  minutes: null,
  dimension: null,
  sign: 0,
  asked: false,
  customized: false,
  sentimentBp: null,
  dueAt: null,
  lateDays: null,
  intervalDays: null,
  graceDays: null,
  sharesBp: null,
  amountMinor: null,
  stewardId: null,
  campaignId: null,
};

/** A fact with everything that is not said absent. */
export const fact = (
  said: Pick<Fact, 'relationshipId' | 'eventId' | 'kind' | 'occurredAt' | 'recordedAt' | 'position'> & Partial<Fact>,
): Fact => ({ ...BLANK, ...said });

/** From when to how far something is known: business time in milliseconds, and a position of the ledger. */
export interface Known {
  readonly asOf: number;
  /** Absent: everything that was ever recorded. */
  readonly asKnown?: number | undefined;
}

/** Whether the fact had happened, had been recorded and stood. */
export const stood = (
  { occurredAt, position, retractedAtPosition }: Fact,
  { asOf, asKnown = Infinity }: Known,
): boolean =>
  occurredAt <= asOf && position <= asKnown && (retractedAtPosition === null || retractedAtPosition > asKnown);

/** A correction records an entry and its steps anew at one position: what began comes before what followed. */
const RANKS = new Map(FACT_KINDS.map((kind, rank) => [kind, rank]));

/** The order in which facts are folded and explained. */
export const inOrder = (a: Fact, b: Fact): number =>
  a.occurredAt - b.occurredAt || a.position - b.position || RANKS.get(a.kind)! - RANKS.get(b.kind)!;
