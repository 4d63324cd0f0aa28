import type { Journey } from './journey.js';

export const MODELS = ['FIRST', 'LAST', 'LINEAR', 'TIME_DECAY', 'POSITION', 'W', 'MARKOV', 'SHAPLEY'] as const;
export type AttributionModel = (typeof MODELS)[number];

/** Models that judge each journey by itself. MARKOV compares all of them. */
export type JourneyModel = Exclude<AttributionModel, 'MARKOV'>;

/** Raised when what a model answers changes: two numbers are comparable when name, version and parameters are alike. */
export const MODEL_VERSION = 1;

export interface ModelParameters {
  /** Of TIME_DECAY: after so many days a touch earns half. More than 0. */
  readonly halfLifeDays: number;
  /** Of POSITION: what the first and the last touch earn, both more than 0 and together at most 1; .4 each when absent. */
  readonly firstShare?: number | undefined;
  readonly lastShare?: number | undefined;
}

export const LONGEST_LOOKBACK_DAYS = 3650;

/** A part of the credit for a journey, not normalised. */
export interface Share {
  readonly key: string | null;
  readonly weight: number;
}

const DAY_MS = 86_400_000;

/** Who earned a journey that has touchpoints; some weight is more than 0. */
export function sharesOf(model: JourneyModel, journey: Journey, parameters: ModelParameters): readonly Share[] {
  if (model === 'SHAPLEY') return shapley(journey);
  const weights = weightsOf(model, journey, parameters);
  return journey.touchpoints.map(({ key }, place) => ({ key, weight: weights[place]! }));
}

function weightsOf(model: Exclude<JourneyModel, 'SHAPLEY'>, journey: Journey, parameters: ModelParameters) {
  const { touchpoints } = journey;
  const last = touchpoints.length - 1;
  switch (model) {
    case 'FIRST':
      return touchpoints.map((_, place) => (place === 0 ? 1 : 0));
    case 'LAST':
      return touchpoints.map((_, place) => (place === last ? 1 : 0));
    case 'LINEAR':
      return touchpoints.map(() => 1);
    case 'TIME_DECAY': {
      // Ages are counted from the last touch: what they have in common changes no share, and cannot underflow.
      const { atMs: lastMs } = touchpoints[last]!;
      return touchpoints.map(({ atMs }) => 2 ** ((atMs - lastMs) / DAY_MS / parameters.halfLifeDays));
    }
    case 'POSITION':
      return touchpoints.map((_, place) => positionWeight(place, last, parameters));
    case 'W':
      return milestoneWeights(journey);
  }
}

/** Of one or two touches there are none between: what those would earn is split as the rest is. */
function positionWeight(place: number, last: number, { firstShare = 0.4, lastShare = 0.4 }: ModelParameters): number {
  if (place === 0) return firstShare;
  return place === last ? lastShare : (1 - firstShare - lastShare) / (last - 1);
}

/**
 * .3 to the first touch, .3 to the last one up to MADE, .3 to the last one up to ACCEPTED, .1 shared by the rest. A touch
 * that stands at several milestones earns for each. What is absent leaves its part to the others.
 */
function milestoneWeights({ touchpoints, atMs, madeAtMs, acceptedAtMs }: Journey): number[] {
  const lastUntil = (milestoneMs = Infinity): number =>
    milestoneMs <= atMs ? touchpoints.findLastIndex((touch) => touch.atMs <= milestoneMs) : -1;
  const milestones = [0, lastUntil(madeAtMs), lastUntil(acceptedAtMs)];
  const rest = touchpoints.filter((_, place) => !milestones.includes(place)).length;
  return touchpoints.map((_, place) => {
    const reached = milestones.filter((milestone) => milestone === place).length;
    return reached === 0 ? 0.1 / rest : 0.3 * reached;
  });
}

/** 1/d to each of the d distinct sources: the Shapley value of the sum game, exactly (Zhao et al., 2018). */
function shapley({ touchpoints }: Journey): Share[] {
  const keys = new Set(touchpoints.map(({ key }) => key));
  return [...keys].sort(byKey).map((key) => ({ key, weight: 1 }));
}

/** The order in which ties are settled: by code units, what has no key last. */
export function byKey(one: string | null, other: string | null): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? 1 : -1;
  return one < other ? -1 : 1;
}
