import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { AttributionModel } from './attribution/models.js';

/** What a component without data does: leave the weights to the others, count as 0.5, count as 0. */
export type MissingPolicy = 'EXCLUDE' | 'NEUTRAL' | 'ZERO';

interface Named {
  /** Unique in the definition. */
  readonly name: string;
  /** Its share, relative to the weights of the others; 0: computed and shown only. */
  readonly weight: number;
  readonly missing?: MissingPolicy;
  /** Relationship kinds that it applies to; absent: every one. Elsewhere it is excluded. */
  readonly relationshipKinds?: readonly string[];
}

/** Which facts count, and how much: expressions in CEL over the fields of a fact. */
export interface Counting {
  /** Absent: every fact of the component's kind. */
  readonly when?: string;
  /** A number, or an expression that gives one; absent: 1. */
  readonly weigh?: string | number;
}

export interface RecencyDefinition extends Named, Counting {
  readonly type: 'recency';
  /** GRACE: 1 up to the cadence, then halved every half-life. AGE: halved every half-life from the touch on. */
  readonly mode: 'GRACE' | 'AGE';
  readonly halfLifeDays: number;
  /** The opening counts as a first mark while there is no touch. */
  readonly fromOpening?: boolean;
}

export interface FrequencyDefinition extends Named, Counting {
  readonly type: 'frequency';
  readonly halfLifeDays: number;
  /** A touch within so many minutes of another one on its channel counts with it. */
  readonly dedupeMinutes?: number;
}

export interface MixDefinition extends Named, Counting {
  readonly type: 'mix';
  readonly halfLifeDays: number;
  /** Basis points by channel, where the relationship has no target of its own; absent: evenness is what counts. */
  readonly targetBp?: { readonly [channel: string]: number };
  /** Without a target: how many channels make a full mix. */
  readonly fullAt?: number;
  /** With n touches, the value is n/(n + shrink) of itself and for the rest 0.5. */
  readonly shrink?: number;
}

export interface ReciprocityDefinition extends Named, Counting {
  readonly type: 'reciprocity';
  readonly halfLifeDays: number;
  /** The ideal share of what comes in, between 0 and 1. */
  readonly ideal: number;
}

export interface TrustDefinition extends Named, Counting {
  readonly type: 'trust';
  readonly halfLifeDays: number;
  /** How many fresh actions fill a dimension to 63 %. */
  readonly kappa: number;
  /** Self-orientation of one who never asks, in (0, 1]. */
  readonly selfOrientationFloor: number;
  readonly asks?: string;
  readonly gives?: string;
}

export interface CommitmentsDefinition extends Named, Counting {
  readonly type: 'commitments';
  /** Absent: promises do not fade. */
  readonly halfLifeDays?: number;
  /** What a promise counts as broken while it is overdue. */
  readonly overdueWeight?: number;
}

export interface FeedbackDefinition extends Named, Counting {
  readonly type: 'feedback';
  /** Absent: feedback does not fade. */
  readonly halfLifeDays?: number;
  /** How much feedback the prior is worth. */
  readonly priorWeight: number;
  /** What is thought before anything was said, between 0 and 1. */
  readonly prior: number;
  /** Sentiment in basis points of feedback that has neither sentiment nor score, by its kind. */
  readonly sentimentByKind?: { readonly [kind: string]: number };
}

export interface ReferralDefinition extends Named, Counting {
  readonly type: 'referral';
  /** TARGET: against a number. BASELINE: against the relationship's own past. */
  readonly mode: 'TARGET' | 'BASELINE';
  readonly halfLifeDays: number;
  /** Of TARGET: the decayed number that is full. */
  readonly target?: number;
  /** Of BASELINE: the half-life of the past; a year when absent. */
  readonly baselineHalfLifeDays?: number;
  /** Of BASELINE: how many doublings lie between as ever and full; 1 when absent. */
  readonly doublings?: number;
}

export interface DecayedDefinition extends Named, Counting {
  readonly type: 'decayed';
  readonly when: string;
  readonly halfLifeDays: number;
  /** LINEAR: full at `full`. EXPONENTIAL: 63 % at `full`. */
  readonly saturation: { readonly mode: 'LINEAR' | 'EXPONENTIAL'; readonly full: number };
  /** More of it is worse. */
  readonly inverted?: boolean;
}

export type ComponentDefinition =
  | RecencyDefinition
  | FrequencyDefinition
  | MixDefinition
  | ReciprocityDefinition
  | TrustDefinition
  | CommitmentsDefinition
  | FeedbackDefinition
  | ReferralDefinition
  | DecayedDefinition;

export interface BandDefinition {
  readonly name: string;
  /** The lowest score of the band. */
  readonly from: number;
}

/** Feedback that holds the score down as long as it is not settled. */
export interface CapDefinition {
  readonly name: string;
  /** The highest score there can be. */
  readonly at: number;
  /** Which feedback, in CEL. */
  readonly whileOpen: string;
}

/** A metric as data. Its version is given when it is published; its body never changes afterwards. */
export interface MetricDefinition {
  readonly metric: string;
  readonly description?: string;
  /** The kinds of relationship that it is for; absent: every one that no other definition names. */
  readonly relationshipKinds?: readonly string[];
  readonly scoring?: 'WEIGHTED' | 'WORST_OF';
  /** The cadence of relationships that have none of their own. */
  readonly cadenceDays?: number;
  /** What `richness` is in expressions, by channel; 1 where it is not said. */
  readonly richness?: { readonly [channel: string]: number };
  readonly components: readonly ComponentDefinition[];
  /** From the highest to the lowest; the lowest starts at 0. */
  readonly bands: readonly BandDefinition[];
  readonly caps?: readonly CapDefinition[];
}

/** How credit for outcomes is split, as data. */
export interface AttributionDefinition {
  readonly metric: string;
  readonly description?: string;
  readonly attribution: {
    readonly model: AttributionModel;
    /** What happened in so many days up to an outcome belongs to its journey; 90 when absent. */
    readonly lookbackDays?: number;
    /** Of TIME_DECAY: after so many days a touch earns half; 7 when absent. */
    readonly halfLifeDays?: number;
    /** Of POSITION: what the first and the last touch earn, between 0 and 1; .4 each when absent. */
    readonly firstShare?: number;
    readonly lastShare?: number;
  };
}

/** What is published under the name of a metric. */
export type Definition = MetricDefinition | AttributionDefinition;

export const isAttribution = (definition: object): definition is AttributionDefinition => 'attribution' in definition;

/** The bytes that are published and hashed (RFC 8785). */
export const canonicalBody = (definition: Definition): string => canonicalize(definition)!;

/** SHA-256 of the canonical body, in hex: the same definition has the same hash, however it was written down. */
export const contentHash = (definition: Definition): string =>
  createHash('sha256').update(canonicalBody(definition)).digest('hex');

/** Of the definitions in force, the one that names the kind; else the one that names none. */
export const mostSpecific = <D extends Pick<MetricDefinition, 'relationshipKinds'>>(
  definitions: readonly D[],
  relationshipKind: string | null,
): D | undefined =>
  definitions.find(({ relationshipKinds }) => relationshipKind && relationshipKinds?.includes(relationshipKind)) ??
  definitions.find(({ relationshipKinds }) => !relationshipKinds?.length);

/** What would be in force if one were: it in the place of the one of its metric. */
export const withNext = <D extends Pick<MetricDefinition, 'metric'>>(inForce: readonly D[], next: D): D[] =>
  inForce.some(({ metric }) => metric === next.metric)
    ? inForce.map((each) => (each.metric === next.metric ? next : each))
    : [...inForce, next];
