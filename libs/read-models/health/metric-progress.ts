import { sql } from 'kysely';
import type { ReadDatabase } from '../read-database.js';
import type { Definition } from '../../metrics/definition.js';
import { isScore, referencesOf, type Definitions, type Published } from './definitions.js';

export type MetricState = 'ACTIVE' | 'READY' | 'BUILDING' | 'PUBLISHED';

/** How far lists by a definition are built. */
export interface MetricProgress {
  readonly state: MetricState;
  /** 0 to 1. */
  readonly progress: number;
  /** Relationships per second; null when nothing is built, or nothing is known of it yet. */
  readonly ratePerSecond: number | null;
  readonly etaSeconds: number | null;
}

const still = (state: MetricState, progress: number): MetricProgress => ({
  ...{ state, progress },
  ratePerSecond: null,
  etaSeconds: null,
});

interface Row {
  readonly phase: 'BULK' | 'INDEXED' | 'COMPLETE';
  readonly built: number;
  readonly rate: number | null;
  readonly total: number;
}

export async function progressOf(
  db: ReadDatabase,
  tenantId: string,
  definitions: Definitions,
  definition: Published<Definition>,
): Promise<MetricProgress> {
  const isInForce = definitions.find(definitions.all, definition.metric)?.version === definition.version;
  // How credit is split is computed when it is asked for: there is nothing to build.
  if (!isScore(definition)) return still(isInForce ? 'ACTIVE' : 'READY', 1);
  const references = referencesOf(definitions.inForceWith(definition));
  const [row] = await db.rows(sql<Row>`
    SELECT phase, built, rate,
           (SELECT count(*)::integer FROM directory.relationships r WHERE r.tenant_id = ${tenantId}) AS total
      FROM health.editions WHERE tenant_id = ${tenantId} AND definitions = ${references}
     ORDER BY phase = 'COMPLETE' DESC, edition DESC LIMIT 1`);
  if (!row) return isInForce ? still('ACTIVE', 1) : still('PUBLISHED', 0);
  if (row.phase === 'COMPLETE') return still(isInForce ? 'ACTIVE' : 'READY', 1);
  const { built, total, rate } = row;
  return {
    state: 'BUILDING',
    progress: total === 0 ? 0 : Math.min(built / total, 1),
    ratePerSecond: rate,
    etaSeconds: rate === null || rate === 0 ? null : Math.max(0, total - built) / rate,
  };
}
