import { RequestError } from '../../graphql/request-error.js';
import {
  LONGEST_LOOKBACK_DAYS,
  type AttributionModel,
  type ModelParameters,
} from '../../metrics/attribution/models.js';
import { referenceOf, type Definitions } from '../health/definitions.js';
import { unknownDefinition } from '../health/health.resolver.js';

/** As a caller names it: a model with its parameters, or a published definition, which says all of that. */
export interface ModelAsked {
  readonly model?: AttributionModel | null;
  readonly lookbackDays?: number | null;
  readonly halfLifeDays?: number | null;
  /** `referral-credit@2`, or the metric for its version in force. */
  readonly definition?: string | null;
}

export interface AskedModel {
  readonly model: AttributionModel;
  readonly lookbackDays: number;
  readonly parameters: ModelParameters;
  /** Null: no definition was asked for. */
  readonly definition: { readonly metric: string; readonly version: number } | null;
}

const LOOKBACK_DAYS = 90;
const HALF_LIFE_DAYS = 7;

/** Throws INVALID_INPUT for what names no model, two, or one that cannot be. */
export async function askedModel(
  published: () => Promise<Definitions>,
  { definition, ...given }: ModelAsked,
): Promise<AskedModel> {
  if (typeof definition === 'string') {
    const own = (['model', 'lookbackDays', 'halfLifeDays'] as const).find((name) => (given[name] ?? null) !== null);
    if (own) throw invalid(own, 'The definition says it.');
    const definitions = await published();
    const found = definitions.find(definitions.models, definition);
    if (!found) throw unknownDefinition(definition, definitions.models.map(referenceOf));
    const { metric, version, body } = found;
    return { ...complete(body.attribution), definition: { metric, version } };
  }
  const { model, lookbackDays, halfLifeDays } = given;
  if (!model) throw invalid('model', 'It takes a model, or a definition.');
  const asked = complete({
    model,
    lookbackDays: lookbackDays ?? undefined,
    halfLifeDays: halfLifeDays ?? undefined,
  });
  if (asked.lookbackDays < 1 || asked.lookbackDays > LONGEST_LOOKBACK_DAYS) {
    throw invalid('lookbackDays', `lookbackDays is 1 to ${String(LONGEST_LOOKBACK_DAYS)}.`);
  }
  if (!(asked.parameters.halfLifeDays > 0 && Number.isFinite(asked.parameters.halfLifeDays))) {
    throw invalid('halfLifeDays', 'halfLifeDays is more than 0.');
  }
  return { ...asked, definition: null };
}

function complete({
  model,
  lookbackDays = LOOKBACK_DAYS,
  halfLifeDays = HALF_LIFE_DAYS,
  ...shares
}: {
  readonly model: AttributionModel;
  readonly lookbackDays?: number | undefined;
} & Partial<ModelParameters>): Omit<AskedModel, 'definition'> {
  return { model, lookbackDays, parameters: { halfLifeDays, ...shares } };
}

const invalid = (field: string, message: string) => new RequestError('INVALID_INPUT', message, { path: [field] });
