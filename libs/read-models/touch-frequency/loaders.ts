import type { CallerContext } from '../../access/caller.js';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { oneEach } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import type { History } from './frequency.js';
import { histories } from './history-queries.js';

/** The history of a relationship, read when it is asked for: of all that one request asks about in one statement. */
export function historyOf(
  db: ReadDatabase,
  context: CallerContext,
  relationship: RelationshipRow,
  asKnown: Instant | null | undefined,
): () => Promise<History> {
  const loader = oneEach(context, `histories ${asKnown ?? ''}`, (tenantId, ids) =>
    histories(db, tenantId, ids, asKnown ?? undefined),
  );
  return async () => (await loader.load(relationship.id)) ?? nothingYet(relationship);
}

/** Of a relationship that the directory knows already and this read model does not. */
const nothingYet = ({ openedAt }: RelationshipRow): History => ({
  openedAtMs: toMillis(openedAt),
  touches: [],
  cadences: [],
  clock: [],
  stewards: [],
});
