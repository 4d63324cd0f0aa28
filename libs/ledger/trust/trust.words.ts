import { words } from '../words.js';

export const TrustActionKind = words(
  'HONEST_COUNSEL',
  'DECLINED_TO_SELL',
  'RECOMMENDED_COMPETITOR',
  'EVIDENCE_SHARED',
  'CANDID_DISCLOSURE',
  'ON_TIME_DELIVERY',
  'LOOP_REPORTED',
  'SHOWED_UP_WITHOUT_ASK',
  'SERVICE_RECOVERY',
  'VALUE_GIVEN',
  'GUIDANCE',
  'CELEBRATION',
  'CARE',
  'PEER_INTRODUCTION',
  'CONFIDENCE_KEPT',
  'PAYMENT_PLAN_OFFERED',
  'PRESSURE',
  'BROKEN_PROMISE',
  'SELF_SERVING_ASK',
  'MISLEADING_CLAIM',
  'CONFIDENCE_BREACHED',
  'GIFT',
);
export type TrustActionKind = keyof typeof TrustActionKind;

/** The terms of the trust equation: (credibility + reliability + intimacy) / self-orientation. */
export const TrustDimension = words('CREDIBILITY', 'RELIABILITY', 'INTIMACY', 'SELF_ORIENTATION');
export type TrustDimension = keyof typeof TrustDimension;

/** EARNED: the one who trusts could choose. DEPENDENT: there was no choice, so nothing was earned. */
export const TrustBasis = words('EARNED', 'DEPENDENT');
export type TrustBasis = keyof typeof TrustBasis;

interface Meaning {
  readonly dimension: TrustDimension;
  /** What it does to trust: raises it, or lowers it. */
  readonly sign: 1 | -1;
}

const raises = (dimension: TrustDimension): Meaning => ({ dimension, sign: 1 });
const lowers = (dimension: TrustDimension): Meaning => ({ dimension, sign: -1 });

/** In which dimension an action counts, and which way. A gift counts in none. */
export const MEANINGS: { readonly [Kind in TrustActionKind]: Meaning | undefined } = {
  HONEST_COUNSEL: raises('CREDIBILITY'),
  DECLINED_TO_SELL: raises('CREDIBILITY'),
  RECOMMENDED_COMPETITOR: raises('CREDIBILITY'),
  EVIDENCE_SHARED: raises('CREDIBILITY'),
  CANDID_DISCLOSURE: raises('CREDIBILITY'),
  ON_TIME_DELIVERY: raises('RELIABILITY'),
  LOOP_REPORTED: raises('RELIABILITY'),
  SHOWED_UP_WITHOUT_ASK: raises('RELIABILITY'),
  SERVICE_RECOVERY: raises('RELIABILITY'),
  VALUE_GIVEN: raises('INTIMACY'),
  GUIDANCE: raises('INTIMACY'),
  CELEBRATION: raises('INTIMACY'),
  CARE: raises('INTIMACY'),
  PEER_INTRODUCTION: raises('INTIMACY'),
  CONFIDENCE_KEPT: raises('INTIMACY'),
  PAYMENT_PLAN_OFFERED: raises('INTIMACY'),
  PRESSURE: lowers('SELF_ORIENTATION'),
  BROKEN_PROMISE: lowers('RELIABILITY'),
  SELF_SERVING_ASK: lowers('SELF_ORIENTATION'),
  MISLEADING_CLAIM: lowers('CREDIBILITY'),
  CONFIDENCE_BREACHED: lowers('INTIMACY'),
  GIFT: undefined,
};
