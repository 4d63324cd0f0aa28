import type { Instant } from '../../event-sourcing/instant.js';
import { RequestError } from '../../graphql/request-error.js';
import { Attribution, type AttributionResult } from '../../metrics/attribution/attribution.js';
import { TooManySources } from '../../metrics/attribution/markov.js';
import type { AskedModel } from './asked-model.js';
import type { ReadDatabase } from '../read-database.js';
import { journeys } from './journeys.js';
import type { OutcomeKind } from './outcomes.js';
import type { AttributionDimension } from './touchpoints.js';

export interface AttributionQuestion extends Omit<AskedModel, 'definition'> {
  readonly outcome: OutcomeKind;
  readonly by: AttributionDimension;
  readonly from: Instant | null;
  readonly to: Instant;
}

/** Who earned the outcomes of [from, to). Throws LIMIT_EXCEEDED of MARKOV. */
export async function attributed(
  db: ReadDatabase,
  tenantId: string,
  { model, parameters, ...asked }: AttributionQuestion,
  page?: number,
): Promise<AttributionResult> {
  const attribution = new Attribution(model, parameters);
  const all = journeys(db, tenantId, { ...asked, lost: model === 'MARKOV' }, page);
  for await (const journey of all) attribution.add(journey);
  try {
    return attribution.result();
  } catch (error) {
    if (error instanceof TooManySources) throw new RequestError('LIMIT_EXCEEDED', error.message);
    throw error;
  }
}
