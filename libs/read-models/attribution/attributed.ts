import type { Instant } from '../../event-sourcing/instant.js';
import { RequestError } from '../../graphql/request-error.js';
import { Attribution, type AttributionResult } from '../../metrics/attribution/attribution.js';
import { TooManySources } from '../../metrics/attribution/markov.js';
import type { AttributionModel } from '../../metrics/attribution/models.js';
import type { ReadDatabase } from '../read-database.js';
import { journeys } from './journeys.js';
import type { OutcomeKind } from './outcomes.js';
import type { AttributionDimension } from './touchpoints.js';

export interface AttributionQuestion {
  readonly model: AttributionModel;
  readonly outcome: OutcomeKind;
  readonly by: AttributionDimension;
  readonly from: Instant | null;
  readonly to: Instant;
  readonly lookbackDays: number;
  readonly halfLifeDays: number;
}

/** Who earned the outcomes of [from, to). Throws INVALID_INPUT, and LIMIT_EXCEEDED of MARKOV. */
export async function attributed(
  db: ReadDatabase,
  tenantId: string,
  { model, halfLifeDays, ...asked }: AttributionQuestion,
  page?: number,
): Promise<AttributionResult> {
  checkParameters({ halfLifeDays, lookbackDays: asked.lookbackDays });
  const attribution = new Attribution(model, { halfLifeDays });
  const all = journeys(db, tenantId, { ...asked, lost: model === 'MARKOV' }, page);
  for await (const journey of all) attribution.add(journey);
  try {
    return attribution.result();
  } catch (error) {
    if (error instanceof TooManySources) throw new RequestError('LIMIT_EXCEEDED', error.message);
    throw error;
  }
}

const LONGEST_LOOKBACK_DAYS = 3650;

function checkParameters({ halfLifeDays, lookbackDays }: { halfLifeDays: number; lookbackDays: number }): void {
  if (lookbackDays < 1 || lookbackDays > LONGEST_LOOKBACK_DAYS) {
    const message = `lookbackDays is 1 to ${String(LONGEST_LOOKBACK_DAYS)}.`;
    throw new RequestError('INVALID_INPUT', message, { path: ['lookbackDays'] });
  }
  if (!(halfLifeDays > 0 && Number.isFinite(halfLifeDays))) {
    throw new RequestError('INVALID_INPUT', 'halfLifeDays is more than 0.', { path: ['halfLifeDays'] });
  }
}
